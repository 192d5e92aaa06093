// The rows that the server would write for a group of new events, ready to be bound: one list of values for each row.
import { hash, randomBytes } from "node:crypto";
import { minuteOf } from "../../domain/calendar.ts";
import type { Facts } from "../../domain/event.ts";
import { fingerprint } from "../../domain/fingerprint.ts";
import { normalize } from "../../domain/normalize.ts";
import { defaultProfile } from "../../domain/profile.ts";
import { bucketOf, mergeTallies, type Tally, tallyOf } from "../../domain/rollup.ts";
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
    rollups: rollupRows(group.map(({ facts }) => facts)),
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

const rollupRows = (group: readonly Facts[]): readonly Row[] => {
  const tallies = new Map<string, { readonly key: Row; tally: Tally }>();
  for (const facts of group)
    for (const [grain, bucket] of [
      [0, 0],
      [15, bucketOf(microsOf(facts.timestamp))],
    ] as const) {
      const key = [grain, bucket, facts.client, facts.metric, facts.unit ?? ""];
      const found = tallies.get(key.join("\n"));
      if (found === undefined) tallies.set(key.join("\n"), { key, tally: tallyOf(facts) });
      else found.tally = mergeTallies(found.tally, tallyOf(facts));
    }
  return [...tallies.values()].map(({ key, tally: { count, sum, min, max } }) => [...key, count, sum, min, max]);
};

const counterRows = (clients: readonly string[], atUs: number): readonly Row[] => {
  const counts = new Map<string, number>();
  for (const client of clients) counts.set(client, (counts.get(client) ?? 0) + 1);
  return [...counts].map(([client, count]) => [client, count, count, 0, 0, 0, atUs]);
};
