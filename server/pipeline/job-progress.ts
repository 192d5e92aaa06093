// The progress of a job, for those who watch: what it is now, and again whenever that has changed, until it has ended.
import type { Action } from "../domain/event.ts";
import type { Job } from "../domain/job.ts";
import type { Storage } from "../storage/storage.ts";
import { followToEnd } from "./follow.ts";

/** A job and what became of its items so far: how many entries of each kind it has made. */
export interface Progress {
  readonly job: Job;
  readonly tally: Partial<Readonly<Record<Action, number>>>;
}

/** Null where there is no such job. */
const progressOf = async (storage: Pick<Storage, "job" | "jobTally">, id: number): Promise<Progress | null> => {
  const job = await storage.job(id);
  return job === null ? null : { job, tally: await storage.jobTally(id) };
};

/** Follows a job. `return()` ends it at once, even while it waits. */
export const followJob = (storage: Pick<Storage, "job" | "jobTally">, id: number): AsyncGenerator<Progress, void> =>
  followToEnd<Progress>({
    look: () => progressOf(storage, id),
    mayCome: false,
    isSame: (left, right) => JSON.stringify(left) === JSON.stringify(right),
    hasEnded: ({ job }) => job.state !== "RUNNING",
  });
