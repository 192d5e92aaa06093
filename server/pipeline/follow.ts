// What goes on until it has ended, for those who watch: what it is now, and again whenever that has changed.
import { createWaiter } from "./waiter.ts";

const POLL_MS = 250;

interface Watched<T> {
  /** What it is now; null where it is not there. */
  readonly look: () => T | null | Promise<T | null>;
  /** Whether what is not there is waited for. */
  readonly mayCome: boolean;
  readonly isSame: (left: T, right: T) => boolean;
  readonly hasEnded: (value: T) => boolean;
}

/** `return()` ends it at once, even while it waits. */
export const followToEnd = <T>({ look, mayCome, isSame, hasEnded }: Watched<T>): AsyncGenerator<T, void> => {
  const waiter = createWaiter(POLL_MS);
  let last: T | null = null;
  let isOver = false;

  const end = (): IteratorResult<T, void> => {
    isOver = true;
    waiter.close();
    return { done: true, value: undefined };
  };
  const next = async (): Promise<IteratorResult<T, void>> => {
    for (let isFirst = last === null; !isOver; isFirst = false) {
      if (!isFirst) await waiter.wait();
      waiter.endSilence();
      const value = isOver ? null : await look();
      if (value === null) {
        if (mayCome) continue;
        break;
      }
      isOver = isOver || hasEnded(value);
      if (last !== null && isSame(last, value)) continue;
      last = value;
      return { done: false, value };
    }
    return end();
  };
  const generator: AsyncGenerator<T, void> = {
    next,
    return: async () => end(),
    throw: async (error) => {
      end();
      throw error;
    },
    [Symbol.asyncIterator]: () => generator,
    [Symbol.asyncDispose]: async () => {
      end();
    },
  };
  return generator;
};
