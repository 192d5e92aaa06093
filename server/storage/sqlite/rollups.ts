// Rollups: written as deltas at the end of each transaction, read for an aggregation.
import type { EventFilter } from "../../domain/filter.ts";
import { QUARTER_HOUR_US, type Rollup } from "../../domain/rollup.ts";
import { ALL_TIME, QUARTER_HOUR, type RollupDelta } from "../deltas.ts";
import { type Part, partsOf } from "../parts.ts";
import type { AggregationQuestion } from "../storage.ts";
import { oneOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, eq, gte, isNull, lt, type SQL, type SQLWrapper, sql } from "./drizzle.ts";
import { eventCondition } from "./events.ts";
import { prepareRun } from "./statement.ts";
import { normalizedEvents, rollups as rollupTable } from "./tables.ts";

/** Adds what a group of events has changed, in one statement a bucket. */
export const createRollupWriter = (db: Drizzle): ((deltas: readonly RollupDelta[]) => void) => {
  const upsert = prepareUpsert(db);
  return (deltas) => {
    for (const delta of deltas) upsert({ ...delta });
  };
};

const prepareUpsert = (db: Drizzle) => {
  const { placeholder } = sql;
  return prepareRun(
    db,
    db
      .insert(rollupTable)
      .values({
        grainMinutes: placeholder("grainMinutes"),
        bucketUs: placeholder("bucketUs"),
        client: placeholder("client"),
        metric: placeholder("metric"),
        unit: placeholder("unit"),
        count: placeholder("count"),
        sum: placeholder("sum"),
        min: placeholder("min"),
        max: placeholder("max"),
      })
      .onConflictDoUpdate({
        target: [
          rollupTable.grainMinutes,
          rollupTable.bucketUs,
          rollupTable.client,
          rollupTable.metric,
          rollupTable.unit,
        ],
        set: {
          count: sql`${rollupTable.count} + excluded.count`,
          sum: sql`decimal_add(${rollupTable.sum}, excluded.sum)`,
          min: sql`decimal_min(${rollupTable.min}, excluded.min)`,
          max: sql`decimal_max(${rollupTable.max}, excluded.max)`,
        },
      }),
  );
};

/** The tallies of all events that the filter admits; a group may come in several parts, to be merged by the caller. */
export const rollups = (db: Drizzle, question: AggregationQuestion): readonly Rollup[] =>
  db.$client.transaction(() => partsOf(question.filter).flatMap((part) => readPart(db, question, part)))();

const readPart = (db: Drizzle, question: AggregationQuestion, { from, filter }: Part): readonly Rollup[] =>
  from === "events" ? readEvents(db, question, filter) : readRollups(db, question, filter);

const readRollups = (db: Drizzle, { groupBy, byTime }: AggregationQuestion, filter: EventFilter): readonly Rollup[] => {
  const isAllTime = !byTime && filter.fromUs === undefined && filter.toUs === undefined;
  const columns = groupColumns(groupBy, {
    ...{
      client: rollupTable.client,
      metric: rollupTable.metric,
      unit: sql`nullif(${rollupTable.unit}, '')`,
    },
    bucket: byTime ? rollupTable.bucketUs : sql`null`,
  });
  return db
    .select({
      ...columns,
      count: sql<number>`sum(${rollupTable.count})`,
      sum: sql<string>`decimal_sum(${rollupTable.sum})`,
      min: sql<string>`decimal_least(${rollupTable.min})`,
      max: sql<string>`decimal_greatest(${rollupTable.max})`,
    })
    .from(rollupTable)
    .where(
      and(
        eq(rollupTable.grainMinutes, isAllTime ? ALL_TIME : QUARTER_HOUR),
        filter.fromUs === undefined ? undefined : gte(rollupTable.bucketUs, filter.fromUs),
        filter.toUs === undefined ? undefined : lt(rollupTable.bucketUs, filter.toUs),
        oneOf(rollupTable.client, filter.clients),
        oneOf(rollupTable.metric, filter.metrics),
        oneOf(rollupTable.unit, filter.units),
      ),
    )
    .groupBy(sql`1, 2, 3, 4`)
    .all();
};

const readEvents = (db: Drizzle, { groupBy, byTime }: AggregationQuestion, filter: EventFilter): readonly Rollup[] => {
  const { client, metric, unit, timestampUs, amount } = normalizedEvents;
  const bucket = byTime ? sql`${timestampUs} - ${timestampUs} % ${QUARTER_HOUR_US}` : sql`null`;
  return db
    .select({
      ...groupColumns(groupBy, { client, metric, unit, bucket }),
      count: sql<number>`count(*)`,
      sum: sql<string>`decimal_sum(${amount})`,
      min: sql<string>`decimal_least(${amount})`,
      max: sql<string>`decimal_greatest(${amount})`,
    })
    .from(normalizedEvents)
    .where(and(isNull(normalizedEvents.voidedBy), eventCondition(db, filter)))
    .groupBy(sql`1, 2, 3, 4`)
    .all();
};

type Source = Record<"client" | "metric" | "unit" | "bucket", SQLWrapper>;

const groupColumns = (groupBy: AggregationQuestion["groupBy"], { client, metric, unit, bucket }: Source) => {
  const orNull = (isKept: boolean, column: SQLWrapper): SQL<string | null> => (isKept ? sql`${column}` : sql`null`);
  return {
    bucketUs: sql<number | null>`${bucket}`,
    client: orNull(groupBy.includes("CLIENT"), client),
    metric: orNull(groupBy.includes("METRIC"), metric),
    unit: sql<string | null>`${unit}`,
  };
};
