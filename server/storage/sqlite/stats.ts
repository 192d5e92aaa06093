// The counters: how many events of each outcome each client has sent, and how many were received in each minute.
import { MINUTE_US, type Micros, minuteOf } from "../../domain/calendar.ts";
import { outcomes } from "../../domain/event.ts";
import { minutesOf } from "../deltas.ts";
import type { Activity, ClientTotals, Totals } from "../storage.ts";
import { isAct } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, count, desc, eq, getTableColumns, gt, inArray, ne, type SQL, sql } from "./drizzle.ts";
import { head, lastSeqBefore } from "./log.ts";
import { prepareRun } from "./statement.ts";
import { activity as activityTable, counters, processingLog } from "./tables.ts";

/** Adds what a group of events has changed, in one statement a client and one for its minute. */
export const createCounterWriter = (db: Drizzle): ((deltas: readonly ClientTotals[]) => void) => {
  const upsertClient = prepareClientUpsert(db);
  const upsertMinute = prepareMinuteUpsert(db);
  return (deltas) => {
    for (const delta of deltas) upsertClient({ ...delta });
    for (const minute of minutesOf(deltas)) upsertMinute({ ...minute });
  };
};

const { placeholder } = sql;

const totalPlaceholders = {
  received: placeholder("received"),
  accepted: placeholder("accepted"),
  duplicates: placeholder("duplicates"),
  conflicts: placeholder("conflicts"),
  rejected: placeholder("rejected"),
};

const adding = (to: typeof counters | typeof activityTable) => ({
  received: sql`${to.received} + excluded.received`,
  accepted: sql`${to.accepted} + excluded.accepted`,
  duplicates: sql`${to.duplicates} + excluded.duplicates`,
  conflicts: sql`${to.conflicts} + excluded.conflicts`,
  rejected: sql`${to.rejected} + excluded.rejected`,
});

const prepareClientUpsert = (db: Drizzle) =>
  prepareRun(
    db,
    db
      .insert(counters)
      .values({ client: placeholder("client"), ...totalPlaceholders, lastSeenAtUs: placeholder("lastSeenAtUs") })
      .onConflictDoUpdate({
        target: counters.client,
        set: { ...adding(counters), lastSeenAtUs: sql`excluded.last_seen_at_us` },
      }),
  );

const prepareMinuteUpsert = (db: Drizzle) =>
  prepareRun(
    db,
    db
      .insert(activityTable)
      .values({ minuteUs: placeholder("minuteUs"), ...totalPlaceholders })
      .onConflictDoUpdate({ target: activityTable.minuteUs, set: adding(activityTable) }),
  );

export const totals = (db: Drizzle, client: string | null): Totals & { readonly asOfSeq: number } => {
  const sumOf = (column: (typeof counters)[keyof Totals]) => sql<number>`coalesce(sum(${column}), 0)`;
  const row = db
    .select({
      received: sumOf(counters.received),
      accepted: sumOf(counters.accepted),
      duplicates: sumOf(counters.duplicates),
      conflicts: sumOf(counters.conflicts),
      rejected: sumOf(counters.rejected),
      // In the same statement, so that both are of one snapshot.
      asOfSeq: sql<number>`(select coalesce(max(${processingLog.seq}), 0) from ${processingLog})`,
    })
    .from(counters)
    .where(client === null ? undefined : eq(counters.client, client))
    .get();
  if (row === undefined) throw new Error("A sum has no row.");
  return row;
};

export const activity = (db: Drizzle, { nowUs, minutes }: { nowUs: Micros; minutes: number }): Activity => {
  const lastSeq = sql<number>`coalesce(max(${processingLog.seq}), 0)`.as("seq");
  const head = db.select({ lastSeq }).from(processingLog).as("head");
  const newest = sql`max(${minuteOf(nowUs)}, coalesce((select max(${activityTable.minuteUs}) from ${activityTable}), 0))`;
  // One statement, so that all is of one snapshot.
  const rows = db
    .select({ asOfSeq: head.lastSeq, minute: getTableColumns(activityTable) })
    .from(head)
    .leftJoin(activityTable, gt(activityTable.minuteUs, sql`${newest} - ${minutes * MINUTE_US}`))
    .orderBy(activityTable.minuteUs)
    .all();
  return { asOfSeq: rows[0]?.asOfSeq ?? 0, minutes: rows.flatMap(({ minute }) => minute ?? []) };
};

export const clients = (
  db: Drizzle,
  { client, limit }: { client: string | null; limit: number },
): readonly ClientTotals[] =>
  db
    .select()
    .from(counters)
    .where(and(ne(counters.client, ""), client === null ? undefined : eq(counters.client, client)))
    .orderBy(desc(counters.received), counters.client)
    .limit(limit)
    .all();

export const receivedSince = (db: Drizzle, { sinceUs, client }: { sinceUs: number; client: string | null }): number => {
  const before = lastSeqBefore(db, sinceUs);
  const countWhere = (condition: SQL | undefined): number =>
    db
      .select({ count: count() })
      .from(processingLog)
      .where(and(gt(processingLog.seq, before), condition))
      .get()?.count ?? 0;
  if (client === null) return head(db) - before - countWhere(isAct);
  return countWhere(and(eq(processingLog.client, client), inArray(processingLog.action, [...outcomes])));
};
