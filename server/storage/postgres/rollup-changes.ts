// Whether an answer about rollups still holds, and what makes a rebuild known that no entry tells of.
import { REBUILDS, type Reads, readsOf } from "../rollup-reads.ts";
import type { RollupState } from "../storage.ts";
import type { AggregationQuestion } from "../summing.ts";
import { oneOf } from "./conditions.ts";
import { and, eq, gt, gte, lt, or, type PgColumn, type Queries, type SQL, sql } from "./drizzle.ts";
import { rollupDays, rollupDeltas } from "./rollup-tables.ts";
import { logHead, meta } from "./tables.ts";

/** In one statement, and so in one snapshot. */
export const rollupChanges = async (
  db: Queries,
  question: AggregationQuestion,
  since: RollupState,
): Promise<RollupState & { readonly isChanged: boolean }> => {
  const reads = readsOf(question);
  const { asOfSeq } = since;
  const delta = db
    .select({ one: sql`1` })
    .from(rollupDeltas)
    .where(and(gt(rollupDeltas.revision, asOfSeq), isDeltaRead(reads)));
  const day = db
    .select({ one: sql`1` })
    .from(rollupDays)
    .where(and(gt(rollupDays.revision, asOfSeq), isDayRead(reads)));
  const [row] = await db
    .select({
      asOfSeq: sql`coalesce(max(${logHead.seq}), 0)`.mapWith(Number),
      rebuilds: sql`coalesce(max((${rebuildsOf(db)})), 0)`.mapWith(Number),
      isChanged: sql<boolean>`exists (${delta}) or exists (${day})`,
    })
    .from(logHead);
  const { isChanged, ...state } = row as RollupState & { readonly isChanged: boolean };
  // A standby that took over may know less.
  const isOther = state.rebuilds !== since.rebuilds || state.asOfSeq < asOfSeq;
  return { ...state, isChanged: isChanged || isOther };
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
