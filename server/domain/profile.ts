// What a client's profile may say about how its events are to be read. Each setting is an operator's answer to a
// question that the normaliser refuses to guess at; the default answers none of them.
import type { Facts } from "./event.ts";

/** Other names for each fact: a name (`kind`, in any case style) or a path (`data.type`, `items[0].price`). */
export type Aliases = { readonly [fact in keyof Facts]: readonly string[] };

export interface Profile {
  readonly aliases: Aliases;
  /** Decides `1,200`; with COMMA a dot in text groups. Null: such numbers are refused as ambiguous. */
  readonly decimalSeparator: "DOT" | "COMMA" | null;
  /** Decides `01/02/2024`. Null: such dates are refused as ambiguous. */
  readonly dateOrder: "DMY" | "MDY" | null;
  /** An IANA name, for times without a zone. Null: they are read as UTC, with a warning. */
  readonly timeZone: string | null;
  readonly allowZero: boolean;
  readonly allowNegative: boolean;
  /** KEY: an idempotency key, where given, is the identity. CONTENT: keys are ignored. */
  readonly identity: "KEY" | "CONTENT";
}

export const defaultProfile: Profile = Object.freeze({
  aliases: Object.freeze({ client: [], metric: [], unit: [], amount: [], timestamp: [] }),
  decimalSeparator: null,
  dateOrder: null,
  timeZone: null,
  allowZero: false,
  allowNegative: false,
  identity: "KEY",
} as const);
