// Whether an answer about rollups still holds, and what makes a rebuild known that no entry tells of.
import { isSameReach, reachOf } from "../reach.ts";
import { REBUILDS, type Reads, readsOf } from "../rollup-reads.ts";
import type { RollupChanges, RollupState } from "../storage.ts";
import type { AggregationQuestion } from "../summing.ts";
import { oneOf } from "./conditions.ts";
import { createDataSpan } from "./data-span.ts";
import type { Drizzle } from "./database.ts";
import { and, eq, gt, gte, lt, or, type SQL, type SQLiteColumn, sql } from "./drizzle.ts";
import { createHead } from "./log.ts";
import { rollupDays, rollupDeltas } from "./rollup-tables.ts";
import { prepareGet } from "./statement.ts";
import { meta } from "./tables.ts";

/** Answers each question in one snapshot. */
export const createRollupChanges = (
  db: Drizzle,
): ((question: AggregationQuestion, since: RollupState) => RollupChanges) => {
  const stateOf = createRollupState(db);
  const dataSpan = createDataSpan(db);
  return db.$client.transaction((question: AggregationQuestion, since: RollupState): RollupChanges => {
    const { asOfSeq, rebuilds } = stateOf();
    if (rebuilds !== since.rebuilds) return { asOfSeq, isChanged: true };
    if (asOfSeq === since.asOfSeq) return { asOfSeq, isChanged: false };
    if (!isSameReach(reachOf(question.filter, dataSpan()), since.reach)) return { asOfSeq, isChanged: true };
    return { asOfSeq, isChanged: isChanged(db, readsOf(question, since.reach), since) };
  });
};

/** In the snapshot that the caller has opened. */
export const createRollupState = (db: Drizzle): (() => Omit<RollupState, "reach">) => {
  const head = createHead(db);
  const rebuilds = prepareGet<readonly [string]>(
    db,
    db.select({ value: meta.value }).from(meta).where(eq(meta.name, REBUILDS)),
  );
  return () => ({ asOfSeq: head(), rebuilds: Number(rebuilds({})?.[0] ?? 0) });
};

/** Within the caller's transaction. */
export const noteRebuild = (db: Drizzle): void => {
  db.insert(meta)
    .values({ name: REBUILDS, value: "1" })
    .onConflictDoUpdate({ target: meta.name, set: { value: sql`${meta.value} + 1` } })
    .run();
};

const isChanged = (db: Drizzle, reads: Reads, { asOfSeq }: RollupState): boolean =>
  isThere(db, rollupDeltas, and(gt(rollupDeltas.revision, asOfSeq), isDeltaRead(reads))) ||
  isThere(db, rollupDays, and(gt(rollupDays.revision, asOfSeq), isDayRead(reads)));

const isThere = (db: Drizzle, table: typeof rollupDeltas | typeof rollupDays, condition: SQL | undefined): boolean =>
  db.select({ one: sql`1` }).from(table).where(condition).limit(1).get() !== undefined;

const isDeltaRead = ({ fromUs, toUs, series, alwaysClients }: Reads): SQL | undefined => {
  const { bucketUs, client, metric, unit } = rollupDeltas;
  const isInRange = and(
    isWithin(bucketUs, fromUs, toUs),
    oneOf(client, series.clients),
    oneOf(metric, series.metrics),
    oneOf(unit, series.units),
  );
  return isInRange === undefined || alwaysClients === undefined
    ? isInRange
    : or(isInRange, oneOf(client, alwaysClients));
};

const isDayRead = ({ fromDayUs, toUs, alwaysClients }: Reads): SQL | undefined =>
  alwaysClients === undefined ? isWithin(rollupDays.dayUs, fromDayUs, toUs) : undefined;

const isWithin = (column: SQLiteColumn, fromUs: number | undefined, toUs: number | undefined): SQL | undefined =>
  and(fromUs === undefined ? undefined : gte(column, fromUs), toUs === undefined ? undefined : lt(column, toUs));
