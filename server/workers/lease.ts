// Holds a lease while its work is done: extends it three times as often as it would end, and tells when it is lost.
import type { Log } from "../log.ts";
import type { Claim, Leases } from "../storage/leases.ts";

interface LeaseDeps {
  readonly leases: Pick<Leases, "extend">;
  readonly claim: Claim;
  readonly leaseMs: number;
  /** When the claim was asked for, by `performance.now()`. */
  readonly askedAtMs: number;
  readonly log: Pick<Log, "warn">;
}

export interface HeldLease {
  /** Fires when another may have the work: it was taken over, or could not be extended until its end. */
  readonly lost: AbortSignal;
  /** No longer extends it. One that is under way does no harm: what was settled cannot be extended. */
  release(): void;
}

/** Begins to hold a lease that was claimed just now. */
export const holdLease = ({ leases, claim, leaseMs, askedAtMs, log }: LeaseDeps): HeldLease => {
  const { kind, item } = claim;
  const losing = new AbortController();
  let isOver = false;
  let isExtending = false;
  let ending: ReturnType<typeof setTimeout>;

  const release = (): void => {
    isOver = true;
    clearInterval(beating);
    clearTimeout(ending);
  };
  const lose = (reason: string): void => {
    release();
    log.warn({ kind, item }, reason);
    losing.abort(new Error(reason));
  };
  // Counted from before the extension was asked for, so never later than the lease's real end.
  const watchFrom = (fromMs: number): void => {
    clearTimeout(ending);
    ending = setTimeout(lose, fromMs + leaseMs - performance.now(), "a lease could not be extended until its end");
  };
  const extend = async (): Promise<void> => {
    const fromMs = performance.now();
    try {
      const holds = await leases.extend(claim, leaseMs);
      if (isOver) return;
      if (holds) watchFrom(fromMs);
      else lose("a lease was taken over");
    } catch (error) {
      if (!isOver) log.warn({ err: error, kind, item }, "a lease could not be extended, which is tried again");
    }
  };
  const beating = setInterval(() => {
    if (isExtending) return;
    isExtending = true;
    void extend().finally(() => {
      isExtending = false;
    });
  }, leaseMs / 3);

  watchFrom(askedAtMs);
  return { lost: losing.signal, release };
};
