// The jobs: work on many items that people have asked for, a few at a time, so that what comes in need not wait. Where a
// server dies another goes on behind the items that are done.
import { setTimeout as sleep } from "node:timers/promises";
import type { Act } from "../domain/act.ts";
import { isUnavailable } from "../domain/error.ts";
import type { Failure } from "../domain/failure.ts";
import type { FinalState, Job } from "../domain/job.ts";
import type { Log } from "../log.ts";
import { nameOfFault } from "../pipeline/ingest.ts";
import type { Reprocess } from "../pipeline/reprocess.ts";
import { type Retries, unresolved } from "../pipeline/retry.ts";
import type { Claim, Leases, NextTurn } from "../storage/leases.ts";
import type { Storage } from "../storage/storage.ts";
import { type Around, createWorker, type Worker } from "./worker.ts";

const KIND = "job";
const POLL_MS = 500;
const LEASE_MS = 15_000;
const MAX_IN_HAND = 2;
const BACKOFF = { baseMs: 500, capMs: 60_000 };
/** Unexpected faults, one after the other, after which a job is given up. */
const MAX_FAULTS = 5;
/** Items of one step: all that is to be written for them is written in one transaction, which others wait for. */
const STEP = 50;
/** Rests as long as a step takes leave half of the writer's time, at least, to what comes in. */
const REST_FACTOR = 1;

interface JobsDeps {
  readonly storage: Pick<
    Storage,
    "leases" | "runningJobs" | "job" | "advanceJob" | "perform" | "failures" | "events" | "entries"
  >;
  readonly retries: Pick<Retries, "retryAll">;
  readonly reprocess: Pick<Reprocess, "apply">;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly around?: Around | undefined;
}

/** Does the jobs that are there, each at one server at a time, until it is stopped. */
export const createJobsWorker = (deps: JobsDeps): Worker => {
  const { storage, log } = deps;
  const { leases } = storage;
  const claim: Leases["claim"] = async (options) => {
    for (const { id } of await storage.runningJobs()) await leases.schedule({ kind: KIND, item: String(id) }, 0);
    return leases.claim(options);
  };

  const end = async (id: number, state: FinalState, error: string | null): Promise<void> => {
    const [performed] = await storage.perform([{ action: "JOB_ENDED", by: null, job: id, state, error }]);
    // It may have been cancelled just now.
    if (performed?.kind === "done") log.info({ job: id, state }, "a job ended");
  };

  /** Resolves when the job has ended or the signal fires. */
  const work = async (id: number, signal: AbortSignal): Promise<NextTurn | undefined> => {
    const isDone = await createDoneCheck(storage, id);
    for (;;) {
      const job = await storage.job(id);
      if (job?.state !== "RUNNING") return undefined;
      if (signal.aborted) return { delayMs: 0 };
      const startedAt = performance.now();
      const step = await stepOf(deps, { job, isDone, signal });
      if (step === null) return void (await end(id, "DONE", null));
      await storage.advanceJob({ id, ...step });
      await sleep(REST_FACTOR * (performance.now() - startedAt));
    }
  };

  return createWorker({
    ...{ leases: { ...leases, claim }, kind: KIND, log, around: deps.around, backoff: BACKOFF },
    // What is in hand can be left after any step.
    ...{ leaseMs: LEASE_MS, pollMs: POLL_MS, maxInHand: MAX_IN_HAND, drainMs: 0 },
    handle: async ({ item, attempt }: Claim, signal) => {
      try {
        return await work(Number(item), signal);
      } catch (error) {
        if (isUnavailable(error) || signal.aborted || attempt < MAX_FAULTS) throw error;
        log.error({ err: error, job: Number(item) }, "a job was given up");
        return void (await end(Number(item), "FAILED", nameOfFault(error)));
      }
    },
  });
};

type IsDone = (failure: number) => boolean;

/**
 * A server that died may have done part of a step without noting it. What was written for an item of that step is among
 * the job's last entries.
 */
const createDoneCheck = async (storage: JobsDeps["storage"], job: number): Promise<IsDone> => {
  const last = await storage.entries({ job }, { order: "descending", limit: STEP });
  const done = new Set(last.map(({ failure }) => failure?.id));
  return (failure) => done.has(failure);
};

interface Turn {
  readonly job: Job;
  readonly isDone: IsDone;
  readonly signal: AbortSignal;
}

/** Does the next items. Null where there are none. */
const stepOf = async (
  { storage, retries, reprocess }: JobsDeps,
  { job, isDone, signal }: Turn,
): Promise<Pick<Job, "position" | "looked"> | null> => {
  const { id, plan, by, position, looked } = job;
  // What came after the job began is none of its items.
  const range = { above: position, below: id, order: "ascending", limit: STEP } as const;
  if (plan.kind === "REPROCESS") {
    const events = await storage.events(plan.filter, range);
    await reprocess.apply(events, { by, job: id, signal });
    return advanced(
      looked,
      events.map(({ seq }) => seq),
    );
  }
  const failures = await storage.failures(unresolved(plan.filter), range);
  const fresh = failures.filter((failure) => !isDone(failure.id));
  if (plan.kind === "RETRY") await retries.retryAll(fresh, { by, job: id, client: plan.client });
  else await storage.perform(fresh.map((failure) => discarding(failure, plan.reason, job)));
  return advanced(
    looked,
    failures.map((failure) => failure.id),
  );
};

const advanced = (looked: number, items: readonly number[]): Pick<Job, "position" | "looked"> | null => {
  const position = items.at(-1);
  return position === undefined ? null : { position, looked: looked + items.length };
};

const discarding = ({ id }: Failure, reason: string, { id: job, by }: Job): Act => ({
  ...{ action: "DISCARDED", by, failure: id, reason, job },
});
