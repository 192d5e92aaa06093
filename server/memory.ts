// Remembers what was worked out, up to a bound. While it is being worked out, all who ask for it wait for the same.
import { LRUCache } from "lru-cache";

interface MemoryDeps<T> {
  /** The sum of sizes from which on what was asked for longest ago is forgotten. */
  readonly maxSize: number;
  /** A whole number above 0; null for what is given to those who wait and then forgotten. */
  readonly sizeOf: (value: T) => number | null;
}

export interface Memory<T> {
  /** What is known under the key, or else what the work gives. A failure reaches all who wait, and is not remembered. */
  recall(key: string, work: () => Promise<T>): Promise<T>;
}

export const createMemory = <T>({ maxSize, sizeOf }: MemoryDeps<T>): Memory<T> => {
  const known = new LRUCache<string, Promise<T>>({ maxSize });

  const recall: Memory<T>["recall"] = (key, work) => {
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const working = work();
    known.set(key, working, { size: 1 });
    const forget = (): boolean => known.peek(key) === working && known.delete(key);
    const keep = (value: T): void => {
      const size = sizeOf(value);
      // Taken out and put back: the cache does not look at the size of what it has already.
      if (forget() && size !== null) known.set(key, working, { size });
    };
    working.then(keep, forget);
    return working;
  };
  return { recall };
};
