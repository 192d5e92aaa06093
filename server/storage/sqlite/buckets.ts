// Buckets of rollups as they are read. To hand over a row takes the driver ten times as long as SQLite takes to find it, so
// whole buckets are kept for the next question, as long as nothing has been folded into any since.
import { LRUCache } from "lru-cache";
import { ALL_TIME, bucketsIn, type Grain, type Span } from "../../domain/grain.ts";
import type { AggregationQuestion, Part, Plan } from "../summing.ts";
import { oneOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, eq, gte, inArray, lt, max, type SQL, sql } from "./drizzle.ts";
import { rollupDays, rollups } from "./rollup-tables.ts";
import { prepareGet } from "./statement.ts";

/** Values of one statement: SQLite takes 32,766. */
const MAX_BUCKETS = 1_000;
/** In all buckets that are kept. Each is a quarter of a kilobyte. */
const MAX_KEPT_ROWS = 50_000;

type Add = (row: Part) => void;

/** What else than the days tells that rollups have changed. */
export interface RollupsAsOf {
  readonly rebuilds: number;
  /** The first revision of the deltas that are not folded: after each fold it is another. */
  readonly oldestLoose: number | null;
}

export interface Buckets {
  /** Reads what is planned, in the snapshot that the caller has opened. */
  read(question: AggregationQuestion, reading: { readonly plan: Plan; readonly asOf: RollupsAsOf }, add: Add): void;
}

export const createBuckets = (db: Drizzle): Buckets => {
  const newestDay = prepareGet<readonly [number | null]>(
    db,
    db.select({ revision: max(rollupDays.revision) }).from(rollupDays),
  );
  const kept = new LRUCache<string, readonly Part[]>({
    maxSize: MAX_KEPT_ROWS,
    sizeCalculation: ({ length }) => length + 1,
  });
  let keptAsOf = "";

  const forgetWhereChanged = ({ rebuilds, oldestLoose }: RollupsAsOf): void => {
    const asOf = `${rebuilds} ${oldestLoose} ${newestDay({})?.[0]}`;
    if (asOf !== keptAsOf) kept.clear();
    keptAsOf = asOf;
  };

  const readAndKeep = (grain: Grain, startsUs: readonly number[], add: Add): void => {
    const rowsOf = new Map<number, Part[]>(startsUs.map((startUs) => [startUs, []]));
    let count = 0;
    for (const row of rowsWhere(db, WHOLE, isAmong(grain, startsUs))) {
      add(row);
      count += 1;
      if (count <= MAX_KEPT_ROWS) rowsOf.get(row.atUs)?.push(row);
    }
    if (count <= MAX_KEPT_ROWS) for (const [startUs, rows] of rowsOf) kept.set(keyOf(grain, startUs), rows);
  };

  const readWhole = (grain: Grain, startsUs: readonly number[], add: Add): void => {
    const missingUs: number[] = [];
    for (const startUs of startsUs) {
      const rows = kept.get(keyOf(grain, startUs));
      if (rows === undefined) missingUs.push(startUs);
      else for (const row of rows) add(row);
    }
    if (missingUs.length > 0) readAndKeep(grain, missingUs, add);
  };

  return {
    read: (question, { plan, asOf }, add) => {
      forgetWhereChanged(asOf);
      for (const { grain, stretches, startsUs } of bucketsOf(plan)) {
        if (isAboutAll(question) && startsUs.length <= MAX_BUCKETS) readWhole(grain, startsUs, add);
        else
          for (const condition of conditionsOf(question, { grain, stretches, startsUs }))
            for (const row of rowsWhere(db, question, condition)) add(row);
      }
    },
  };
};

const keyOf = (grain: Grain, startUs: number): string => `${grain} ${startUs}`;

const WHOLE: AggregationQuestion = { filter: {}, groupBy: [] };

/** Whether all rows of its buckets are read, and nothing of them but figures. */
const isAboutAll = ({ filter: { clients, metrics, units }, percentiles = [] }: AggregationQuestion): boolean =>
  clients === undefined && metrics === undefined && units === undefined && percentiles.length === 0;

interface BucketsOfGrain {
  readonly grain: Grain;
  /** The neighbours among them together. */
  readonly stretches: readonly Span[];
  readonly startsUs: readonly number[];
}

const bucketsOf = ({ stretches }: Plan): readonly BucketsOfGrain[] => {
  if (stretches === "ALL_TIME") return [{ grain: ALL_TIME, stretches: [{ fromUs: 0, toUs: 1 }], startsUs: [0] }];
  return Array.from(
    Map.groupBy(stretches, ({ grain }) => grain),
    ([grain, ofGrain]) => ({
      ...{ grain, stretches: ofGrain, startsUs: ofGrain.flatMap((stretch) => bucketsIn(grain, stretch)) },
    }),
  );
};

/**
 * One stretch is read as it lies there. Of several, and where clients are asked for, the buckets are looked up one by one:
 * between them lie those of all others.
 */
const conditionsOf = (
  { filter }: AggregationQuestion,
  { grain, stretches, startsUs }: BucketsOfGrain,
): readonly (SQL | undefined)[] => {
  const { grainMinutes, bucketUs } = rollups;
  const [first, ...others] = stretches;
  if (first !== undefined && others.length === 0 && filter.clients === undefined)
    return [and(eq(grainMinutes, grain), gte(bucketUs, first.fromUs), lt(bucketUs, first.toUs))];
  return Array.from({ length: Math.ceil(startsUs.length / MAX_BUCKETS) }, (_, index) =>
    isAmong(grain, startsUs.slice(index * MAX_BUCKETS, (index + 1) * MAX_BUCKETS)),
  );
};

const isAmong = (grain: Grain, startsUs: readonly number[]): SQL | undefined =>
  and(eq(rollups.grainMinutes, grain), inArray(rollups.bucketUs, [...startsUs]));

/** Rows are parts as they are; groups are not told apart here, since to sum up texts takes SQLite twice as long. */
const rowsWhere = (
  db: Drizzle,
  { filter, percentiles = [] }: AggregationQuestion,
  condition: SQL | undefined,
): Iterable<Part> => {
  const { bucketUs, client, metric, unit, count, sum, min, max, late, revision, bins } = rollups;
  const query = db
    .select({
      atUs: sql`${bucketUs}`.as("atUs"),
      ...{ client, metric, unit, count, sum, min, max, late, revision },
      ...(percentiles.length > 0 ? { bins } : {}),
    })
    .from(rollups)
    .where(and(condition, oneOf(client, filter.clients), oneOf(metric, filter.metrics), oneOf(unit, filter.units)));
  const { sql: text, params } = query.toSQL();
  return db.$client.prepare(text).iterate(...params) as Iterable<Part>;
};
