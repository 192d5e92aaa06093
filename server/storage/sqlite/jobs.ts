// The jobs: what they are to do and how far they have come. What became of their items is in the log.
import type { Action } from "../../domain/event.ts";
import type { Range } from "../../domain/filter.ts";
import type { Job } from "../../domain/job.ts";
import { toJob } from "../rows.ts";
import { inRange, orderOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, asc, count, eq, isNotNull, lte } from "./drizzle.ts";
import { jobs as jobTable, processingLog } from "./tables.ts";

/** Adds the job, or writes how it ended. */
export const putJob = (db: Drizzle, { id, plan, ...job }: Job): void => {
  const { state, endedAtUs, error } = job;
  db.insert(jobTable)
    .values({ id, plan: JSON.stringify(plan), ...job })
    .onConflictDoUpdate({ target: jobTable.id, set: { state, endedAtUs, error } })
    .run();
};

export const job = (db: Drizzle, id: number): Job | null => {
  const row = db.select().from(jobTable).where(eq(jobTable.id, id)).get();
  return row === undefined ? null : toJob(row);
};

export const jobs = (db: Drizzle, range: Range): readonly Job[] =>
  db
    .select()
    .from(jobTable)
    .where(and(...inRange(jobTable.id, range)))
    .orderBy(orderOf(jobTable.id, range))
    .limit(range.limit)
    .all()
    .map(toJob);

export const runningJobs = (db: Drizzle): readonly Job[] =>
  db.select().from(jobTable).where(eq(jobTable.state, "RUNNING")).orderBy(asc(jobTable.id)).all().map(toJob);

export const jobTally = (db: Drizzle, id: number): Partial<Record<Action, number>> => {
  const rows = db
    .select({ action: processingLog.action, count: count() })
    .from(processingLog)
    .where(and(eq(processingLog.job, id), isNotNull(processingLog.job)))
    .groupBy(processingLog.action)
    .all();
  return Object.fromEntries(rows.map(({ action, count }) => [action, count]));
};

export const advanceJob = (db: Drizzle, { id, position, looked }: Pick<Job, "id" | "position" | "looked">): void => {
  db.update(jobTable)
    .set({ position, looked })
    .where(and(eq(jobTable.id, id), eq(jobTable.state, "RUNNING"), lte(jobTable.position, position)))
    .run();
};
