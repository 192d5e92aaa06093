// How many events one may send: so many a minute, all at once or one by one (the generic cell rate algorithm). What has
// been taken comes back evenly, and all that has to be known is when nothing will be missing any more.

export const MINUTE_MS = 60_000;

/** What a minute allows, and when the allowance is whole; in the past where nothing is missing. */
export interface Allowance {
  readonly perMinute: number;
  readonly wholeAtMs: number;
}

export type Taking =
  | { readonly isTaken: true; readonly wholeAtMs: number }
  /** Null where a minute never allows so many at once. */
  | { readonly isTaken: false; readonly retryAfterMs: number | null };

/** Takes all of them or none. */
export const takeFrom = ({ perMinute, wholeAtMs }: Allowance, count: number, nowMs: number): Taking => {
  if (count > perMinute) return { isTaken: false, retryAfterMs: null };
  const wholeAfterMs = Math.max(wholeAtMs, nowMs) + (count * MINUTE_MS) / perMinute;
  const missingMs = wholeAfterMs - nowMs - MINUTE_MS;
  // A thousandth of a millisecond is what sums of fractions may be wrong by.
  if (missingMs <= 0.001) return { isTaken: true, wholeAtMs: wholeAfterMs };
  return { isTaken: false, retryAfterMs: Math.ceil(missingMs) };
};

/** How many can be taken now. */
export const remainingOf = ({ perMinute, wholeAtMs }: Allowance, nowMs: number): number =>
  Math.floor(((MINUTE_MS - Math.max(0, wholeAtMs - nowMs)) * perMinute) / MINUTE_MS + 0.000_001);
