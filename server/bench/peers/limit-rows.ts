// The rows that the server would write for a group of new events, ready to be bound: one list of values for each row.
import { hash, randomBytes } from "node:crypto";
import { binOf, encodeBins } from "../../domain/bins.ts";
import { minuteOf } from "../../domain/calendar.ts";
import { addDecimals, billionthsOf, maxDecimal, minDecimal } from "../../domain/decimal.ts";
import type { Facts } from "../../domain/event.ts";
import { fingerprint } from "../../domain/fingerprint.ts";
import { bucketStart, QUARTER, QUARTER_US } from "../../domain/grain.ts";
import { normalize } from "../../domain/normalize.ts";
import { defaultProfile } from "../../domain/profile.ts";
import { microsOf } from "../../domain/timestamp.ts";

type Row = readonly (string | number | Buffer | null)[];

/** All rows of one transaction. */
export interface RowGroup {
  readonly events: readonly { readonly raw: Row; readonly normalized: Row; readonly entry: Row }[];
  readonly rollups: readonly Row[];
  readonly counters: readonly Row[];
  readonly minute: Row;
}

interface Grouping {
  /** Raw events as JSON text: new ones that can be normalised. */
  readonly texts: readonly string[];
  readonly firstSeq: number;
  readonly atUs: number;
}

/** @throws Error where an event cannot be normalised. */
export const rowsOf = ({ texts, firstSeq, atUs }: Grouping): RowGroup => {
  const group = texts.map((text, index) => ({ text, seq: firstSeq + index, facts: factsOf(text, atUs) }));
  return {
    events: group.map(({ text, seq, facts }) => ({
      raw: [seq, text],
      normalized: normalizedRow(facts, { seq, atUs }),
      // The hash chains the entries; here it only has to be as long and as hard to press together.
      entry: [seq, atUs, "ACCEPTED", facts.client, seq, null, null, hash("sha256", text, "buffer"), randomBytes(32)],
    })),
    rollups: rollupRows(group, atUs),
    counters: counterRows(
      group.map(({ facts }) => facts.client),
      atUs,
    ),
    minute: [minuteOf(atUs), group.length, group.length, 0, 0, 0],
  };
};

/** @throws Error where the event cannot be normalised. */
export const factsOf = (text: string, nowUs: number): Facts => {
  const read = normalize(JSON.parse(text), { profile: defaultProfile, nowUs });
  if (read.kind === "event") return read.facts;
  throw new Error(`This event cannot be normalised: ${text}`);
};

const normalizedRow = (facts: Facts, { seq, atUs }: { readonly seq: number; readonly atUs: number }): Row => {
  const { client, metric, unit, amount, timestamp } = facts;
  const printed = Buffer.from(fingerprint(facts), "hex");
  return [seq, client, metric, unit, amount, microsOf(timestamp), 0, atUs, printed, null, null, 0];
};

interface Numbered {
  readonly facts: Facts;
  readonly seq: number;
}

/** What the group brings to each quarter of an hour of a series. */
const rollupRows = (group: readonly Numbered[], atUs: number): readonly Row[] => {
  const bucketOf = ({ timestamp }: Facts): number => bucketStart(QUARTER, microsOf(timestamp));
  const parts = Map.groupBy(group, ({ facts }) =>
    [bucketOf(facts), facts.client, facts.metric, facts.unit ?? ""].join("\n"),
  );
  return Array.from(parts.values(), (part) => {
    const [{ facts }] = part as [Numbered];
    const bucketUs = bucketOf(facts);
    const amounts = part.map(({ facts: { amount } }) => amount);
    const bins = Map.groupBy(amounts, (amount) => binOf(billionthsOf(amount)));
    return [
      ...[bucketUs, facts.client, facts.metric, facts.unit ?? "", part.length],
      ...[amounts.reduce(addDecimals), amounts.reduce(minDecimal), amounts.reduce(maxDecimal)],
      ...[atUs >= bucketUs + QUARTER_US ? part.length : 0, Math.max(...part.map(({ seq }) => seq))],
      Buffer.from(encodeBins(new Map(Array.from(bins, ([bin, alike]) => [bin, alike.length])))),
    ];
  });
};

const counterRows = (clients: readonly string[], atUs: number): readonly Row[] => {
  const counts = new Map<string, number>();
  for (const client of clients) counts.set(client, (counts.get(client) ?? 0) + 1);
  return [...counts].map(([client, count]) => [client, count, count, 0, 0, 0, atUs]);
};
