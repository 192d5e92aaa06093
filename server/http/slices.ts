// Work that is done on the event loop, one piece after the other, in slices short enough for all else to go on between
// them: a thousand answers at once must not keep a request waiting for a second.

const SLICE_MS = 10;

/** Does the piece of work now where the slice allows it, else in one that follows, in the order of asking. */
export type Slices = <T>(work: () => T) => Promise<Awaited<T>>;

export const createSlices = (): Slices => {
  const waiting: (() => void)[] = [];
  let spentMs = 0;
  let isNextPlanned = false;

  const spend = (work: () => void): void => {
    const startedAt = performance.now();
    work();
    spentMs += performance.now() - startedAt;
    if (isNextPlanned) return;
    isNextPlanned = true;
    setImmediate(beginSlice);
  };
  const beginSlice = (): void => {
    isNextPlanned = false;
    spentMs = 0;
    for (let work = waiting.shift(); work !== undefined; work = spentMs < SLICE_MS ? waiting.shift() : undefined)
      spend(work);
  };

  return (work) =>
    new Promise((resolve) => {
      const piece = (): void => resolve(Promise.try(work));
      if (waiting.length === 0 && spentMs < SLICE_MS) spend(piece);
      else waiting.push(piece);
    });
};
