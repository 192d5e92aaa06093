// The newest entries of the log as they came: each seq once, oldest first, in one array that grows in place. A batch
// costs what it brings, however much is held already.

export interface Sequenced {
  readonly seq: number;
}

export interface Tail<E extends Sequenced> {
  /** Oldest first, without a gap between the first and the last. Grows in place: who shows a part takes a copy of it. */
  readonly entries: readonly E[];
  readonly lastSeq: number;
  /** Takes entries, oldest first, and passes over those that it has seen. */
  extend(entries: readonly E[]): void;
  /** Forgets everything, also what it has seen. */
  clear(): void;
}

/** So many are held at least, once so many have come: about 80 MB. */
export const MAX_HELD = 100_000;
/** Beyond these the oldest go, all at once: cutting an array at its beginning costs as much for one as for many. */
const SLACK = 10_000;

export const createTail = <E extends Sequenced>(): Tail<E> => {
  const entries: E[] = [];
  let lastSeq = 0;
  return {
    entries,
    get lastSeq() {
      return lastSeq;
    },
    extend: (batch) => {
      for (const entry of batch) {
        if (entry.seq <= lastSeq) continue;
        entries.push(entry);
        lastSeq = entry.seq;
      }
      if (entries.length > MAX_HELD + SLACK) entries.splice(0, entries.length - MAX_HELD);
    },
    clear: () => {
      entries.length = 0;
      lastSeq = 0;
    },
  };
};

/** Where in the entries those after a seq begin; their number where there are none. */
export const indexAfter = (entries: readonly Sequenced[], seq: number): number => {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The newest of them, newest first. */
export const newestOf = <E>(entries: readonly E[], count: number): readonly E[] =>
  entries.slice(Math.max(0, entries.length - count)).reverse();
