// The rows of the live list, newest first: what the tail holds, and below it what was read of the log further back, as
// far as a filter admits it. Paused it stands still and counts what comes; resumed it has no gap, however long it stood.
//
//   rows = [ admitted of the tail ][ admitted of the pages read back from where the tail began ]
//
// Where the tail gives up its oldest entries there would be a gap between the two: then the pages go, and what they held
// is read again by whoever scrolls there.
import { indexAfter, type Sequenced, type Tail } from "../api/tail.ts";

/** So many rows can be scrolled through; further back the filters and the other rooms lead. */
export const MAX_ROWS = 100_000;

export interface OlderPage<E> {
  /** The entry before which it was asked for: an answer about another is not wanted any more. */
  readonly before: E;
  /** Oldest first. */
  readonly entries: readonly E[];
  /** Whether nothing stands before it. */
  readonly isFirst: boolean;
}

export interface LiveList<E extends Sequenced> {
  /** Newest first; a new array whenever it has changed. */
  rows(): readonly E[];
  /** How many came in while paused. */
  waitingCount(): number;
  isPaused(): boolean;
  /** Takes what the tail has got since; called whenever it is drawn. */
  follow(): void;
  pause(): void;
  resume(): void;
  /** The oldest entry looked at, before which the log goes on; undefined where none is known, or nothing may follow. */
  reach(): E | undefined;
  /** Adds a page of the log below the rows; gives how many of its entries are admitted. */
  addOlder(page: OlderPage<E>): number;
}

export const createLiveList = <E extends Sequenced>({
  tail,
  admits,
}: {
  tail: Tail<E>;
  admits: (entry: E) => boolean;
}): LiveList<E> => {
  const held: E[] = [];
  let older: E[] = [];
  let hasOlder = false;
  let isAtStart = false;
  let seenSeq = 0;
  /** The oldest entry of the tail when the first page was read: pages join there. */
  let joint: E | undefined;
  let reach: E | undefined;
  let rows: readonly E[] = [];
  let waitingCount = 0;
  let isPaused = false;

  const take = (): number => {
    const heldBefore = held.length;
    for (let index = indexAfter(tail.entries, seenSeq); index < tail.entries.length; index += 1) {
      const entry = tail.entries[index];
      if (entry && admits(entry)) held.push(entry);
    }
    seenSeq = tail.lastSeq;
    return held.length - heldBefore;
  };
  const cut = (): boolean => {
    const firstSeq = tail.entries[0]?.seq ?? 0;
    const gone = indexAfter(held, firstSeq - 1);
    held.splice(0, gone);
    return gone > 0;
  };
  const compose = () => {
    const [oldest] = tail.entries;
    const isApart = joint !== undefined && oldest !== undefined && oldest.seq > joint.seq;
    if (!hasOlder || isApart) {
      older = [];
      hasOlder = isAtStart = false;
      joint = reach = oldest;
    }
    rows = held.toReversed().concat(older);
  };

  return {
    rows: () => rows,
    waitingCount: () => waitingCount,
    isPaused: () => isPaused,
    follow: () => {
      const added = take();
      if (isPaused) waitingCount += added;
      else if ((cut() || added > 0 || reach === undefined) && tail.entries.length > 0) compose();
    },
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
      waitingCount = 0;
      cut();
      compose();
    },
    reach: () => (isAtStart || rows.length >= MAX_ROWS ? undefined : reach),
    addOlder: ({ before, entries, isFirst }) => {
      if (before !== reach) return 0;
      const admitted = entries.filter(admits).reverse();
      hasOlder = true;
      isAtStart = isFirst;
      reach = entries[0] ?? reach;
      older.push(...admitted);
      rows = rows.concat(admitted);
      return admitted.length;
    },
  };
};

/** Where among rows, newest first, the one of a seq stands; -1 where it is not there. */
export const indexOfSeq = (rows: readonly Sequenced[], seq: number): number => {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = rows[middle]?.seq ?? 0;
    if (found === seq) return middle;
    if (found > seq) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
};
