// The rows that the server would write for a group of new events, ready to be bound: one list of values for each row.
import { hash, randomBytes } from "node:crypto";
import type { Facts } from "../../domain/event.ts";
import { fingerprint } from "../../domain/fingerprint.ts";
import { normalize } from "../../domain/normalize.ts";
import { defaultProfile } from "../../domain/profile.ts";
import { microsOf } from "../../domain/timestamp.ts";
import { createRollupDeltas } from "../../storage/deltas.ts";

type Row = readonly (string | number | Buffer | null)[];

/** All rows of one transaction. */
export interface RowGroup {
  readonly events: readonly { readonly raw: Row; readonly normalized: Row; readonly entry: Row }[];
  readonly rollups: readonly Row[];
  readonly counters: readonly Row[];
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
    rollups: rollupRows(
      group.map(({ facts }) => facts),
      { firstSeq, atUs },
    ),
    counters: counterRows(
      group.map(({ facts }) => facts.client),
      atUs,
    ),
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

const rollupRows = (
  group: readonly Facts[],
  { firstSeq, atUs }: Pick<Grouping, "firstSeq" | "atUs">,
): readonly Row[] => {
  const deltas = createRollupDeltas();
  for (const [index, facts] of group.entries())
    deltas.add({ ...facts, timestampUs: microsOf(facts.timestamp), receivedAtUs: atUs }, firstSeq + index);
  return deltas
    .deltas()
    .map(({ bucketUs, client, metric, unit, count, sum, min, max, late, revision, bins }) => [
      ...[bucketUs, client, metric, unit, count, sum, min, max, late, revision],
      Buffer.from(bins),
    ]);
};

const counterRows = (clients: readonly string[], atUs: number): readonly Row[] => {
  const counts = new Map<string, number>();
  for (const client of clients) counts.set(client, (counts.get(client) ?? 0) + 1);
  return [...counts].map(([client, count]) => [client, count, count, 0, 0, 0, atUs]);
};
