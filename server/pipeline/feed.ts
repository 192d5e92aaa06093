// The live feed: everyone reads the log from a cursor of their own. A commit only wakes the readers, so what is
// live and what is resumed come by the same way, a slow reader costs nothing and a lost wake-up only delays.
import { AppError } from "../domain/error.ts";
import type { Entry } from "../domain/event.ts";
import type { LogFilter } from "../domain/filter.ts";
import type { Storage } from "../storage/storage.ts";

export interface FeedBatch {
  /** In order of commit. */
  readonly entries: readonly Entry[];
  /** The seq up to which the log has been read: go on after it. */
  readonly seq: number;
}

export interface FeedOptions {
  /** The seq to go on after; null for now. */
  readonly after: number | null;
  readonly filter: Pick<LogFilter, "clients" | "metrics" | "outcomes">;
}

interface FeedDeps {
  readonly storage: Pick<Storage, "entries" | "head">;
  readonly heartbeatMs: number;
  readonly maxBatch: number;
}

export interface Feed {
  /** Tells the readers that the log has grown. */
  wake(): void;
  /**
   * Every entry after the position that the filter admits, in order, then live, none missed and none repeated. The
   * first batch comes at once, with or without entries, so that its reader has a cursor; an empty one follows each
   * silence. `return()` ends it at once, even while it waits.
   * @throws AppError BAD_USER_INPUT where the position lies beyond the end of the log.
   */
  subscribe(options: FeedOptions): Promise<AsyncGenerator<FeedBatch, void>>;
  /** How many are reading. */
  readonly subscribers: number;
  /** Ends all readers. */
  close(): void;
}

export const createFeed = ({ storage, heartbeatMs, maxBatch }: FeedDeps): Feed => {
  const readers = new Set<Reader>();
  let wakes = 0;

  const subscribe = async ({ after, filter }: FeedOptions): Promise<AsyncGenerator<FeedBatch, void>> => {
    const head = await storage.head();
    if (after !== null && after > head)
      throw new AppError(
        "BAD_USER_INPUT",
        "The cursor lies beyond the end of the log: it belongs to another copy of the database. Leave it out to begin anew.",
      );
    const reader = createReader();
    readers.add(reader);
    let seq = after ?? head;
    let isFirst = true;

    const next = async (): Promise<IteratorResult<FeedBatch, void>> => {
      while (!reader.isClosed) {
        // Counted before the log is read: a commit that comes during the reading is not waited for in vain.
        const seenWakes = wakes;
        const batch = await read(seq, filter);
        const isNews = isFirst || batch.entries.length > 0 || batch.hasMore;
        seq = batch.seq;
        isFirst = false;
        if (reader.isClosed) break;
        if (isNews) return { done: false, value: batch };
        const wasWoken = wakes !== seenWakes || (await reader.wait(heartbeatMs));
        if (!wasWoken && !reader.isClosed) return { done: false, value: batch };
      }
      readers.delete(reader);
      return { done: true, value: undefined };
    };
    const end = async (): Promise<IteratorResult<FeedBatch, void>> => {
      readers.delete(reader);
      reader.close();
      return { done: true, value: undefined };
    };
    // A native generator that waits cannot be ended from outside; this one can.
    const iterator: AsyncGenerator<FeedBatch, void> = {
      next,
      return: end,
      throw: async (error) => {
        await end();
        throw error;
      },
      [Symbol.asyncIterator]: () => iterator,
      [Symbol.asyncDispose]: async () => {
        await end();
      },
    };
    return iterator;
  };

  const read = async (after: number, filter: FeedOptions["filter"]): Promise<FeedBatch & { hasMore: boolean }> => {
    const head = await storage.head();
    if (after >= head) return { entries: [], seq: after, hasMore: false };
    const entries = await storage.entries(filter, {
      above: after,
      below: head + 1,
      order: "ascending",
      limit: maxBatch,
    });
    const hasMore = entries.length === maxBatch;
    return {
      entries,
      seq: hasMore ? (entries.at(-1)?.seq ?? head) : head,
      hasMore,
    };
  };

  return {
    subscribe,
    wake: () => {
      wakes += 1;
      for (const reader of readers) reader.wake();
    },
    get subscribers() {
      return readers.size;
    },
    close: () => {
      for (const reader of readers) reader.close();
      readers.clear();
    },
  };
};

interface Reader {
  readonly isClosed: boolean;
  /** Resolves to true when woken, to false when the time is over. */
  wait(ms: number): Promise<boolean>;
  wake(): void;
  close(): void;
}

const createReader = (): Reader => {
  let isClosed = false;
  let settle: ((wasWoken: boolean) => void) | null = null;
  const wake = (): void => settle?.(true);
  return {
    get isClosed() {
      return isClosed;
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => settle?.(false), ms);
        settle = (wasWoken) => {
          clearTimeout(timer);
          settle = null;
          resolve(wasWoken);
        };
      }),
    wake,
    close: () => {
      isClosed = true;
      wake();
    },
  };
};
