// The retry queue: events that met an unexpected fault are tried again by themselves, later each time, until they are
// counted, wait for a person, or are dead. The failure itself says when; the lease only who.
import type { Micros } from "../domain/calendar.ts";
import type { Log } from "../log.ts";
import type { Retries } from "../pipeline/retry.ts";
import type { Leases } from "../storage/leases.ts";
import type { Storage } from "../storage/storage.ts";
import { type Around, createWorker, type Worker } from "./worker.ts";

const KIND = "retry";
const POLL_MS = 1_000;
const LEASE_MS = 30_000;
const MAX_IN_HAND = 20;
const DRAIN_MS = 1_000;
/** Of the lease, where an attempt could not even be recorded. */
const BACKOFF = { baseMs: 1_000, capMs: 60_000 };

interface RetryDeps {
  readonly storage: Pick<Storage, "leases" | "dueFailures" | "failure">;
  readonly retries: Pick<Retries, "retryAll">;
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly around?: Around | undefined;
}

/** Tries again whatever is due, of each at one server at a time, until it is stopped. */
export const createRetryWorker = ({ storage, retries, now, log, around }: RetryDeps): Worker => {
  const { leases } = storage;
  const claim: Leases["claim"] = async (options) => {
    for (const id of await storage.dueFailures({ nowUs: now(), limit: options.limit }))
      await leases.schedule({ kind: KIND, item: String(id) }, 0);
    return leases.claim(options);
  };
  return createWorker({
    ...{ leases: { ...leases, claim }, kind: KIND, log, around, backoff: BACKOFF },
    ...{ leaseMs: LEASE_MS, pollMs: POLL_MS, maxInHand: MAX_IN_HAND, drainMs: DRAIN_MS },
    handle: async ({ item }) => {
      const failure = await storage.failure(Number(item));
      // Another server may have tried it since it was found to be due.
      if (failure === null || failure.nextAttemptAtUs === null || failure.nextAttemptAtUs > now()) return undefined;
      await retries.retryAll([failure], { by: null });
      const after = await storage.failure(failure.id);
      log.info(
        { failure: failure.id, state: after?.state, attempts: after?.attempts },
        "a failed event was tried again",
      );
      return undefined;
    },
  });
};
