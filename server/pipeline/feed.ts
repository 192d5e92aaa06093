// The live feed: everyone reads the log from a cursor of their own. A commit only wakes the readers, so what is
// live and what is resumed come by the same way, a slow reader costs nothing and a lost wake-up only delays. A database
// that cannot be read now delays as well: readers need not hear of it.
//
//   commit --wake()--> tick: the log's end becomes the horizon --> readers read up to it, and wait for the next
//
// Ticks come at once after a silence and else at a steady pace, so readers who keep up stand at the same places, ask
// for the same batches and are answered with the same objects.
import { setTimeout as delay } from "node:timers/promises";
import { AppError, isUnavailable } from "../domain/error.ts";
import type { FeedFilter } from "../domain/filter.ts";
import type { Slices } from "../slices.ts";
import type { Storage } from "../storage/storage.ts";
import { createBatches, type FeedBatch, type ReadBatch } from "./batches.ts";
import { createPace } from "./pace.ts";
import { createWaiter, type Waiter } from "./waiter.ts";

export interface FeedOptions {
  /** The seq to go on after; null for now. */
  readonly after: number | null;
  readonly filter: FeedFilter;
}

interface FeedDeps {
  readonly storage: Pick<Storage, "entries" | "head">;
  readonly heartbeatMs: number;
  readonly maxBatch: number;
  /** The least time between two ticks. */
  readonly paceMs: number;
  /** The most: other servers write too, and their wake-ups can be lost. */
  readonly pollMs: number;
  /** Ticks take their turn behind what has to be sent since the last one: overtaken by them, readers would fall out of step. */
  readonly inSlices: Slices;
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
  /** How many entries the reader who is furthest behind has not taken yet. */
  readonly lag: number;
  /** Ends all readers. */
  close(): void;
}

export const createFeed = ({ storage, heartbeatMs, maxBatch, paceMs, pollMs, inSlices }: FeedDeps): Feed => {
  /** The readers, and up to where each has read the log. */
  const waiters = new Map<Waiter, () => number>();
  const batches = createBatches({ storage, maxBatch });
  let horizon = 0;

  const tick = async (): Promise<void> => {
    try {
      const head = await storage.head();
      if (head <= horizon) return;
      horizon = head;
      for (const waiter of waiters.keys()) waiter.wake();
    } catch (error) {
      if (isUnavailable(error)) return;
      for (const waiter of waiters.keys()) waiter.fail(error);
    }
  };
  const pace = createPace(paceMs, async () => inSlices(tick));
  const wake = (): void => {
    if (waiters.size > 0) pace.request();
  };
  const poll = setInterval(wake, pollMs);
  poll.unref();

  /** Asks until the database answers, the reader has left or, where there is a limit, it has lasted too long. */
  const patiently = async <T>(
    waiter: Waiter,
    ask: () => Promise<T>,
    limitMs = Number.POSITIVE_INFINITY,
  ): Promise<T> => {
    const startedAt = performance.now();
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const isOver = waiter.isClosed || performance.now() - startedAt > limitMs;
        if (isOver || !isUnavailable(error)) throw error;
      }
      await delay(pollMs, undefined, { ref: false });
    }
  };

  const subscribe = async ({ after, filter }: FeedOptions): Promise<AsyncGenerator<FeedBatch, void>> => {
    const waiter = createWaiter(heartbeatMs);
    const leave = (): void => {
      waiters.delete(waiter);
      waiter.close();
    };
    // Before the log is looked at: a commit that comes right after finds someone to wake.
    waiters.set(waiter, () => horizon);
    try {
      // Who is only beginning can begin later as well.
      const seq = await patiently(waiter, () => startOf(after), heartbeatMs);
      return toGenerator(createNext({ waiter, seq, filter, leave }), leave);
    } catch (error) {
      leave();
      throw error;
    }
  };

  const startOf = async (after: number | null): Promise<number> => {
    if (after !== null && after <= horizon) return after;
    const head = await storage.head();
    if (after !== null && after > head)
      throw new AppError(
        "BAD_USER_INPUT",
        "The cursor lies beyond the end of the log: it belongs to another copy of the database. Leave it out to begin anew.",
      );
    return after ?? head;
  };

  const createNext = ({
    waiter,
    seq: start,
    filter,
    leave,
  }: Start): (() => Promise<IteratorResult<FeedBatch, void>>) => {
    const readBatch = batches.through(filter);
    const read: ReadBatch = (after, horizon) => patiently(waiter, () => readBatch(after, horizon));
    let seq = start;
    waiters.set(waiter, () => seq);
    let firstHead: number | null = null;

    const nextBatch = async (): Promise<FeedBatch | null> => {
      if (firstHead === null) {
        // Its own look at the log: the horizon may be old, and must not move for one reader alone.
        firstHead = await patiently(waiter, storage.head);
        return read(seq, Math.max(horizon, firstHead));
      }
      while (!waiter.isClosed) {
        const limit = Math.max(horizon, firstHead);
        if (seq < limit) {
          const batch = await read(seq, limit);
          if (batch.entries.length > 0) return batch;
          seq = batch.seq;
        } else if (!(await waiter.wait())) return batches.empty(seq);
      }
      return null;
    };

    return async () => {
      try {
        const batch = waiter.isClosed ? null : await nextBatch();
        if (batch !== null && !waiter.isClosed) {
          seq = batch.seq;
          waiter.endSilence();
          return { done: false, value: batch };
        }
      } catch (error) {
        // Whoever has left need not hear of a log that was closed behind them.
        if (!waiter.isClosed) {
          leave();
          throw error;
        }
      }
      leave();
      return { done: true, value: undefined };
    };
  };

  return {
    subscribe,
    wake,
    get subscribers() {
      return waiters.size;
    },
    get lag() {
      return Math.max(0, ...[...waiters.values()].map((place) => horizon - place()));
    },
    close: () => {
      clearInterval(poll);
      pace.stop();
      for (const waiter of waiters.keys()) waiter.close();
      waiters.clear();
    },
  };
};

interface Start {
  readonly waiter: Waiter;
  readonly seq: number;
  readonly filter: FeedFilter;
  readonly leave: () => void;
}

/** A native generator that waits cannot be ended from outside; this one can. */
const toGenerator = (
  next: () => Promise<IteratorResult<FeedBatch, void>>,
  leave: () => void,
): AsyncGenerator<FeedBatch, void> => {
  const generator: AsyncGenerator<FeedBatch, void> = {
    next,
    return: async () => {
      leave();
      return { done: true, value: undefined };
    },
    throw: async (error) => {
      leave();
      throw error;
    },
    [Symbol.asyncIterator]: () => generator,
    [Symbol.asyncDispose]: async () => leave(),
  };
  return generator;
};
