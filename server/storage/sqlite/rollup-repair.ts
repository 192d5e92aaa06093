// What happens to the rollups when an event that was counted changes or is taken out. Counts and sums are exact by
// addition; a least or greatest amount that was taken out is looked up anew: in a quarter of an hour among its events, in
// all time among the quarters.
import { addDecimals } from "../../domain/decimal.ts";
import type { Event } from "../../domain/event.ts";
import { bucketOf, QUARTER_HOUR_US } from "../../domain/rollup.ts";
import { ALL_TIME, createRollupDeltas, QUARTER_HOUR } from "../deltas.ts";
import type { Drizzle } from "./database.ts";
import { and, eq, gte, isNull, lt, type SQL, sql } from "./drizzle.ts";
import { createRollupWriter } from "./rollups.ts";
import { normalizedEvents, rollups } from "./tables.ts";

export interface RollupRepair {
  /** The event counts from now on. */
  add(event: Event): void;
  /** The event as it was counted does not count any more; its row says so already. */
  remove(event: Event): void;
}

interface Extremes {
  readonly min: string | null;
  readonly max: string | null;
}

export const createRollupRepair = (db: Drizzle): RollupRepair => {
  const write = createRollupWriter(db);

  const removeFrom = (bucket: Bucket, { amount }: Event, extremes: () => Extremes): void => {
    const condition = isBucket(bucket);
    const row = db.select().from(rollups).where(condition).get();
    if (row === undefined) throw new Error("An event that counts has no rollup.");
    if (row.count === 1) {
      db.delete(rollups).where(condition).run();
      return;
    }
    const { min, max } = amount === row.min || amount === row.max ? extremes() : row;
    if (min === null || max === null) throw new Error("A rollup counts events that are not there.");
    const sum = addDecimals(row.sum, negated(amount));
    db.update(rollups)
      .set({ count: row.count - 1, sum, min, max })
      .where(condition)
      .run();
  };

  return {
    add: (event) => {
      const deltas = createRollupDeltas();
      deltas.add(event);
      write(deltas.deltas());
    },
    remove: (event) => {
      const bucketUs = bucketOf(event.timestampUs);
      removeFrom({ grainMinutes: QUARTER_HOUR, bucketUs, event }, event, () => extremesOfEvents(db, event));
      removeFrom({ grainMinutes: ALL_TIME, bucketUs: 0, event }, event, () => extremesOfQuarters(db, event));
    },
  };
};

interface Bucket {
  readonly grainMinutes: number;
  readonly bucketUs: number;
  readonly event: Event;
}

const isBucket = ({ grainMinutes, bucketUs, event }: Bucket): SQL | undefined =>
  and(eq(rollups.grainMinutes, grainMinutes), eq(rollups.bucketUs, bucketUs), isSeries(event));

const isSeries = ({ client, metric, unit }: Event): SQL | undefined =>
  and(eq(rollups.client, client), eq(rollups.metric, metric), eq(rollups.unit, unit ?? ""));

const negated = (amount: string): string => (amount.startsWith("-") ? amount.slice(1) : `-${amount}`);

const extremesOfEvents = (db: Drizzle, { client, metric, unit, timestampUs }: Event): Extremes => {
  const { amount } = normalizedEvents;
  const fromUs = bucketOf(timestampUs);
  const row = db
    .select({ min: sql<string | null>`decimal_least(${amount})`, max: sql<string | null>`decimal_greatest(${amount})` })
    .from(normalizedEvents)
    .where(
      and(
        gte(normalizedEvents.timestampUs, fromUs),
        lt(normalizedEvents.timestampUs, fromUs + QUARTER_HOUR_US),
        eq(normalizedEvents.client, client),
        eq(normalizedEvents.metric, metric),
        unit === null ? isNull(normalizedEvents.unit) : eq(normalizedEvents.unit, unit),
        isNull(normalizedEvents.voidedBy),
      ),
    )
    .get();
  return row ?? { min: null, max: null };
};

const extremesOfQuarters = (db: Drizzle, event: Event): Extremes => {
  const row = db
    .select({
      min: sql<string | null>`decimal_least(${rollups.min})`,
      max: sql<string | null>`decimal_greatest(${rollups.max})`,
    })
    .from(rollups)
    .where(and(eq(rollups.grainMinutes, QUARTER_HOUR), isSeries(event)))
    .get();
  return row ?? { min: null, max: null };
};
