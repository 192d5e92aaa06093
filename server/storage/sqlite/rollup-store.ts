// Rollups as they are written: deltas at the end of each transaction, and the steps by which they are folded and repaired.
import type { Span } from "../../domain/grain.ts";
import { MONTH, nextBucket, QUARTER_US } from "../../domain/grain.ts";
import type { RollupDelta } from "../deltas.ts";
import {
  type Extremes,
  FOLD_AFTER_ENTRIES,
  foldDeltas,
  type RollupKey,
  type RollupStep,
  type RollupWork,
  type StoredRollup,
} from "../rollup-work.ts";
import type { Drizzle } from "./database.ts";
import { and, eq, getTableColumns, gte, isNull, lt, max, min, type SQLiteTable, sql } from "./drizzle.ts";
import { prepareGet, prepareRun } from "./statement.ts";
import { normalizedEvents, rollupDays, rollupDeltas, rollups } from "./tables.ts";

export interface RollupStore {
  /** Adds what a group of events has brought, the last of which has this seq. */
  add(deltas: readonly RollupDelta[], lastSeq: number): void;
  /** Takes all steps of a fold or a repair. */
  run(work: RollupWork): void;
}

/** All within the caller's transaction. */
export const createRollupStore = (db: Drizzle, foldAfterEntries = FOLD_AFTER_ENTRIES): RollupStore => {
  const statements = prepareStatements(db);

  const find = (keys: readonly RollupKey[]): readonly StoredRollup[] =>
    keys.flatMap((key) => {
      const row = statements.find({ ...key });
      if (row === undefined) return [];
      const [count, sum, min, max, late, revision, bins] = row;
      return [{ ...key, count, sum, min, max, late, revision, bins }];
    });

  const extremes = (keys: readonly RollupKey[]): readonly (RollupKey & Extremes)[] =>
    keys.flatMap((key) => {
      const [min, max] =
        statements.extremes({
          ...key,
          endUs: key.bucketUs + QUARTER_US,
          nullableUnit: key.unit === "" ? null : key.unit,
        }) ?? [];
      return min == null || max == null ? [] : [{ ...key, min, max }];
    });

  const take = (step: RollupStep): unknown => {
    switch (step.kind) {
      case "noteDays":
        for (const day of step.days) statements.noteDay({ ...day });
        return undefined;
      case "takeDeltas":
        return takeDeltas(db);
      case "find":
        return find(step.keys);
      case "put":
        for (const row of step.rows) statements.put({ ...row });
        return undefined;
      case "drop":
        for (const key of step.keys) statements.drop({ ...key });
        return undefined;
      case "extremes":
        return extremes(step.keys);
      case "months":
        return months(db);
      default:
        return step satisfies never;
    }
  };

  const run = (work: RollupWork): void => {
    for (let step = work.next(); !step.done; ) step = work.next(take(step.value));
  };

  return {
    add: (deltas, lastSeq) => {
      for (const delta of deltas) statements.add({ ...delta });
      const [oldest] = statements.oldestDelta({}) ?? [];
      if (oldest != null && lastSeq - oldest >= foldAfterEntries) run(foldDeltas());
    },
    run,
  };
};

const takeDeltas = (db: Drizzle): readonly RollupDelta[] => {
  const deltas = db.select().from(rollupDeltas).all();
  db.delete(rollupDeltas).run();
  return deltas;
};

/** The months that there are rollups of. */
export const months = (db: Drizzle): Span => {
  const row = db
    .select({ first: min(rollups.bucketUs), last: max(rollups.bucketUs) })
    .from(rollups)
    .where(eq(rollups.grainMinutes, MONTH))
    .get();
  if (row?.first == null || row.last === null) return { fromUs: 0, toUs: 0 };
  return { fromUs: row.first, toUs: nextBucket(MONTH, row.last) };
};

const placeholdersOf = (table: SQLiteTable) =>
  Object.fromEntries(Object.keys(getTableColumns(table)).map((name) => [name, sql.placeholder(name)])) as never;

const prepareStatements = (db: Drizzle) => {
  const { placeholder } = sql;
  const { grainMinutes, bucketUs, client, metric, unit, ...tally } = getTableColumns(rollups);
  const isKey = and(
    eq(grainMinutes, placeholder("grainMinutes")),
    eq(bucketUs, placeholder("bucketUs")),
    eq(client, placeholder("client")),
    eq(metric, placeholder("metric")),
    eq(unit, placeholder("unit")),
  );
  const { amount } = normalizedEvents;
  return {
    add: prepareRun(db, db.insert(rollupDeltas).values(placeholdersOf(rollupDeltas))),
    noteDay: prepareRun(
      db,
      db
        .insert(rollupDays)
        .values(placeholdersOf(rollupDays))
        .onConflictDoUpdate({
          target: rollupDays.dayUs,
          set: { revision: sql`max(${rollupDays.revision}, excluded.revision)` },
        }),
    ),
    oldestDelta: prepareGet<readonly [number | null]>(
      db,
      db.select({ revision: min(rollupDeltas.revision) }).from(rollupDeltas),
    ),
    find: prepareGet<readonly [number, string, string, string, number, number, Uint8Array]>(
      db,
      db.select(tally).from(rollups).where(isKey),
    ),
    put: prepareRun(
      db,
      db
        .insert(rollups)
        .values(placeholdersOf(rollups))
        .onConflictDoUpdate({
          target: [grainMinutes, bucketUs, client, metric, unit],
          set: Object.fromEntries(
            Object.entries(tally).map(([name, column]) => [name, sql`excluded.${sql.identifier(column.name)}`]),
          ),
        }),
    ),
    drop: prepareRun(db, db.delete(rollups).where(isKey)),
    extremes: prepareGet<readonly [string | null, string | null]>(
      db,
      db
        .select({ min: sql`decimal_least(${amount})`, max: sql`decimal_greatest(${amount})` })
        .from(normalizedEvents)
        .where(
          and(
            gte(normalizedEvents.timestampUs, placeholder("bucketUs")),
            lt(normalizedEvents.timestampUs, placeholder("endUs")),
            eq(normalizedEvents.client, placeholder("client")),
            eq(normalizedEvents.metric, placeholder("metric")),
            sql`${normalizedEvents.unit} is ${placeholder("nullableUnit")}`,
            isNull(normalizedEvents.voidedBy),
          ),
        ),
    ),
  };
};
