// What is kept of the figures of servers over time. Beside the lookups, and without waiting for the disk: what a crash of
// PostgreSQL takes with it is only not seen any more.
import { type HistoryQuestion, type HistoryRow, MAX_REMOVED, type Outdated } from "../history.ts";
import { and, asc, type Drizzle, drizzle, eq, gte, lt, type Queries, sql } from "./drizzle.ts";
import { transact } from "./pool.ts";
import { unnestOf } from "./statement.ts";
import { systemHistory } from "./tables.ts";

const BEGIN = `begin isolation level read committed; set local synchronous_commit = off;
  set local idle_in_transaction_session_timeout = 4000`;

export const writeHistory = (
  { $client }: Drizzle,
  rows: readonly HistoryRow[],
  outdated: readonly Outdated[],
): Promise<void> =>
  transact($client, BEGIN, async (client) => {
    const db = drizzle({ client });
    await db.execute(sql`
      insert into ${systemHistory} select * from ${unnestOf(systemHistory, rows)}
      on conflict (step_seconds, at, server, started_at) do update set figures = excluded.figures`);
    for (const one of outdated) await removeSome(db, one);
  });

/** Of several servers that remove at once each passes over what the others have in hand. */
const removeSome = async (db: Queries, { stepSeconds, beforeUs }: Outdated): Promise<void> => {
  const before = sql.param(beforeUs, systemHistory.atUs);
  await db.execute(sql`
    delete from ${systemHistory} where ctid = any(array(
      select ctid from ${systemHistory} where step_seconds = ${stepSeconds} and at < ${before}
      order by at limit ${MAX_REMOVED} for update skip locked))`);
};

export const history = (db: Queries, asked: HistoryQuestion): Promise<readonly HistoryRow[]> => {
  const { stepSeconds, atUs, server, startedAtUs } = systemHistory;
  return db
    .select()
    .from(systemHistory)
    .where(and(eq(stepSeconds, asked.stepSeconds), gte(atUs, asked.fromUs), lt(atUs, asked.toUs)))
    .orderBy(asc(atUs), asc(server), asc(startedAtUs));
};
