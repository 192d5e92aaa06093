// Tries again what the database could not do just now: a restart of PostgreSQL takes about a second, and whoever waits
// that long need not hear of it.
import { setTimeout as delay } from "node:timers/promises";
import { isWorthRetrying, toAppError } from "./faults.ts";

const LIMIT_MS = 2_000;
const MIN_DELAY_MS = 20;
const MAX_DELAY_MS = 250;

/**
 * Runs the work until it succeeds, fails for a reason of its own, or has been tried for so long. Only for work that has
 * surely not been committed where it throws. @throws AppError UNAVAILABLE, or the fault that it is.
 */
export const retrying = async <T>(work: () => Promise<T>, limitMs = LIMIT_MS): Promise<T> => {
  const startedAt = performance.now();
  for (let delayMs = MIN_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    try {
      return await work();
    } catch (error) {
      const isOver = performance.now() - startedAt + delayMs > limitMs;
      if (isOver || !isWorthRetrying(error)) throw toAppError(error);
    }
    // Jitter, so that servers which failed together do not come back together.
    await delay(delayMs * (0.5 + Math.random()));
  }
};
