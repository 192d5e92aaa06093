// Rollups as they are written: deltas by the transaction of each group, and the steps by which they are folded and
// repaired, in a transaction that holds the log.
import { MONTH, nextBucket, QUARTER_US, type Span } from "../../domain/grain.ts";
import type { RollupDelta } from "../deltas.ts";
import type { ChangedDay, Extremes, RollupKey, RollupStep, RollupWork, StoredRollup } from "../rollup-work.ts";
import { eq, getTableColumns, max, min, type Queries, type SQL, type SQLWrapper, sql } from "./drizzle.ts";
import { rollupDays, rollupDeltas, rollups } from "./rollup-tables.ts";
import { rowsOf, unnestOf } from "./statement.ts";
import { normalizedEvents } from "./tables.ts";

const { grainMinutes, bucketUs, client, metric, unit, ...tallyColumns } = getTableColumns(rollups);
const keyColumns = { grainMinutes, bucketUs, client, metric, unit };

/** The query that adds what a group of events has brought. */
export const addingDeltas = (db: Queries, prefix: string): SQLWrapper =>
  db.insert(rollupDeltas).select(rowsOf(rollupDeltas, prefix));

/** Takes all steps of a fold or a repair. */
export const takeSteps = async (db: Queries, work: RollupWork): Promise<void> => {
  for (let step = work.next(); !step.done; ) step = work.next(await take(db, step.value));
};

const take = async (db: Queries, step: RollupStep): Promise<unknown> => {
  if ("keys" in step && step.keys.length === 0) return [];
  switch (step.kind) {
    case "noteDays":
      return noteDays(db, step.days);
    case "takeDeltas":
      return (await db.delete(rollupDeltas).returning()) satisfies RollupDelta[];
    case "find":
      return db.select().from(rollups).where(isOneOf(step.keys));
    case "put":
      return putRollups(db, step.rows);
    case "drop":
      return db.delete(rollups).where(isOneOf(step.keys));
    case "extremes":
      return extremes(db, step.keys);
    case "months":
      return monthsOf(db);
    default:
      return step satisfies never;
  }
};

const noteDays = async (db: Queries, days: readonly ChangedDay[]): Promise<void> => {
  if (days.length === 0) return;
  await db
    .insert(rollupDays)
    .select(sql`select * from ${unnestOf(rollupDays, days)}`)
    .onConflictDoUpdate({
      target: rollupDays.dayUs,
      set: { revision: sql`greatest(${rollupDays.revision}, excluded.revision)` },
    });
};

const isOneOf = (keys: readonly RollupKey[]): SQL =>
  sql`(${grainMinutes}, ${bucketUs}, ${client}, ${metric}, ${unit}) in (select * from ${unnestOf(keyColumns, keys)})`;

const putRollups = async (db: Queries, rows: readonly StoredRollup[]): Promise<void> => {
  if (rows.length === 0) return;
  const set = Object.fromEntries(
    Object.entries(tallyColumns).map(([name, column]) => [name, sql`excluded.${sql.identifier(column.name)}`]),
  );
  await db
    .insert(rollups)
    .select(sql`select * from ${unnestOf(rollups, rows)}`)
    .onConflictDoUpdate({ target: [grainMinutes, bucketUs, client, metric, unit], set });
};

/** Each quarter of an hour is looked through once, however many series have lost an extreme in it. */
const extremes = async (db: Queries, keys: readonly RollupKey[]): Promise<readonly (RollupKey & Extremes)[]> => {
  const { amount, timestampUs, voidedBy } = normalizedEvents;
  const asked = sql`${unnestOf(keyColumns, keys)} as asked(grain_minutes, bucket, client, metric, unit)`;
  const found = await db
    .select({
      grainMinutes: sql`asked.grain_minutes`.mapWith(grainMinutes),
      bucketUs: sql`asked.bucket`.mapWith(bucketUs),
      client: sql`asked.client`.mapWith(client),
      metric: sql`asked.metric`.mapWith(metric),
      unit: sql`asked.unit`.mapWith(unit),
      min: sql<string>`min(${amount})`,
      max: sql<string>`max(${amount})`,
    })
    .from(asked)
    .innerJoin(
      normalizedEvents,
      sql`${timestampUs} >= asked.bucket and ${timestampUs} < asked.bucket + interval '${sql.raw(String(QUARTER_US))} microseconds'
        and ${normalizedEvents.client} = asked.client and ${normalizedEvents.metric} = asked.metric
        and coalesce(${normalizedEvents.unit}, '') = asked.unit and ${voidedBy} is null`,
    )
    .groupBy(sql`1, 2, 3, 4, 5`);
  return found as readonly (RollupKey & Extremes)[];
};

/** From the first month that has rollups to the end of the last. */
const monthsOf = async (db: Queries): Promise<Span> => {
  const [row] = await db
    .select({ first: min(bucketUs), last: max(bucketUs) })
    .from(rollups)
    .where(eq(grainMinutes, MONTH));
  if (row === undefined || row.first === null || row.last === null) return { fromUs: 0, toUs: 0 };
  return { fromUs: row.first, toUs: nextBucket(MONTH, row.last) };
};
