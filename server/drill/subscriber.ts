// A subscriber of the live feed that resumes by its cursor through every crash and every cut, and remembers all that it
// was told.
import { readFeed } from "./feed.ts";

export interface Subscriber {
  /** The client that it asks for; null: all. */
  readonly client: string | null;
  /** The seqs that it was told of, in the order in which they came. */
  readonly seen: readonly number[];
  /** Resolves when it has been told of so many entries, or has waited so long for them. */
  reach(count: number, limitMs: number): Promise<void>;
  /** Ends it with the next sign of life from a server. */
  stop(): Promise<void>;
}

const RETRY_MS = 20;
const POLL_MS = 10;

/** Resolves when it has a cursor: from then on it misses nothing. */
export const subscribe = async (url: string, client: string | null): Promise<Subscriber> => {
  const clients = client === null ? undefined : [client];
  const seen: number[] = [];
  const begun = Promise.withResolvers<void>();
  let cursor: string | null = null;
  let isOver = false;

  const readOnce = async (): Promise<void> => {
    for await (const batch of readFeed(url, cursor, clients)) {
      if (isOver) return;
      cursor = batch.cursor;
      seen.push(...batch.entries.map(({ seq }) => seq));
      begun.resolve();
    }
  };
  const read = async (): Promise<void> => {
    while (!isOver) {
      // Whatever ended the connection: it is asked again.
      await readOnce().catch(() => undefined);
      await pause(RETRY_MS);
    }
  };
  const reading = read();
  await begun.promise;
  return {
    ...{ client, seen },
    reach: async (count, limitMs) => {
      const startedAt = performance.now();
      while (seen.length < count && performance.now() - startedAt < limitMs) await pause(POLL_MS);
    },
    stop: async () => {
      isOver = true;
      await reading;
    },
  };
};

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
