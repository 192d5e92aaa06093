// Events that cannot be counted, of many kinds, each with the problem that the server must name. Some do not even
// say whose they are.
import type { Json } from "../domain/json.ts";
import type { Sale } from "./sale.ts";
import { plainEvent } from "./spelling.ts";

export interface Garbage {
  readonly event: Json;
  /** All of them, in alphabetical order. */
  readonly problems: readonly string[];
}

type Fields = { readonly [name: string]: Json };
type Row = readonly [change: Fields, ...problems: string[]];

const tooDeep = (): Json => {
  let value: Json = 1;
  for (let depth = 0; depth < 40; depth += 1) value = [value];
  return value;
};

/** What is changed in a good event; null takes a field away. */
const ofKnownClient: readonly Row[] = [
  [{ amount: null }, "MISSING_AMOUNT"],
  [{ metric: null }, "MISSING_METRIC"],
  [{ timestamp: null }, "MISSING_TIMESTAMP"],
  [{ amount: "12abc" }, "NOT_A_NUMBER"],
  [{ amount: true }, "NOT_A_NUMBER"],
  [{ amount: "0x1F" }, "NOT_A_NUMBER"],
  [{ amount: "NaN" }, "NOT_FINITE"],
  [{ amount: -5 }, "NOT_POSITIVE"],
  [{ amount: "(1,200.00)" }, "NOT_POSITIVE"],
  [{ amount: "1e400" }, "OUT_OF_RANGE"],
  [{ amount: "0.1234567891" }, "TOO_PRECISE"],
  [{ amount: "50%" }, "UNIT_NOT_SUPPORTED"],
  [{ amount: 10, data: { amount: 11 } }, "ALIAS_CONFLICT"],
  [{ metric: " \t" }, "EMPTY_TEXT"],
  [{ metric: ["sale"] }, "NOT_TEXT"],
  [{ metric: "sa\u0000le" }, "CONTROL_CHARACTER"],
  [{ metric: "sale \uD83D" }, "ILL_FORMED_TEXT"],
  [{ metric: "x".repeat(200) }, "TEXT_TOO_LONG"],
  [{ timestamp: "yesterday" }, "INVALID_TIMESTAMP"],
  [{ timestamp: "2026-02-30" }, "NONEXISTENT_DATE"],
  [{ timestamp: "31.12.99" }, "TWO_DIGIT_YEAR"],
  [{ timestamp: "2999-01-01T00:00:00Z" }, "IMPLAUSIBLE_TIMESTAMP"],
  [{ extra: tooDeep() }, "TOO_DEEP"],
  [{ amount: "free", timestamp: "soon", metric: null }, "INVALID_TIMESTAMP", "MISSING_METRIC", "NOT_A_NUMBER"],
];

/** What only its sender could tell the meaning of. */
const ambiguous: readonly Row[] = [
  [{ amount: "1,200", unit: null }, "AMBIGUOUS_NUMBER"],
  [{ amount: "€ 3,500", unit: null }, "AMBIGUOUS_NUMBER"],
  [{ timestamp: "01/02/2026" }, "AMBIGUOUS_DATE"],
  [{ amount: "12,345", timestamp: "3.4.2026 10:00" }, "AMBIGUOUS_DATE", "AMBIGUOUS_NUMBER"],
];

/** How many kinds of each there are. */
export const garbageKinds = { known: ofKnownClient.length, ambiguous: ambiguous.length, nobody: 5 } as const;

/** The serial number makes every piece of garbage one that was never seen before. */
const spoilt = (row: Row | undefined, { sale, serial }: { sale: Sale; serial: string }): Garbage => {
  if (row === undefined) throw new Error("There is no such kind of garbage.");
  const [change, ...problems] = row;
  const fields = Object.entries({ ...plainEvent(sale), serial, ...change }).filter(([, value]) => value !== null);
  return { event: Object.fromEntries(fields), problems };
};

/** A sale spoilt in the way of this number. */
export const garbage = (kind: number, of: { sale: Sale; serial: string }): Garbage => spoilt(ofKnownClient[kind], of);

/** A sale written so that it could mean two things. */
export const ambiguousEvent = (kind: number, of: { sale: Sale; serial: string }): Garbage =>
  spoilt(ambiguous[kind], of);

/** Something that does not say who sent it. */
export const nobodysGarbage = (kind: number, { sale, serial }: { sale: Sale; serial: string }): Garbage => {
  const { client: _client, ...rest }: Fields = { ...plainEvent(sale), serial };
  const kinds: readonly Garbage[] = [
    { event: rest, problems: ["MISSING_CLIENT"] },
    { event: { ...rest, client: { id: 7 } }, problems: ["NOT_TEXT"] },
    { event: { serial }, problems: ["MISSING_AMOUNT", "MISSING_CLIENT", "MISSING_METRIC", "MISSING_TIMESTAMP"] },
    { event: [serial, 1, 2], problems: ["NOT_AN_OBJECT"] },
    { event: `sold one, ${serial}`, problems: ["NOT_AN_OBJECT"] },
  ];
  const chosen = kinds[kind];
  if (chosen === undefined) throw new Error("There is no such kind of garbage.");
  return chosen;
};
