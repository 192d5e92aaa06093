// How long to wait before a failed attempt is repeated.

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Exponential, with full jitter: from nothing to baseMs · 2ⁿ, at most capMs, so that what failed together does not come
 * back together. `attempt` counts from 1; `random` gives from 0 to below 1.
 */
export const backoffMs = ({ baseMs, capMs }: Backoff, attempt: number, random: () => number): number =>
  Math.floor(random() * Math.min(capMs, baseMs * 2 ** (attempt - 1)));
