// The counters: how many events of each outcome each client has sent.

import { outcomes } from "../../domain/event.ts";
import type { ClientTotals, Totals } from "../storage.ts";
import { isAct } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, count, desc, eq, gt, inArray, ne, type SQL, sql } from "./drizzle.ts";
import { head, lastSeqBefore } from "./log.ts";
import { prepareRun } from "./statement.ts";
import { counters, processingLog } from "./tables.ts";

/** Adds what a group of events has changed, in one statement a client. */
export const createCounterWriter = (db: Drizzle): ((deltas: readonly ClientTotals[]) => void) => {
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
      .insert(counters)
      .values({
        client: placeholder("client"),
        received: placeholder("received"),
        accepted: placeholder("accepted"),
        duplicates: placeholder("duplicates"),
        conflicts: placeholder("conflicts"),
        rejected: placeholder("rejected"),
        lastSeenAtUs: placeholder("lastSeenAtUs"),
      })
      .onConflictDoUpdate({
        target: counters.client,
        set: {
          received: sql`${counters.received} + excluded.received`,
          accepted: sql`${counters.accepted} + excluded.accepted`,
          duplicates: sql`${counters.duplicates} + excluded.duplicates`,
          conflicts: sql`${counters.conflicts} + excluded.conflicts`,
          rejected: sql`${counters.rejected} + excluded.rejected`,
          lastSeenAtUs: sql`excluded.last_seen_at_us`,
        },
      }),
  );
};

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
