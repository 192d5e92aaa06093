// The jobs: what they are to do and how far they have come. What became of their items is in the log.
import type { Action } from "../../domain/event.ts";
import type { Range } from "../../domain/filter.ts";
import type { Job } from "../../domain/job.ts";
import { toJob } from "../rows.ts";
import { inRange, oneOf, orderOf } from "./conditions.ts";
import { and, asc, count, eq, lte, type Queries, sql } from "./drizzle.ts";
import { arraysOf, prepare, rowsOf, type Statement } from "./statement.ts";
import { jobs as jobTable, processingLog } from "./tables.ts";

/** The statement that adds jobs, or writes how they have ended. */
export const createJobChanges = (db: Queries) => {
  const put = prepare(
    db
      .insert(jobTable)
      .select(rowsOf(jobTable, "jobs"))
      .onConflictDoUpdate({
        target: jobTable.id,
        set: { state: sql`excluded.state`, endedAtUs: sql`excluded.ended_at`, error: sql`excluded.error` },
      }),
  );
  return (jobs: readonly Job[]): readonly Statement[] => {
    if (jobs.length === 0) return [];
    const rows = jobs.map((job) => ({ ...job, plan: JSON.stringify(job.plan) }));
    return [put(arraysOf(jobTable, "jobs", rows))];
  };
};

export const job = async (db: Queries, id: number): Promise<Job | null> => (await jobsOf(db, [id]))[0] ?? null;

/** Those with one of these ids. */
export const jobsOf = async (db: Queries, ids: readonly number[]): Promise<readonly Job[]> => {
  if (ids.length === 0) return [];
  const rows = await db.select().from(jobTable).where(oneOf(jobTable.id, ids));
  return rows.map(toJob);
};

export const jobs = async (db: Queries, range: Range): Promise<readonly Job[]> => {
  const rows = await db
    .select()
    .from(jobTable)
    .where(and(...inRange(jobTable.id, range)))
    .orderBy(orderOf(jobTable.id, range))
    .limit(range.limit);
  return rows.map(toJob);
};

export const runningJobs = async (db: Queries): Promise<readonly Job[]> => {
  const rows = await db.select().from(jobTable).where(eq(jobTable.state, "RUNNING")).orderBy(asc(jobTable.id));
  return rows.map(toJob);
};

export const jobTally = async (db: Queries, id: number): Promise<Partial<Record<Action, number>>> => {
  const { action } = processingLog;
  const rows = await db
    .select({ action, count: count() })
    .from(processingLog)
    .where(eq(processingLog.job, id))
    .groupBy(action);
  return Object.fromEntries(rows.map((row) => [row.action, row.count]));
};

export const advanceJob = async (
  db: Queries,
  { id, position, looked }: Pick<Job, "id" | "position" | "looked">,
): Promise<void> => {
  await db
    .update(jobTable)
    .set({ position, looked })
    .where(and(eq(jobTable.id, id), eq(jobTable.state, "RUNNING"), lte(jobTable.position, position)));
};
