// Three servers on one PostgreSQL, each a process of its own: whom one asks makes no difference.
import { createClient } from "graphql-ws";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createRandom } from "../demo/random.ts";
import { cursorOf, readFeed } from "../drill/feed.ts";
import { sale } from "./app.ts";
import { ask, type Cluster, startCluster } from "./cluster.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";

interface Result {
  readonly outcome: string;
  readonly receipt: { readonly seq: number };
}

const INGEST = `mutation ($events: [IngestEventInput!]!) {
  ingestEvents(input: { events: $events }) { results { outcome receipt { seq } } }
}`;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Sends events of a client, told apart by their numbers. Every third has a key. */
const send = async (url: string, client: string, numbers: readonly number[]): Promise<readonly Result[]> => {
  const events = numbers.map((number) => ({
    event: sale({ client, amount: number + 1 }),
    idempotencyKey: number % 3 === 0 ? `key-${number}` : null,
  }));
  return (await ask<{ ingestEvents: { results: readonly Result[] } }>(url, INGEST, { events })).ingestEvents.results;
};

interface LogPage {
  readonly log: {
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly seq: number } }[];
  };
}

const LOG =
  "query ($first: Int, $after: String) { log(first: $first, after: $after) { edges { cursor node { seq } } } }";

/** Reads the log page by page until it has met so many entries. */
const pageLog = async (url: string, { first, after, count }: Paging): Promise<readonly number[]> => {
  const seqs: number[] = [];
  for (let cursor = after; seqs.length < count; ) {
    const { log } = await ask<LogPage>(url, LOG, { first, after: cursor });
    seqs.push(...log.edges.map(({ node }) => node.seq));
    cursor = log.edges.at(-1)?.cursor ?? cursor;
  }
  return seqs;
};

interface Paging {
  readonly first: number;
  readonly after: string | null;
  readonly count: number;
}

/** Reads the feed until it has met so many entries. */
const follow = async (url: string, after: string | null, count: number) => {
  const seqs: number[] = [];
  for await (const { entries, cursor } of readFeed(url, after)) {
    seqs.push(...entries.map(({ seq }) => seq));
    if (seqs.length >= count) return { seqs, cursor };
  }
  throw new Error("The feed ended.");
};

describe.runIf(hasPostgres)("three servers on one database", () => {
  let database: string;
  let cluster: Cluster;
  let urls: readonly string[];
  const urlOf = (turn: number): string => urls[turn % urls.length] ?? "";
  beforeAll(async () => {
    database = await createDatabase();
    cluster = await startCluster(3, { DATABASE_URL: database });
    urls = cluster.servers.map(({ url }) => url);
  });
  afterAll(() => cluster?.stop());

  test("of a hundred copies of each of a thousand events, sent to all of them at once, one is counted", async () => {
    const [events, copies, perRequest] = [1_000, 100, 50];
    const random = createRandom(1);
    const seqs = new Map<number, Set<number>>(range(events).map((number) => [number, new Set()]));
    const outcomes: Record<string, number> = {};
    for (let first = 0; first < events; first += perRequest) {
      const numbers = range(perRequest).map((index) => first + index);
      const sendCopy = async (copy: number): Promise<void> => {
        // In another order each time, so that transactions meet the same identities from both ends.
        const mixed = random.shuffled(numbers);
        const results = await send(urlOf(copy), "copies", mixed);
        results.forEach(({ outcome, receipt }, index) => {
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
          seqs.get(mixed[index] ?? -1)?.add(receipt.seq);
        });
      };
      await Promise.all(range(copies).map(sendCopy));
    }
    expect(outcomes).toEqual({ ACCEPTED: events, DUPLICATE: events * (copies - 1) });
    expect([...seqs.values()].map(({ size }) => size)).toEqual(range(events).map(() => 1));
    expect(new Set([...seqs.values()].flatMap((each) => [...each])).size).toBe(events);
    for (const url of urls)
      expect(await ask(url, `{ books { balanced } aggregations(filter: { clients: ["copies"] }) { count } }`)).toEqual({
        books: { balanced: true },
        aggregations: [{ count: events }],
      });
  });

  test("whoever pages the log while all of them write it meets every entry, in order", async () => {
    const [writers, requests, perRequest] = [6, 20, 5];
    const count = writers * requests * perRequest;
    const after = await cursorOf(urlOf(0));
    const write = async (writer: number): Promise<readonly number[]> => {
      const written: number[] = [];
      for (const turn of range(requests)) {
        const numbers = range(perRequest).map((index) => turn * perRequest + index);
        const results = await send(urlOf(writer + turn), `writer-${writer}`, numbers);
        written.push(...results.map(({ receipt }) => receipt.seq));
      }
      return written;
    };
    const reading = range(6).map((reader) => pageLog(urlOf(reader), { first: reader + 1, after, count }));
    const written = (await Promise.all(range(writers).map(write))).flat().sort((left, right) => left - right);
    for (const seqs of await Promise.all(reading)) expect(seqs).toEqual(written);
  });

  test("what one server takes reaches the subscribers of another, and a cursor goes on at a third", async () => {
    const start = await cursorOf(urlOf(1));
    const following = follow(urlOf(1), start, 1);
    const [first] = await send(urlOf(0), "live", [1]);
    const { seqs, cursor } = await following;
    expect(seqs).toEqual([first?.receipt.seq]);
    const [second] = await send(urlOf(1), "live", [2]);
    expect((await follow(urlOf(2), cursor, 1)).seqs).toEqual([second?.receipt.seq]);
    expect((await follow(urlOf(2), start, 2)).seqs).toEqual([first?.receipt.seq, second?.receipt.seq]);
  });

  test("what one server takes changes the aggregation that is watched on another", async () => {
    interface Update {
      readonly aggregationUpdates: { readonly rows: readonly { readonly count: number; readonly sum: string }[] };
    }
    const query =
      'subscription { aggregationUpdates(filter: { clients: ["watched"] }, groupBy: [CLIENT]) { rows { count sum } } }';
    const client = createClient({ url: `${urlOf(1).replace("http", "ws")}/graphql`, webSocketImpl: WebSocket });
    const updates = client.iterate<Update>({ query });
    const next = async () => (await updates.next()).value?.data?.aggregationUpdates.rows;
    /** What others count has an update too, without rows. */
    const change = async () => {
      for (;;) {
        const rows = await next();
        if (rows?.length !== 0) return rows;
      }
    };
    expect(await next()).toEqual([]);
    await send(urlOf(0), "watched", [1, 2]);
    expect(await change()).toEqual([{ count: 2, sum: "5" }]);
    // A copy changes nothing, wherever it is sent.
    await send(urlOf(2), "watched", [1, 2]);
    await send(urlOf(2), "watched", [3]);
    expect(await change()).toEqual([{ count: 3, sum: "9" }]);
    await client.dispose();
  });

  test("what is written while no server hears of it is found when they look", async () => {
    const following = follow(urlOf(1), await cursorOf(urlOf(1)), 1);
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const deafen =
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'";
    expect((await client.query(deafen)).rowCount).toBe(urls.length);
    const [result] = await send(urlOf(0), "unheard", [1]);
    expect((await following).seqs).toEqual([result?.receipt.seq]);
    await client.end();
  });
});
