// The answer to a question that costs something: asked at most every so often, however many want to know, and waited for
// only so long.

interface LatestDeps<T> {
  readonly ask: () => Promise<T>;
  readonly everyMs: number;
  /** Who asks gets the answer before where the next takes longer. */
  readonly limitMs: number;
  /** A clock that only goes forward. */
  readonly nowMs?: () => number;
}

/** Gives the latest answer; null where there is none, or the last asking failed. */
export const createLatest = <T>({
  ask,
  everyMs,
  limitMs,
  nowMs = () => performance.now(),
}: LatestDeps<T>): (() => Promise<T | null>) => {
  let latest: T | null = null;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  const askAnew = async (): Promise<void> => {
    askedAtMs = nowMs();
    latest = await ask().catch(() => null);
    asking = null;
  };

  return async () => {
    if (asking === null && nowMs() - askedAtMs >= everyMs) asking = askAnew();
    if (asking !== null) await within(limitMs, asking);
    return latest;
  };
};

const within = async (limitMs: number, work: Promise<void>): Promise<void> => {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  await Promise.race([work, tooLate]);
  clearTimeout(timer);
};
