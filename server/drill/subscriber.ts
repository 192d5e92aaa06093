// A subscriber of the live feed that resumes by its cursor through every crash and every cut, and remembers all that it
// was told.
import { setTimeout as delay } from "node:timers/promises";
import { readFeed } from "./feed.ts";

export interface Subscriber {
  /** The client that it asks for; null: all. */
  readonly client: string | null;
  /** The seqs that it was told of, in the order in which they came. */
  readonly seen: readonly number[];
  /** Ends it with the next sign of life from a server. */
  stop(): Promise<void>;
}

const RETRY_MS = 20;

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
      await delay(RETRY_MS);
    }
  };
  const reading = read();
  await begun.promise;
  return {
    ...{ client, seen },
    stop: async () => {
      isOver = true;
      await reading;
    },
  };
};
