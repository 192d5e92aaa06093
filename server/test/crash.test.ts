// Kills the real server again and again while clients send and retry, then compares what they were told with what
// the server has. The seed is printed, so that a failure can be repeated.
import { createClient } from "graphql-ws";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { freePort } from "../bench/program.ts";
import { addDecimals } from "../domain/decimal.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const KILLS = 8;
const CLIENTS = 8;
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

/** Mulberry32: small, and good enough to choose by. */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

interface Sent {
  readonly identity: string;
  readonly amount: string;
  /** Undefined until the server has acknowledged it. */
  seq?: number;
}

interface Answer {
  readonly data?: {
    readonly ingestEvents: {
      readonly results: readonly { readonly outcome: string; readonly receipt: { readonly seq: number } }[];
    };
  };
}

const INGEST = `mutation ($events: [IngestEventInput!]!) {
  ingestEvents(input: { events: $events }) { results { outcome receipt { seq } } }
}`;

const request = async <T>(url: string, query: string, variables: object = {}): Promise<T> => {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(5_000),
  });
  return (await response.json()) as T;
};

/** One client: new events, repeats and other spellings in small batches, each sent until it is acknowledged. */
const runClient = async ({
  name,
  url,
  random,
  isOver,
}: {
  name: string;
  url: string;
  random: () => number;
  isOver: () => boolean;
}) => {
  const sent: Sent[] = [];
  const contradictions: string[] = [];
  const spell = ({ identity, amount }: Sent, isOther: boolean) => {
    const timestamp = new Date(Date.UTC(2026, 0, 1) + Number(identity) * 1000).toISOString();
    const event = isOther
      ? {
          data: { Source: ` ${name} `, type: "sale", total: `+${amount}0`, time: timestamp.replace("Z", "+00:00") },
          noise: random(),
        }
      : { client: name, metric: "sale", amount, timestamp };
    return { event, idempotencyKey: Number(identity) % 3 === 0 ? `key-${identity}` : null };
  };
  while (!isOver()) {
    const batch = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
      const repeated = sent[Math.floor(random() * sent.length)];
      if (repeated !== undefined && random() < 0.3) return repeated;
      const fresh: Sent = {
        identity: String(sent.length),
        amount: `${1 + Math.floor(random() * 1000)}.${1 + Math.floor(random() * 9)}`,
      };
      sent.push(fresh);
      return fresh;
    });
    const events = batch.map((event) => spell(event, random() < 0.5));
    for (let isAcknowledged = false; !isAcknowledged; ) {
      const answer = await request<Answer>(url, INGEST, { events }).catch(() => null);
      const results = answer?.data?.ingestEvents.results;
      if (results === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 10 + random() * 40));
        continue;
      }
      isAcknowledged = true;
      results.forEach(({ outcome, receipt }, index) => {
        const event = batch[index];
        if (event === undefined) return;
        const isKept =
          outcome === "DUPLICATE"
            ? event.seq === undefined || event.seq === receipt.seq
            : outcome === "ACCEPTED" && event.seq === undefined;
        if (!isKept) contradictions.push(`${name}/${event.identity}: ${outcome} #${receipt.seq} after #${event.seq}`);
        event.seq = receipt.seq;
      });
    }
  }
  return { name, sent, contradictions };
};

/** Follows the feed over every crash, from the last cursor each time. */
const followFeed = (url: string) => {
  const seen: number[] = [];
  let cursor: string | null = null;
  let isOver = false;
  const query = "subscription ($after: Cursor) { feed(after: $after) { cursor entries { seq } } }";
  const done = (async () => {
    while (!isOver) {
      const client = createClient({
        url: `${url.replace("http", "ws")}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      try {
        for await (const { data } of client.iterate<{ feed: { cursor: string; entries: { seq: number }[] } }>({
          query,
          variables: { after: cursor },
        })) {
          if (!data) throw new Error("no data");
          cursor = data.feed.cursor;
          seen.push(...data.feed.entries.map(({ seq }) => seq));
          if (isOver && data.feed.entries.length === 0) break;
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await client.dispose();
    }
  })();
  return {
    seen,
    end: async () => {
      isOver = true;
      await done;
    },
  };
};

test(`nothing acknowledged is lost and nothing counted twice, however often the server is killed (CRASH_SEED=${SEED})`, {
  timeout: 180_000,
}, async () => {
  const random = createRandom(SEED);
  const settings = { PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db"), FEED_HEARTBEAT_MS: "200" };
  let server: ServerProcess = await startProcess(settings);
  const { url } = server;
  let isOver = false;
  const feed = followFeed(url);
  // The feed begins with what comes; what came before it is not its matter.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    runClient({ name: `client-${index}`, url, random: createRandom(SEED + index + 1), isOver: () => isOver }),
  );

  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 200 + random() * 600));
    await server.kill();
    server = await startProcess(settings);
  }
  isOver = true;
  const ledgers = await Promise.all(clients);

  for (const { name, sent, contradictions } of ledgers) {
    expect(contradictions).toEqual([]);
    const counted = await readEvents(url, name);
    expect(counted.size).toBe(sent.length);
    for (const { identity, amount, seq } of sent)
      expect([identity, counted.get(seq ?? -1)]).toEqual([identity, amount]);
    const { data } = await request<{ data: { aggregations: { count: number; sum: string }[] } }>(
      url,
      "query ($name: String!) { aggregations(filter: { clients: [$name] }) { count sum } }",
      { name },
    );
    expect(data.aggregations).toEqual([
      { count: sent.length, sum: sent.map(({ amount }) => amount).reduce(addDecimals) },
    ]);
  }
  const { data } = await request<{
    data: { books: { balanced: boolean }; stats: { received: number; accepted: number } };
  }>(url, "{ books { balanced } stats { received accepted } }");
  expect(data.books.balanced).toBe(true);
  expect(data.stats.accepted).toBe(ledgers.reduce((sum, { sent }) => sum + sent.length, 0));
  await feed.end();
  expect(feed.seen).toEqual(Array.from({ length: data.stats.received }, (_, index) => index + 1));
  expect(await server.stop()).toBe(0);
});

/** The amount of each event of a client, by its seq. */
const readEvents = async (url: string, client: string): Promise<ReadonlyMap<number, string>> => {
  const query = `query ($after: String, $client: String!) {
    events(first: 500, after: $after, filter: { clients: [$client] }) { edges { node { seq amount } } pageInfo { hasNextPage endCursor } }
  }`;
  const amounts = new Map<number, string>();
  for (let after: string | null = null, hasMore = true; hasMore; ) {
    const {
      data,
    }: {
      data: {
        events: {
          edges: { node: { seq: number; amount: string } }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
      };
    } = await request(url, query, { after, client });
    for (const { node } of data.events.edges) amounts.set(node.seq, node.amount);
    [after, hasMore] = [data.events.pageInfo.endCursor, data.events.pageInfo.hasNextPage];
  }
  return amounts;
};
