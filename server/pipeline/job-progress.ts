// The progress of a job, for those who watch: what it is now, and again whenever that has changed, until it has ended.
import type { Action } from "../domain/event.ts";
import type { Job } from "../domain/job.ts";
import type { Storage } from "../storage/storage.ts";
import { createWaiter } from "./waiter.ts";

const POLL_MS = 250;

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
export const followJob = (storage: Pick<Storage, "job" | "jobTally">, id: number): AsyncGenerator<Progress, void> => {
  const waiter = createWaiter(POLL_MS);
  let last = "";
  let isOver = false;

  const next = async (): Promise<IteratorResult<Progress, void>> => {
    while (!isOver) {
      if (last !== "") await waiter.wait();
      waiter.endSilence();
      const progress = isOver ? null : await progressOf(storage, id);
      if (progress === null) break;
      const text = JSON.stringify(progress);
      isOver = progress.job.state !== "RUNNING";
      if (text === last) continue;
      last = text;
      return { done: false, value: progress };
    }
    return end();
  };
  const end = (): IteratorResult<Progress, void> => {
    isOver = true;
    waiter.close();
    return { done: true, value: undefined };
  };
  const generator: AsyncGenerator<Progress, void> = {
    next,
    return: async () => end(),
    throw: async (error) => {
      end();
      throw error;
    },
    [Symbol.asyncIterator]: () => generator,
    [Symbol.asyncDispose]: async () => {
      end();
    },
  };
  return generator;
};
