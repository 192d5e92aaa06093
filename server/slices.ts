// Work that is done on the event loop, piece by piece, in slices short enough for all else to go on between them: the
// answers to three thousand subscribers at once kept a request waiting for 90 ms.

const SLICE_MS = 10;

/**
 * Does the piece of work at once where the slice has time left, and gives what it gives; else in a slice that follows,
 * in the order of asking. Pieces of one caller keep their order only where each waits for the one before.
 */
export type Slices = <T>(work: () => T) => T | Promise<Awaited<T>>;

export const createSlices = (): Slices => {
  const waiting: (() => void)[] = [];
  let spentMs = 0;
  let isNextPlanned = false;

  const spend = <T>(work: () => T): T => {
    const startedAt = performance.now();
    try {
      return work();
    } finally {
      spentMs += performance.now() - startedAt;
      if (!isNextPlanned) setImmediate(beginSlice);
      isNextPlanned = true;
    }
  };
  const beginSlice = (): void => {
    isNextPlanned = false;
    spentMs = 0;
    while (spentMs < SLICE_MS && waiting.length > 0) waiting.shift()?.();
  };

  return <T>(work: () => T): T | Promise<Awaited<T>> => {
    if (waiting.length === 0 && spentMs < SLICE_MS) return spend(work);
    return new Promise((resolve) => {
      waiting.push(() => resolve(Promise.try(() => spend(work))));
    });
  };
};
