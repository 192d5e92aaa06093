// The rollups, computed anew from the events that are in the figures. Both come in the same order, series by series, so
// that only one bucket is held.
import type { Micros } from "../domain/calendar.ts";
import { billionthsOf, decimalOf } from "../domain/decimal.ts";
import { formatMicros } from "../domain/timestamp.ts";
import { ALL_TIME, QUARTER_HOUR, type RollupDelta } from "../storage/deltas.ts";
import type { CountedRow, VerifySource } from "../storage/verification.ts";
import { createCursor } from "./cursor.ts";
import type { Findings } from "./findings.ts";
import type { Tallies } from "./tallies.ts";

const TABLE = "rollups";

interface RollupsDeps {
  readonly source: Pick<VerifySource, "counted" | "rollups" | "strangeRollups">;
  readonly findings: Findings;
  readonly tallies: Tallies;
  readonly onProgress: (events: number) => void;
}

/** Gives the number of rollups. */
export const verifyRollups = async (deps: RollupsDeps): Promise<number> => {
  const { source, findings, onProgress } = deps;
  const grains = [await createGrain(deps, QUARTER_HOUR), await createGrain(deps, ALL_TIME)];
  for await (const events of source.counted()) {
    for (const event of events) {
      const amount = amountOf(event, findings);
      if (amount === undefined) continue;
      for (const grain of grains) if (!grain.add(event, amount)) await grain.open(event, amount);
    }
    onProgress(events.length);
  }
  for (const grain of grains) await grain.end();
  const strange = await source.strangeRollups([QUARTER_HOUR, ALL_TIME]);
  if (strange > 0) findings.add(TABLE, null, `${strange} rows are of a grain that does not exist`);
  return grains.reduce((sum, { count }) => sum + count, 0);
};

const amountOf = ({ client, amount }: CountedRow, findings: Findings): bigint | undefined => {
  let read: bigint | undefined;
  findings.attempt("normalized_events", `an event of client ${JSON.stringify(client)}`, () => {
    read = billionthsOf(amount);
  });
  return read;
};

type Bucket = Pick<RollupDelta, "client" | "metric" | "unit" | "bucketUs">;

interface Open extends Bucket {
  count: number;
  sum: bigint;
  min: bigint;
  max: bigint;
}

const createGrain = async ({ source, findings, tallies }: RollupsDeps, grainMinutes: number) => {
  const rollups = createCursor(source.rollups(grainMinutes), ({ bucketUs }) => bucketUs);
  await rollups.start();
  let open: Open | null = null;
  let count = 0;

  const bucketOf = (event: CountedRow): Micros => (grainMinutes === ALL_TIME ? 0 : event.bucketUs);

  /** Takes the rollups up to this bucket, and gives the one that is of it. */
  const take = async (bucket: Bucket): Promise<RollupDelta | undefined> => {
    for (let head = rollups.head; head !== undefined && compare(head, bucket) <= 0; head = rollups.head) {
      await pass(head);
      if (compare(head, bucket) === 0) return head;
      findings.add(TABLE, nameOf(grainMinutes, head), "counts events that are not there");
    }
    return undefined;
  };

  const pass = async ({ client, count: events }: RollupDelta): Promise<void> => {
    count += 1;
    tallies.add(client, grainMinutes === ALL_TIME ? "rollupsAllTime" : "rollupsByTime", events);
    await rollups.next();
  };

  const close = async (): Promise<void> => {
    if (open === null) return;
    const computed = open;
    const stored = await take(computed);
    const row = nameOf(grainMinutes, computed);
    if (stored === undefined) return findings.add(TABLE, row, `is missing, and ${computed.count} events count in it`);
    findings.compare([TABLE, row], "the count", stored.count, computed.count);
    for (const name of ["sum", "min", "max"] as const)
      findings.compare([TABLE, row], `the ${name}`, stored[name], decimalOf(computed[name]));
  };

  return {
    /** False where the event belongs to another bucket than the one before. */
    add: (event: CountedRow, amount: bigint): boolean => {
      if (open === null || open.bucketUs !== bucketOf(event) || !isSameSeries(open, event)) return false;
      open.count += 1;
      open.sum += amount;
      if (amount < open.min) open.min = amount;
      if (amount > open.max) open.max = amount;
      return true;
    },
    /** Closes the bucket before, and begins that of this event. */
    open: async (event: CountedRow, amount: bigint): Promise<void> => {
      await close();
      const { client, metric, unit } = event;
      open = { client, metric, unit, bucketUs: bucketOf(event), count: 1, sum: amount, min: amount, max: amount };
    },
    end: async (): Promise<void> => {
      await close();
      for (let head = rollups.head; head !== undefined; head = rollups.head) {
        findings.add(TABLE, nameOf(grainMinutes, head), "counts events that are not there");
        await pass(head);
      }
    },
    get count() {
      return count;
    },
  };
};

const isSameSeries = (left: Bucket, right: Bucket): boolean =>
  left.client === right.client && left.metric === right.metric && left.unit === right.unit;

const compare = (left: Bucket, right: Bucket): number =>
  compareText(left.client, right.client) ||
  compareText(left.metric, right.metric) ||
  compareText(left.unit, right.unit) ||
  left.bucketUs - right.bucketUs;

/** As databases do: by the bytes. */
const compareText = (left: string, right: string): number =>
  left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));

const nameOf = (grainMinutes: number, { client, metric, unit, bucketUs }: Bucket): string => {
  const when = grainMinutes === ALL_TIME ? "of all time" : `from ${formatMicros(bucketUs)}`;
  return `${JSON.stringify([client, metric, ...(unit === "" ? [] : [unit])])} ${when}`;
};
