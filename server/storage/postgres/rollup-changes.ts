// Whether an answer about rollups still holds, and what makes a rebuild known that no entry tells of.
import { isSameReach, reachOf } from "../reach.ts";
import { REBUILDS, type Reads, readsOf } from "../rollup-reads.ts";
import type { RollupChanges, RollupState } from "../storage.ts";
import type { AggregationQuestion } from "../summing.ts";
import { oneOf } from "./conditions.ts";
import { type DataBounds, dataBounds, dataSpanOf } from "./data-span.ts";
import { and, eq, exists, gt, gte, lt, or, type PgColumn, type Queries, type SQL, sql } from "./drizzle.ts";
import { rollupDays, rollupDeltas } from "./rollup-tables.ts";
import { logHead, meta } from "./tables.ts";

/** In one statement, and so in one snapshot. */
export const rollupChanges = async (
  db: Queries,
  question: AggregationQuestion,
  since: RollupState,
): Promise<RollupChanges> => {
  const reads = readsOf(question, since.reach);
  const [row] = await db
    .select({
      asOfSeq: sql`coalesce(max(${logHead.seq}), 0)`.mapWith(Number),
      rebuilds: sql`coalesce(max((${rebuildsOf(db)})), 0)`.mapWith(Number),
      ...dataBounds(db),
      isChanged: sql<boolean>`${isChanged(db, reads, since)}`,
    })
    .from(logHead);
  const { asOfSeq, rebuilds, ...now } = row as Omit<RollupState, "reach"> & DataBounds & RollupChanges;
  const isAsBefore =
    rebuilds === since.rebuilds &&
    isSameReach(reachOf(question.filter, dataSpanOf(now)), since.reach) &&
    // A standby that took over may know less.
    asOfSeq >= since.asOfSeq;
  return { asOfSeq, isChanged: now.isChanged || !isAsBefore };
};

/** How often the rollups were counted anew and differed. */
export const rebuilds = async (db: Queries): Promise<number> => (await rebuildsOf(db))[0]?.value ?? 0;

const rebuildsOf = (db: Queries) =>
  db
    .select({ value: sql`${meta.value}::bigint`.mapWith(Number).as("value") })
    .from(meta)
    .where(eq(meta.name, REBUILDS));

/** Within the caller's transaction. */
export const noteRebuild = async (db: Queries): Promise<void> => {
  await db
    .insert(meta)
    .values({ name: REBUILDS, value: "1" })
    .onConflictDoUpdate({ target: meta.name, set: { value: sql`(${meta.value}::bigint + 1)::text` } });
};

const isChanged = (db: Queries, reads: Reads, { asOfSeq }: RollupState): SQL | undefined =>
  or(
    isThere(db, rollupDeltas, and(gt(rollupDeltas.revision, asOfSeq), isDeltaRead(reads))),
    isThere(db, rollupDays, and(gt(rollupDays.revision, asOfSeq), isDayRead(reads))),
  );

const isThere = (db: Queries, table: typeof rollupDeltas | typeof rollupDays, condition: SQL | undefined): SQL =>
  exists(db.select({ one: sql`1` }).from(table).where(condition));

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

const isWithin = (column: PgColumn, fromUs: number | undefined, toUs: number | undefined): SQL | undefined =>
  and(fromUs === undefined ? undefined : gte(column, fromUs), toUs === undefined ? undefined : lt(column, toUs));
