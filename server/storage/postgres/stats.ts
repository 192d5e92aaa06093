// The counters: how many events of each outcome each client has sent, and how many were received in each minute.
import { MINUTE_US, type Micros, minuteOf } from "../../domain/calendar.ts";
import { outcomes } from "../../domain/event.ts";
import type { Activity, ClientTotals, Totals } from "../storage.ts";
import { isAct } from "./conditions.ts";
import {
  and,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  lte,
  ne,
  type Queries,
  type SQL,
  type SQLWrapper,
  sql,
} from "./drizzle.ts";
import { rowsOf } from "./statement.ts";
import { activity as activityTable, counters, logHead, processingLog } from "./tables.ts";

const { received, accepted, duplicates, conflicts, rejected, lastSeenAtUs } = counters;

const adding = (to: typeof counters | typeof activityTable) => ({
  received: sql`${to.received} + excluded.received`,
  accepted: sql`${to.accepted} + excluded.accepted`,
  duplicates: sql`${to.duplicates} + excluded.duplicates`,
  conflicts: sql`${to.conflicts} + excluded.conflicts`,
  rejected: sql`${to.rejected} + excluded.rejected`,
});

/** The query that adds what a group of events has changed. */
export const addingCounters = (db: Queries, prefix: string): SQLWrapper =>
  db
    .insert(counters)
    .select(rowsOf(counters, prefix))
    .onConflictDoUpdate({
      target: counters.client,
      set: { ...adding(counters), lastSeenAtUs: sql`excluded.${sql.identifier(lastSeenAtUs.name)}` },
    });

/** The query that adds the same to its minute. */
export const addingMinutes = (db: Queries, prefix: string): SQLWrapper =>
  db
    .insert(activityTable)
    .select(rowsOf(activityTable, prefix))
    .onConflictDoUpdate({ target: activityTable.minuteUs, set: adding(activityTable) });

export const totals = async (db: Queries, client: string | null): Promise<Totals & { readonly asOfSeq: number }> => {
  const sumOf = (column: (typeof counters)[keyof Totals]) => sql`coalesce(sum(${column}), 0)`.mapWith(Number);
  const [row] = await db
    .select({
      received: sumOf(received),
      accepted: sumOf(accepted),
      duplicates: sumOf(duplicates),
      conflicts: sumOf(conflicts),
      rejected: sumOf(rejected),
      // In the same statement, so that both are of one snapshot.
      asOfSeq: sql`(select ${logHead.seq} from ${logHead})`.mapWith(Number),
    })
    .from(counters)
    .where(client === null ? undefined : eq(counters.client, client));
  if (row === undefined) throw new Error("A sum has no row.");
  return row;
};

export const activity = async (
  db: Queries,
  { nowUs, minutes }: { nowUs: Micros; minutes: number },
): Promise<Activity> => {
  const newest = sql`greatest(${sql.param(minuteOf(nowUs), activityTable.minuteUs)}::timestamptz,
    (select max(${activityTable.minuteUs}) from ${activityTable}))`;
  const length = sql`${minutes * MINUTE_US}::float8 * interval '1 microsecond'`;
  // One statement, so that all is of one snapshot.
  const rows = await db
    .select({ asOfSeq: logHead.seq, minute: getTableColumns(activityTable) })
    .from(logHead)
    .leftJoin(activityTable, gt(activityTable.minuteUs, sql`${newest} - ${length}`))
    .orderBy(activityTable.minuteUs);
  return { asOfSeq: rows[0]?.asOfSeq ?? 0, minutes: rows.flatMap(({ minute }) => minute ?? []) };
};

export const clients = (
  db: Queries,
  { client, limit }: { client: string | null; limit: number },
): Promise<readonly ClientTotals[]> =>
  db
    .select()
    .from(counters)
    .where(and(ne(counters.client, ""), client === null ? undefined : eq(counters.client, client)))
    .orderBy(desc(received), counters.client)
    .limit(limit);

/** The log's times never go back and its seqs have no gaps, so the border is found by halving instead of an index. */
export const receivedSince = async (
  db: Queries,
  { sinceUs, client }: { sinceUs: number; client: string | null },
): Promise<number> => {
  const since = sql.param(sinceUs, processingLog.atUs);
  const { rows } = await db.execute<{ last: number; before: number }>(sql`
    with recursive halving(before, after) as (
      select 0::bigint, ${logHead.seq} + 1 from ${logHead}
      union all
      select case when entry.at < ${since} then entry.seq else before end,
        case when entry.at < ${since} then after else entry.seq end
      from halving join lateral
        (select seq, at from ${processingLog} where seq = (before + after) / 2) as entry on after - before > 1
    )
    select before::float8 as before, (select ${logHead.seq}::float8 from ${logHead}) as last
      from halving order by after - halving.before limit 1`);
  const [border] = rows;
  if (border === undefined) throw new Error("The log has no head.");
  const isSince = and(gt(processingLog.seq, border.before), lte(processingLog.seq, border.last));
  const countWhere = (condition: SQL | undefined) => db.$count(processingLog, and(isSince, condition));
  if (client === null) return border.last - border.before - (await countWhere(isAct));
  return countWhere(and(eq(processingLog.client, client), inArray(processingLog.action, [...outcomes])));
};
