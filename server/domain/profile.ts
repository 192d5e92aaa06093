// What a client's profile may say about how its events are to be read. Each setting is an operator's answer to a
// question that the normaliser refuses to guess at; the default answers none of them.
import type { Micros } from "./calendar.ts";
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
  /** How old an event may be when it is received. Null: back to the year 2000. */
  readonly lateLimitSeconds: number | null;
  /** How far ahead of the server's clock a timestamp may be. Null: 24 hours. */
  readonly futureLimitSeconds: number | null;
  /** How many events it may send a minute. Null: as many as any client. */
  readonly rateLimitPerMinute: number | null;
}

export const defaultProfile: Profile = Object.freeze({
  aliases: Object.freeze({ client: [], metric: [], unit: [], amount: [], timestamp: [] }),
  decimalSeparator: null,
  dateOrder: null,
  timeZone: null,
  allowZero: false,
  allowNegative: false,
  identity: "KEY",
  lateLimitSeconds: null,
  futureLimitSeconds: null,
  rateLimitPerMinute: null,
} as const);

/** A year: no profile may allow more. */
export const MAX_FUTURE_SECONDS = 31_536_000;

/** The version of what is read without a profile of its client. */
export const NO_PROFILE = 0;

/** One state of a client's profile. Versions count from 1, and none is ever changed or forgotten. */
export interface ProfileVersion {
  readonly client: string;
  readonly version: number;
  /** Null where this version took the profile away. */
  readonly profile: Profile | null;
  /** The entry of the log that records it. */
  readonly seq: number;
  readonly atUs: Micros;
  /** Who made it; null where nobody has to say who they are. */
  readonly by: string | null;
}
