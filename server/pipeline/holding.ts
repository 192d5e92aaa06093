// Holds back the refusals of whoever goes on sending while it is refused, so that a client that keeps no limit cannot keep
// the server busy with refusing: beyond the first ten of a second, a place that waits for each answer gets ten a second.
import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";

const WINDOW_MS = 1_000;
/** So many in the window are answered at once: whoever waits as it is told never gets more. */
const MAX_PROMPT = 10;
const HELD_MS = 100;
/** Each takes memory: more are answered at once. */
const MAX_HELD = 1_000;
/** Of whom it is remembered that they were refused. */
const MAX_SENDERS = 10_000;

interface Refused {
  readonly sinceMs: number;
  count: number;
}

interface HoldingDeps {
  readonly nowMs: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** Resolves when the sender may be told that it is refused. */
export type Hold = (sender: string) => Promise<void>;

export const createHolding = ({ nowMs, wait = sleep }: HoldingDeps): Hold => {
  const refused = new LRUCache<string, Refused>({ max: MAX_SENDERS });
  let held = 0;

  const countOf = (sender: string): number => {
    const known = refused.get(sender);
    const isRecent = known !== undefined && nowMs() - known.sinceMs < WINDOW_MS;
    const one = isRecent ? known : { sinceMs: nowMs(), count: 0 };
    one.count += 1;
    refused.set(sender, one);
    return one.count;
  };

  return async (sender) => {
    if (countOf(sender) <= MAX_PROMPT || held >= MAX_HELD) return;
    held += 1;
    await wait(HELD_MS);
    held -= 1;
  };
};
