// Readers of the live feed: of one connection, and over every crash.
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

export interface Batch {
  readonly cursor: string;
  readonly entries: readonly { readonly seq: number }[];
}

export interface Follower {
  /** The seqs that it was told of, in the order in which they came. */
  readonly seen: readonly number[];
  /** Resolves when it has been told of so many entries and then of no more, or has waited long for them. */
  end(count: number): Promise<void>;
}

const QUERY = `subscription ($after: Cursor, $clients: [String!]) {
  feed(after: $after, filter: { clients: $clients }) { cursor entries { seq } }
}`;
const END_LIMIT_MS = 20_000;

/**
 * The batches of one connection, of these clients or of all. @throws where the connection or the subscription ends with
 * an error.
 */
export async function* readFeed(
  url: string,
  after: string | null,
  clients?: readonly string[],
): AsyncGenerator<Batch, void> {
  const client = createClient({
    ...{ url: `${url.replace("http", "ws")}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 },
  });
  try {
    for await (const { data, errors } of client.iterate<{ feed: Batch }>({
      query: QUERY,
      variables: { after, clients },
    })) {
      if (errors !== undefined || !data) throw new Error(JSON.stringify(errors));
      yield data.feed;
    }
  } finally {
    await client.dispose();
  }
}

/** The cursor that the feed gives now. */
export const cursorOf = async (url: string): Promise<string> => {
  for await (const { cursor } of readFeed(url, null)) return cursor;
  throw new Error("The feed ended.");
};

/** Whenever its connection ends it goes on at the next server, from its cursor. Resolves when it has begun. */
export const followFeed = async (urls: readonly string[]): Promise<Follower> => {
  const seen: number[] = [];
  const begun = Promise.withResolvers<void>();
  let cursor: string | null = null;
  let expected = Number.POSITIVE_INFINITY;

  const followAt = async (url: string): Promise<void> => {
    for await (const batch of readFeed(url, cursor)) {
      cursor = batch.cursor;
      begun.resolve();
      seen.push(...batch.entries.map(({ seq }) => seq));
      if (seen.length >= expected && batch.entries.length === 0) return;
    }
  };
  const follow = async (): Promise<void> => {
    for (let turn = 0; ; turn++) {
      await followAt(urls[turn % urls.length] ?? "").catch(() => undefined);
      if (seen.length >= expected) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const done = follow();
  await begun.promise;
  return {
    seen,
    end: async (count) => {
      expected = count;
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, END_LIMIT_MS))]);
      expected = 0;
      await done;
    },
  };
};
