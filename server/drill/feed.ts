// Reads the live feed on one connection.
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

export interface Batch {
  readonly cursor: string;
  readonly entries: readonly { readonly seq: number }[];
}

const QUERY = `subscription ($after: Cursor, $clients: [String!]) {
  feed(after: $after, filter: { clients: $clients }) { cursor entries { seq } }
}`;

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
