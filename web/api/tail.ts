// The newest entries as a list on a screen: each seq once, newest first, capped, and able to stand still.

export interface Sequenced {
  readonly seq: number;
}

export interface Tail<E extends Sequenced> {
  /** What is shown, newest first. */
  readonly rows: readonly E[];
  /** What came in while paused, newest first; as many as can be shown. */
  readonly waiting: readonly E[];
  /** How many came in while paused, shown or not in the end. */
  readonly waitingCount: number;
  readonly lastSeq: number;
  readonly isPaused: boolean;
}

export const MAX_ROWS = 200;

export const emptyTail: Tail<never> = { rows: [], waiting: [], waitingCount: 0, lastSeq: 0, isPaused: false };

/** The tail with the entries it has not seen yet, given oldest first. */
export const extendTail = <E extends Sequenced>(tail: Tail<E>, entries: readonly E[]): Tail<E> => {
  const fresh = unseen(entries, tail.lastSeq);
  const newest = fresh[0];
  if (!newest) return tail;
  const lastSeq = newest.seq;
  if (!tail.isPaused) return { ...tail, rows: [...fresh, ...tail.rows].slice(0, MAX_ROWS), lastSeq };
  const waiting = [...fresh, ...tail.waiting].slice(0, MAX_ROWS);
  return { ...tail, waiting, waitingCount: tail.waitingCount + fresh.length, lastSeq };
};

/** The rows stand still; what comes in waits. */
export const pauseTail = <E extends Sequenced>(tail: Tail<E>): Tail<E> => ({ ...tail, isPaused: true });

/** What waited comes in, without a gap. */
export const resumeTail = <E extends Sequenced>(tail: Tail<E>): Tail<E> => ({
  rows: [...tail.waiting, ...tail.rows].slice(0, MAX_ROWS),
  waiting: [],
  waitingCount: 0,
  lastSeq: tail.lastSeq,
  isPaused: false,
});

const unseen = <E extends Sequenced>(entries: readonly E[], afterSeq: number): E[] => {
  const fresh: E[] = [];
  let lastSeq = afterSeq;
  for (const entry of entries) {
    if (entry.seq <= lastSeq) continue;
    fresh.push(entry);
    lastSeq = entry.seq;
  }
  return fresh.reverse();
};
