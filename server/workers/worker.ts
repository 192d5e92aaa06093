// The loop of later work: claim what is due, handle it, settle it, wait. Any number of servers may run the same loop;
// each item is in the hands of one of them. What fails comes again later, and what a dead server held, elsewhere.

import { type Backoff, backoffMs } from "../domain/backoff.ts";
import type { Log } from "../log.ts";
import { createPause } from "../pipeline/pause.ts";
import type { Claim, Leases, NextTurn } from "../storage/leases.ts";
import { holdLease } from "./lease.ts";

export interface WorkerDeps {
  readonly leases: Pick<Leases, "claim" | "extend" | "settle">;
  readonly kind: string;
  /**
   * Does one item, which may have been done before, and tells when it is due again: never, where it gives nothing. To
   * throw is to fail: the item is due again later. When `signal` fires, another server may have the item, or this one
   * stops: end soon, one way or the other.
   */
  readonly handle: (claim: Claim, signal: AbortSignal) => Promise<NextTurn | undefined>;
  readonly log: Pick<Log, "warn" | "error">;
  readonly backoff: Backoff;
  /** How long a dead server keeps its items from the others. */
  readonly leaseMs: number;
  /** How long to wait before looking for work again, where there was none. */
  readonly pollMs: number;
  /** How many items are handled at the same time. */
  readonly maxInHand: number;
  /** How long `stop` waits for what is in hand before it aborts it. */
  readonly drainMs: number;
  /** From 0 to below 1. */
  readonly random?: () => number;
  readonly around?: Around | undefined;
}

/** Does the work of a claim, and watches it. */
export type Around = <T>(claim: Claim, work: () => Promise<T>) => Promise<T>;

export interface Worker {
  /** Claims nothing more, and resolves when nothing is in hand any more. */
  stop(): Promise<void>;
}

export const createWorker = (deps: WorkerDeps): Worker => {
  const { leases, kind, log, leaseMs, maxInHand } = deps;
  const inHand = new Set<Promise<void>>();
  const stopping = new AbortController();
  const pause = createPause();
  let isStopping = false;

  const claimDue = async (limit: number): Promise<readonly Claim[]> => {
    try {
      return await leases.claim({ kind, limit, leaseMs });
    } catch (error) {
      log.warn({ err: error, kind }, "no work could be claimed, which is tried again");
      return [];
    }
  };
  const take = (claim: Claim, askedAtMs: number): void => {
    const turn = { claim, askedAtMs, stopping: stopping.signal };
    const handling = handleClaim(deps, turn).finally(() => {
      inHand.delete(handling);
    });
    inHand.add(handling);
  };
  const work = async (): Promise<void> => {
    while (!isStopping) {
      const askedAtMs = performance.now();
      const free = maxInHand - inHand.size;
      const claims = await claimDue(free);
      for (const claim of claims) take(claim, askedAtMs);
      if (claims.length < free) await pause.wait(deps.pollMs);
      else await Promise.race(inHand);
    }
  };

  const working = work();
  return {
    stop: async () => {
      isStopping = true;
      pause.end();
      const aborting = setTimeout(() => stopping.abort(new Error("The server stops.")), deps.drainMs);
      await working;
      await Promise.all(inHand);
      clearTimeout(aborting);
    },
  };
};

interface Turn {
  readonly claim: Claim;
  readonly askedAtMs: number;
  readonly stopping: AbortSignal;
}

/** Handles one claim and settles it. Never fails: what cannot be settled comes again when its lease has ended. */
const handleClaim = async (deps: WorkerDeps, { claim, askedAtMs, stopping }: Turn): Promise<void> => {
  const { leases, handle, log, leaseMs, backoff, random = Math.random, around = withoutWatch } = deps;
  const { kind, item, attempt } = claim;
  const lease = holdLease({ leases, claim, leaseMs, askedAtMs, log });
  const signal = AbortSignal.any([lease.lost, stopping]);

  const nextOf = async (): Promise<NextTurn | undefined> => {
    try {
      return await around(claim, () => handle(claim, signal));
    } catch (error) {
      if (signal.aborted) {
        log.warn({ err: error, kind, item, attempt }, "later work was interrupted, and is due again");
        return { delayMs: 0, isRetry: true };
      }
      const delayMs = backoffMs(backoff, attempt, random);
      log.error({ err: error, kind, item, attempt, delayMs }, "later work failed, and is tried again");
      return { delayMs, isRetry: true };
    }
  };

  const next = await nextOf();
  lease.release();
  try {
    if (!(await leases.settle(claim, next)))
      log.warn({ kind, item }, "later work was taken over before it was settled");
  } catch (error) {
    log.error({ err: error, kind, item }, "later work could not be settled, and comes again");
  }
};

const withoutWatch: Around = (_claim, work) => work();
