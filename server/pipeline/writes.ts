// Watches what is written: whether it can be, and how long it takes.
import { type AppError, isUnavailable } from "../domain/error.ts";
import type { Log } from "../log.ts";
import type { Storage } from "../storage/storage.ts";
import { createCondition } from "../watch/condition.ts";

export interface Loss {
  readonly error: AppError;
  readonly mustEnd: boolean;
}

/** Tells once when events cannot be written any more, however many they are, and once when they can be again. */
export const watchWrites = (log: Log, end: () => void) => {
  let isLost = false;
  let err: unknown;
  const writable = createCondition({
    isGood: true,
    onSuccess: () => log.info("events can be written again"),
    onFailure: (reason) => log.error({ err, reason }, "events cannot be written"),
  });
  const watched =
    <Args extends readonly unknown[], T>(write: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      try {
        const written = await write(...args);
        writable.succeed();
        return written;
      } catch (error) {
        if (isUnavailable(error) && !isLost) {
          err = error.cause;
          writable.fail(error.message);
        }
        throw error;
      }
    };
  return {
    watch: (storage: Storage): Storage => ({
      ...storage,
      append: watched(storage.append),
      perform: watched(storage.perform),
      checkWritable: watched(storage.checkWritable),
    }),
    lose: ({ error, mustEnd }: Loss): void => {
      isLost = true;
      log.fatal({ err: error.cause }, error.message);
      if (mustEnd) end();
    },
  };
};

/** Tells how long it took each time it succeeded. */
export const timed =
  <Args extends readonly unknown[], T>(
    work: (...args: Args) => Promise<T>,
    observe: (seconds: number, ...args: Args) => void,
  ): ((...args: Args) => Promise<T>) =>
  async (...args) => {
    const startedAt = performance.now();
    const result = await work(...args);
    observe((performance.now() - startedAt) / 1000, ...args);
    return result;
  };
