import { type Client, createClient } from "graphql-ws";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { sale, startApp, type TestApp } from "./app.ts";

const FEED = `subscription ($after: Cursor, $filter: FeedFilter) {
  feed(after: $after, filter: $filter) { cursor entries { seq action client event { amount } failure { problems { code } } } }
}`;

interface Batch {
  readonly cursor: string;
  readonly entries: readonly {
    seq: number;
    action: string;
    client: string | null;
  }[];
}

let app: TestApp;
beforeEach(async () => {
  app = await startApp({ FEED_HEARTBEAT_MS: "200" });
});
afterEach(() => app.close());

/** Reads batches of the feed until `isEnough` says so. */
const readFeed = async (
  client: Client,
  variables: object,
  isEnough: (batches: readonly Batch[]) => boolean,
): Promise<readonly Batch[]> => {
  const batches: Batch[] = [];
  for await (const { data, errors } of client.iterate<{ feed: Batch }>({
    query: FEED,
    variables: variables as never,
  })) {
    if (errors !== undefined || !data) throw new Error(JSON.stringify(errors));
    batches.push(data.feed);
    if (isEnough(batches)) break;
  }
  return batches;
};
const entriesOf = (batches: readonly Batch[]) => batches.flatMap(({ entries }) => entries);

test("the feed begins at once with a cursor, then brings what comes in, in order", async () => {
  await app.ingest(sale({ amount: 1 }));
  const client = app.connect();
  const reading = readFeed(client, {}, (batches) => {
    if (batches.length === 1) void app.ingest(sale({ amount: 2 })).then(() => app.ingest({ garbage: true }));
    return entriesOf(batches).length === 2;
  });
  const batches = await reading;
  expect(batches[0]?.entries).toEqual([]);
  expect(entriesOf(batches)).toMatchObject([
    { seq: 2, action: "ACCEPTED", client: "kiosk", event: { amount: "2" } },
    { seq: 3, action: "REJECTED", client: null, event: null },
  ]);
  await client.dispose();
});

test("a cursor brings everything after it, also after a restart, and a silence brings a cursor", async () => {
  for (let amount = 1; amount <= 5; amount++) await app.ingest(sale({ amount }));
  const { log } = await app.ask("{ log(first: 2) { edges { cursor } } }");
  const after = log.edges[1].cursor;
  await app.close();
  app = await startApp({
    DATABASE_URL: app.databaseFile,
    FEED_HEARTBEAT_MS: "200",
  });
  const client = app.connect();
  const batches = await readFeed(client, { after }, (all) => all.at(-1)?.entries.length === 0);
  expect(entriesOf(batches).map(({ seq }) => seq)).toEqual([3, 4, 5]);
  const { log: rest } = await app.ask("query ($after: String) { log(after: $after) { edges { cursor } } }", {
    after: batches.at(-1)?.cursor,
  });
  expect(rest.edges).toEqual([]);
  await client.dispose();
});

test("a filter leaves entries out, not behind: the cursor passes them", async () => {
  const client = app.connect();
  const reading = readFeed(client, { filter: { clients: ["till"] } }, (batches) => {
    if (batches.length === 1)
      void app
        .ingest(sale())
        .then(() => app.ingest(sale({ client: "till" })))
        .then(() => app.ingest(sale({ amount: 3 })));
    return entriesOf(batches).length === 1 && batches.at(-1)?.entries.length === 0;
  });
  const batches = await reading;
  expect(entriesOf(batches).map(({ seq }) => seq)).toEqual([2]);
  const head = (await app.ask("{ log(last: 1) { edges { cursor } } }")).log.edges[0].cursor;
  expect(batches.at(-1)?.cursor).toBe(head);
  await client.dispose();
});

test("a reader that loses its socket a hundred times under load misses nothing and sees nothing twice", async () => {
  const seen: number[] = [];
  let cursor: string | null = (await readFeed(app.connect(), {}, () => true))[0]?.cursor ?? null;
  let isLoading = true;
  const load = (async () => {
    for (let round = 0; isLoading; round++)
      await Promise.all(
        Array.from({ length: 4 }, (_, index) => app.ingest(sale({ client: `c${index}`, amount: round + 1 }))),
      );
  })();

  for (let drop = 0; drop < 100; drop++) {
    const client = app.connect({ retryAttempts: 0 });
    let socket: WebSocket | undefined;
    client.on("connected", (connected) => {
      socket = connected as WebSocket;
    });
    try {
      for await (const { data } of client.iterate<{ feed: Batch }>({
        query: FEED,
        variables: { after: cursor },
      })) {
        if (!data) throw new Error("no data");
        cursor = data.feed.cursor;
        seen.push(...data.feed.entries.map(({ seq }) => seq));
        if (Math.random() < 0.5) socket?.terminate();
      }
    } catch {
      // The drop; the next round goes on after the cursor.
    }
  }
  isLoading = false;
  await load;
  const client = app.connect();
  for (const { entries } of await readFeed(client, { after: cursor }, (all) => all.at(-1)?.entries.length === 0))
    seen.push(...entries.map(({ seq }) => seq));
  await client.dispose();
  const { stats } = await app.ask("{ stats { received } }");
  expect(stats.received).toBeGreaterThan(100);
  expect(seen).toEqual(Array.from({ length: stats.received }, (_, index) => index + 1));
});

test("the log is narrowed by metric as the feed is", async () => {
  for (const metric of ["refund", "sale", "refund"]) await app.ingest(sale({ metric, amount: 7 }));
  const { log } = await app.ask('{ log(filter: { metrics: ["refund"] }) { edges { node { seq action } } } }');
  expect(log.edges).toEqual([{ node: { seq: 1, action: "ACCEPTED" } }, { node: { seq: 3, action: "DUPLICATE" } }]);
});

test("readers with places and filters of their own each get exactly their entries, while the log grows", async () => {
  for (let amount = 1; amount <= 20; amount++) await app.ingest(sale({ amount, client: `c${amount % 3}` }));
  const { log } = await app.ask("{ log(first: 20) { edges { cursor } } }");
  const client = app.connect();
  const readers = Array.from({ length: 30 }, (_, index) => {
    const after = log.edges[(index * 7) % 20].cursor;
    const clients = index % 2 === 0 ? undefined : [`c${index % 3}`, "last"];
    return readFeed(client, { after, filter: { clients } }, (all) => entriesOf(all).at(-1)?.client === "last");
  });
  for (let amount = 21; amount <= 200; amount++) void app.ingest(sale({ amount, client: `c${amount % 3}` }));
  await expect
    .poll(async () => (await app.ask("{ stats { received } }")).stats.received, { timeout: 20_000 })
    .toBe(200);
  await app.ingest(sale({ client: "last" }));
  const { log: whole } = await app.ask("{ log(last: 201) { edges { node { seq client } } } }");
  const entries: { seq: number; client: string }[] = whole.edges.map(({ node }: { node: object }) => node);

  for (const [index, reading] of readers.entries()) {
    const start = ((index * 7) % 20) + 1;
    const isWanted = (name: string) => index % 2 === 0 || name === `c${index % 3}` || name === "last";
    const expected = entries.filter(({ seq, client: name }) => seq > start && isWanted(name));
    expect(entriesOf(await reading).map(({ seq }) => seq)).toEqual(expected.map(({ seq }) => seq));
  }
  await client.dispose();
});

test("a reader who leaves in silence is gone at once", async () => {
  const subscribers = async () =>
    /surecount_feed_subscribers (\d+)/.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1];
  const quiet = await startApp({ FEED_HEARTBEAT_MS: "30000" });
  const client = quiet.connect();
  const iterator = client.iterate<{ feed: Batch }>({ query: FEED });
  await iterator.next();
  const count = async () =>
    /surecount_feed_subscribers (\d+)/.exec(await (await fetch(`${quiet.url}/metrics`)).text())?.[1];
  expect(await count()).toBe("1");
  await iterator.return?.();
  await expect.poll(count, { timeout: 20_000 }).toBe("0");
  await client.dispose();
  await quiet.close();
  expect(await subscribers()).toBe("0");
});

test.each([
  ["an empty cursor", FEED, { after: "" }],
  ["a broken cursor", FEED, { after: "bG9n" }],
  ["a document that is none", "subscription {", {}],
  ["a field that is none", "subscription { feed { speed } }", {}],
  [
    "an idempotency key that is none",
    `mutation { ingestEvent(input: { event: {}, idempotencyKey: "" }) { outcome } }`,
    {},
  ],
])("%s is answered with BAD_USER_INPUT, and the socket stays open", async (_what, query, variables) => {
  const client = app.connect();
  const answer = (document: string, values: object) =>
    new Promise<{ errors?: readonly unknown[]; data?: unknown }>((resolve) => {
      client.subscribe(
        { query: document, variables: values as never },
        {
          next: (result) => resolve(result as never),
          error: (errors) => resolve({ errors: errors as readonly unknown[] }),
          complete: () => undefined,
        },
      );
    });
  const { errors } = await answer(query, variables);
  expect(errors?.[0]).toMatchObject({
    extensions: { code: "BAD_USER_INPUT", retryable: false },
  });
  expect(errors?.[0]).not.toHaveProperty("extensions.http");
  expect(await answer("{ stats { received } }", {})).toMatchObject({
    data: { stats: { received: 0 } },
  });
  await client.dispose();
});

test("a socket runs a hundred operations at once and refuses more, in words", async () => {
  const client = app.connect();
  const refusals: unknown[] = [];
  const leaves = Array.from({ length: 120 }, () =>
    client.subscribe(
      { query: FEED },
      { next: () => undefined, error: (errors) => refusals.push(errors), complete: () => undefined },
    ),
  );
  await expect.poll(() => refusals.length, { timeout: 20_000 }).toBe(20);
  expect(refusals[0]).toMatchObject([{ extensions: { code: "RATE_LIMITED", retryable: true } }]);
  for (const leave of leaves) leave();
  await client.dispose();
});

test("a cursor of another database is refused", async () => {
  const other = await startApp();
  await other.ingest(sale());
  const { log } = await other.ask("{ log(last: 1) { edges { cursor } } }");
  await other.close();
  const client = app.connect();
  await expect(readFeed(client, { after: log.edges[0].cursor }, () => true)).rejects.toThrow("another database");
  await client.dispose();
});

test("mutations over a socket count like those over HTTP", async () => {
  const client = app.connect();
  const query = `mutation ($event: JSON!) { ingestEvent(input: { event: $event }) { outcome receipt { seq } } }`;
  const outcomes: unknown[] = [];
  for (let time = 0; time < 2; time++)
    for await (const { data } of client.iterate({
      query,
      variables: { event: sale() },
    }))
      outcomes.push(data);
  expect(outcomes).toEqual([
    { ingestEvent: { outcome: "ACCEPTED", receipt: { seq: 1 } } },
    { ingestEvent: { outcome: "DUPLICATE", receipt: { seq: 1 } } },
  ]);
  await client.dispose();
});

test("a stopping server tells its readers to come back, and they go on without a gap", async () => {
  const port = new URL(app.url).port;
  const seen: number[] = [];
  const closes: number[] = [];
  const client = createClient({
    ...{
      url: `ws://localhost:${port}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    },
    on: { closed: (event) => closes.push((event as CloseEvent).code) },
  });
  let cursor = "";
  let closed: Promise<void> | undefined;
  await expect(
    readFeed(client, {}, (batches) => {
      cursor = batches.at(-1)?.cursor ?? "";
      seen.push(...(batches.at(-1)?.entries.map(({ seq }) => seq) ?? []));
      if (batches.length === 1) closed = app.ingest(sale()).then(() => app.close());
      return false;
    }),
  ).rejects.toMatchObject({ code: 1012 });
  await closed;
  app = await startApp({
    DATABASE_URL: app.databaseFile,
    PORT: port,
    FEED_HEARTBEAT_MS: "200",
  });
  await app.ingest(sale({ amount: 2 }));
  const again = app.connect();
  const batches = await readFeed(again, { after: cursor }, (all) => all.at(-1)?.entries.length === 0);
  expect([...seen, ...entriesOf(batches).map(({ seq }) => seq)]).toEqual([1, 2]);
  expect(closes).toEqual([1012]);
  await again.dispose();
});

test("an aggregation is told, then its changes, which together are what the query answers", async () => {
  const args = `(groupBy: [CLIENT], interval: DAY, percentiles: [0.5])`;
  const fields = "client from count sum asOfSeq percentiles { value approximate relativeError }";
  await app.ingest(sale({ amount: 1 }));
  await app.ingest(sale({ amount: 2, client: "till" }));
  interface Row {
    readonly client: string;
    readonly from: string;
    readonly asOfSeq: number;
  }
  interface Update {
    readonly aggregationUpdates: {
      readonly asOfSeq: number;
      readonly rows: readonly Row[];
      readonly gone: readonly Row[];
    };
  }
  const client = app.connect();
  const rows = new Map<string, Row>();
  const sizes: number[] = [];
  const query = `subscription { aggregationUpdates${args} { asOfSeq rows { ${fields} } gone { client from } } }`;
  for await (const { data } of client.iterate<Update>({ query })) {
    const update = data?.aggregationUpdates;
    for (const row of update?.rows ?? []) rows.set(`${row.client} ${row.from}`, row);
    sizes.push(update?.rows.length ?? 0);
    if (update?.asOfSeq === 3) break;
    await app.ingest(sale({ amount: 3 }));
  }
  expect(sizes).toEqual([2, 1]);
  const { aggregations } = await app.ask(`{ aggregations${args} { ${fields} } }`);
  // A row that has not changed is as of an earlier entry.
  expect([...rows.values()].map((row) => ({ ...row, asOfSeq: 3 }))).toEqual(aggregations);
  expect(aggregations).toMatchObject([
    { client: "kiosk", count: 2, sum: "4", percentiles: [{ value: "1", approximate: false, relativeError: 0 }] },
    { client: "till", count: 1 },
  ]);
  await client.dispose();
});
