// What is kept of the figures of servers over time. A write is one short transaction in the writer's turn.
import { type HistoryQuestion, type HistoryRow, MAX_REMOVED, type Outdated } from "../history.ts";
import { type Drizzle, inTransaction } from "./database.ts";
import { and, asc, eq, gte, inArray, lt, sql } from "./drizzle.ts";
import { systemHistory } from "./tables.ts";

const { stepSeconds, atUs, server, startedAtUs } = systemHistory;
const rowid = sql`rowid`;

export const writeHistory = (db: Drizzle, rows: readonly HistoryRow[], outdated: readonly Outdated[]): void =>
  inTransaction(db, () => {
    for (const row of rows)
      db.insert(systemHistory)
        .values(row)
        .onConflictDoUpdate({
          target: [stepSeconds, atUs, server, startedAtUs],
          set: { figures: row.figures },
        })
        .run();
    for (const { stepSeconds: length, beforeUs } of outdated) {
      const oldest = db
        .select({ rowid })
        .from(systemHistory)
        .where(and(eq(stepSeconds, length), lt(atUs, beforeUs)))
        .orderBy(asc(atUs))
        .limit(MAX_REMOVED);
      db.delete(systemHistory).where(inArray(rowid, oldest)).run();
    }
  });

export const history = (db: Drizzle, asked: HistoryQuestion): readonly HistoryRow[] =>
  db
    .select()
    .from(systemHistory)
    .where(and(eq(stepSeconds, asked.stepSeconds), gte(atUs, asked.fromUs), lt(atUs, asked.toUs)))
    .orderBy(asc(atUs), asc(server), asc(startedAtUs))
    .all();
