// Rollups: written as deltas at the end of each transaction, read for an aggregation.
import type { EventFilter } from "../../domain/filter.ts";
import { QUARTER_HOUR_US, type Rollup } from "../../domain/rollup.ts";
import { ALL_TIME, QUARTER_HOUR } from "../deltas.ts";
import { type Part, partsOf } from "../parts.ts";
import type { AggregationQuestion } from "../storage.ts";
import { oneOf } from "./conditions.ts";
import {
  and,
  type Drizzle,
  drizzle,
  eq,
  gte,
  isNull,
  lt,
  type Queries,
  type SQL,
  type SQLWrapper,
  sql,
} from "./drizzle.ts";
import { countVoided, eventCondition } from "./events.ts";
import { BEGIN_SNAPSHOT, transact } from "./pool.ts";
import { rowsOf } from "./statement.ts";
import { normalizedEvents, rollups as rollupTable } from "./tables.ts";

/** The query that adds what a group of events has changed. */
export const addingRollups = (db: Queries, prefix: string): SQLWrapper => {
  const { grainMinutes, bucketUs, client, metric, unit, count, sum, min, max } = rollupTable;
  return db
    .insert(rollupTable)
    .select(rowsOf(rollupTable, prefix))
    .onConflictDoUpdate({
      target: [grainMinutes, bucketUs, client, metric, unit],
      set: {
        count: sql`${count} + excluded.count`,
        sum: sql`${sum} + excluded.sum`,
        min: sql`least(${min}, excluded.min)`,
        max: sql`greatest(${max}, excluded.max)`,
      },
    });
};

/** The tallies of all events that the filter admits; a group may come in several parts, to be merged by the caller. */
export const rollups = (db: Drizzle, question: AggregationQuestion): Promise<readonly Rollup[]> => {
  const [only, ...others] = partsOf(question.filter);
  if (only !== undefined && others.length === 0) return readPart(db, question, only);
  return inSnapshot(db, (snapshot) => readParts(snapshot, question));
};

/** The rollups know the number of events that count without looking at each. */
export const countEvents = (db: Drizzle, filter: EventFilter): Promise<number> =>
  inSnapshot(db, async (snapshot) => {
    const counted = await readParts(snapshot, { filter, groupBy: [], byTime: false });
    return counted.reduce((sum, { count }) => sum + count, await countVoided(snapshot, filter));
  });

const inSnapshot = <T>(db: Drizzle, work: (snapshot: Queries) => Promise<T>): Promise<T> =>
  transact(db.$client, BEGIN_SNAPSHOT, (client) => work(drizzle({ client })));

const readParts = async (db: Reader, question: AggregationQuestion): Promise<readonly Rollup[]> => {
  const rows: Rollup[] = [];
  for (const part of partsOf(question.filter)) rows.push(...(await readPart(db, question, part)));
  return rows;
};

type Reader = Pick<Queries, "select">;

const readPart = (db: Reader, question: AggregationQuestion, { from, filter }: Part): Promise<Rollup[]> =>
  from === "events" ? readEvents(db, question, filter) : readRollups(db, question, filter);

const readRollups = (db: Reader, { groupBy, byTime }: AggregationQuestion, filter: EventFilter): Promise<Rollup[]> => {
  const { client, metric, unit, bucketUs, count, sum, min, max, grainMinutes } = rollupTable;
  const isAllTime = !byTime && filter.fromUs === undefined && filter.toUs === undefined;
  const bucket = byTime ? sql`${bucketUs}` : sql`null::timestamptz`;
  return db
    .select({
      ...groupColumns(groupBy, { client, metric, unit: sql`nullif(${unit}, '')`, bucket }),
      ...tallyColumns({ count: sql`sum(${count})`, sum, min, max }),
    })
    .from(rollupTable)
    .where(
      and(
        eq(grainMinutes, isAllTime ? ALL_TIME : QUARTER_HOUR),
        filter.fromUs === undefined ? undefined : gte(bucketUs, filter.fromUs),
        filter.toUs === undefined ? undefined : lt(bucketUs, filter.toUs),
        oneOf(client, filter.clients),
        oneOf(metric, filter.metrics),
        oneOf(unit, filter.units),
      ),
    )
    .groupBy(sql`1, 2, 3, 4`);
};

const readEvents = (db: Reader, { groupBy, byTime }: AggregationQuestion, filter: EventFilter): Promise<Rollup[]> => {
  const { client, metric, unit, timestampUs, amount } = normalizedEvents;
  const grain = sql.raw(`interval '${QUARTER_HOUR_US} microseconds'`);
  const bucket = byTime ? sql`date_bin(${grain}, ${timestampUs}, 'epoch')` : sql`null::timestamptz`;
  return db
    .select({
      ...groupColumns(groupBy, { client, metric, unit, bucket }),
      ...tallyColumns({ count: sql`count(*)`, sum: amount, min: amount, max: amount }),
    })
    .from(normalizedEvents)
    .where(and(isNull(normalizedEvents.voidedBy), eventCondition(db, filter)))
    .groupBy(sql`1, 2, 3, 4`);
};

type Source = Record<"client" | "metric" | "unit" | "bucket", SQLWrapper>;

const groupColumns = (groupBy: AggregationQuestion["groupBy"], { client, metric, unit, bucket }: Source) => {
  const orNull = (isKept: boolean, column: SQLWrapper): SQL<string | null> =>
    (isKept ? sql<string | null>`${column}` : sql<string | null>`null::text`).mapWith(rollupTable.client);
  return {
    bucketUs: sql<number | null>`${bucket}`.mapWith(rollupTable.bucketUs),
    client: orNull(groupBy.includes("CLIENT"), client),
    metric: orNull(groupBy.includes("METRIC"), metric),
    unit: orNull(true, unit),
  };
};

// A sum of numerics keeps the zeros of its longest part.
const tallyColumns = ({ count, sum, min, max }: Record<"count" | "sum" | "min" | "max", SQLWrapper>) => ({
  count: sql`${count}`.mapWith(Number),
  sum: sql<string>`trim_scale(sum(${sum}))`,
  min: sql<string>`min(${min})`,
  max: sql<string>`max(${max})`,
});
