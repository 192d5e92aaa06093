import BetterSqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLimiter } from "../pipeline/limiter.ts";
import { sale, startApp, type TestApp } from "./app.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";

const INGEST = "mutation ($input: IngestEventInput!) { ingestEvent(input: $input) { outcome } }";
const BATCH = "mutation ($input: IngestEventsInput!) { ingestEvents(input: $input) { accepted duplicates } }";
const LEFT = "query ($client: String) { viewer { rateLimit(client: $client) { limit remaining resetAt } } }";

const send = (app: TestApp, client: string, amount: number) =>
  app.post(INGEST, { input: { event: sale({ client, amount }) } });
const batch = (client: string, count: number, first = 1) => ({
  input: { events: Array.from({ length: count }, (_, index) => ({ event: sale({ client, amount: first + index }) })) },
});

describe("a limit for every client", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ RATE_LIMIT_PER_MINUTE: "10" });
  });
  afterAll(() => app.close());

  test("counts events, and says when to come back; others are not touched", async () => {
    for (let amount = 1; amount <= 10; amount++) expect((await send(app, "busy", amount)).status).toBe(200);
    const { status, headers, body } = await send(app, "busy", 11);
    expect(status).toBe(429);
    expect(body.errors[0].extensions).toMatchObject({ code: "RATE_LIMITED", retryable: true, client: "busy" });
    expect(body.errors[0].extensions.retryAfterMs).toBeGreaterThan(0);
    expect(body.errors[0].extensions.retryAfterMs).toBeLessThanOrEqual(6_000);
    expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(headers.get("ratelimit-policy")).toBe('"client";q=10;w=60');
    expect(headers.get("ratelimit")).toMatch(/^"client";r=0;t=\d+$/);
    expect((await send(app, "calm", 1)).status).toBe(200);
    expect((await app.ask(LEFT, { client: "calm" })).viewer.rateLimit).toMatchObject({ limit: 10, remaining: 9 });
    expect((await app.ask("{ viewer { rateLimit { limit } } }")).viewer.rateLimit).toBeNull();
  });

  test("refuses a batch whole, in which one client has too many, and takes nothing for it from the others", async () => {
    const mixed = [...batch("other", 3).input.events, ...batch("greedy", 11).input.events];
    const { status, body } = await app.post(BATCH, { input: { events: mixed } });
    expect([status, body.errors[0].extensions.client]).toEqual([429, "greedy"]);
    expect(body.errors[0].extensions.retryAfterMs).toBeUndefined();
    expect((await app.ask(LEFT, { client: "other" })).viewer.rateLimit.remaining).toBe(10);
    expect(
      (await app.ask('{ events(filter: { clients: ["greedy", "other"] }) { totalCount } }')).events.totalCount,
    ).toBe(0);
  });

  test("holds for events that have no client, and over WebSocket", async () => {
    const garbage = Array.from({ length: 10 }, (_, index) => ({ event: { metric: index } }));
    expect((await app.post(BATCH, { input: { events: garbage } })).status).toBe(200);
    const client = app.connect();
    const answer = await new Promise<{ errors?: readonly { extensions: { code: string } }[] }>((resolve) => {
      client.subscribe(
        { query: INGEST, variables: { input: { event: { metric: 11 } } } },
        { next: (result) => resolve(result as never), error: () => undefined, complete: () => undefined },
      );
    });
    expect(answer.errors?.[0]?.extensions.code).toBe("RATE_LIMITED");
    await client.dispose();
  });

  test("is another where the client's profile says so", async () => {
    const set =
      "mutation ($client: String!, $limit: Int) { setClientProfile(client: $client, profile: { rateLimitPerMinute: $limit }) { profile { rateLimitPerMinute } } }";
    await app.ask(set, { client: "large", limit: 100 });
    expect((await app.post(BATCH, batch("large", 100))).status).toBe(200);
    expect((await send(app, "large", 101)).status).toBe(429);
  });
});

test("without a setting only those are limited whose profile says so", async () => {
  const app = await startApp();
  await app.ask(
    'mutation { setClientProfile(client: "noisy", profile: { rateLimitPerMinute: 2 }) { profile { version } } }',
  );
  expect((await app.post(BATCH, batch("quiet", 500))).status).toBe(200);
  const codes = [];
  for (let amount = 1; amount <= 3; amount++) codes.push((await send(app, "noisy", amount)).status);
  expect(codes).toEqual([200, 200, 429]);
  await app.close();
});

test("what the database has no place for is given back to its sender", async () => {
  const app = await startApp({ RATE_LIMIT_PER_MINUTE: "10" });
  const other = new BetterSqlite(app.databaseFile);
  other.exec("begin immediate");
  expect((await app.post(BATCH, batch("patient", 10))).status).toBe(503);
  other.close();
  expect((await app.post(BATCH, batch("patient", 10))).body.data.ingestEvents.accepted).toBe(10);
  await app.close();
});

describe("servers that share a database", () => {
  test("take in advance what they need, and together never more than there is", async () => {
    let left = 1_000;
    let questions = 0;
    const takeAllowance = async ({ count }: { readonly count: number }) => {
      questions += 1;
      await new Promise((resolve) => setImmediate(resolve));
      if (count > left) return { isTaken: false, wholeInMs: 60_000, retryAfterMs: 60_000 } as const;
      left -= count;
      return { isTaken: true, wholeInMs: 60_000 } as const;
    };
    const limiters = [1, 2, 3].map(() => createLimiter({ takeAllowance }));
    const one = { kind: "client", name: "c", perMinute: 1_000, count: 1 } as const;
    const takings = Array.from({ length: 1_500 }, (_, index) => limiters[index % 3]?.take([one]));
    const taken = (await Promise.allSettled(takings)).filter(({ status }) => status === "fulfilled").length;
    expect(taken).toBeLessThanOrEqual(1_000);
    // What another server has taken in advance and not used is missing: at most a fiftieth each.
    expect(taken).toBeGreaterThan(930);
    expect(questions).toBeLessThan(200);
  });

  test("have what was given back for whoever sends next", async () => {
    let left = 10;
    const takeAllowance = async ({ count }: { readonly count: number }) => {
      if (count > left) return { isTaken: false, wholeInMs: 60_000, retryAfterMs: 60_000 } as const;
      left -= count;
      return { isTaken: true, wholeInMs: 60_000 } as const;
    };
    const limiter = createLimiter({ takeAllowance });
    const ten = [{ kind: "client", name: "c", perMinute: 10, count: 10 }] as const;
    await limiter.take(ten);
    await expect(limiter.take(ten)).rejects.toThrow("0 are left now");
    limiter.giveBack(ten);
    await limiter.take(ten);
  });

  test("do not get back what they took in advance too long ago", async () => {
    let nowMs = 0;
    const takeAllowance = async () => ({ isTaken: true, wholeInMs: 60_000 }) as const;
    const limiter = createLimiter({ takeAllowance, nowMs: () => nowMs });
    const one = { kind: "client", name: "c", perMinute: 1_000, count: 1 } as const;
    await limiter.take([one]);
    nowMs = 20_000;
    limiter.giveBack([one]);
    // All of the minute is missing in the database: what is left is what the server has at hand.
    expect((await limiter.look(one)).remaining).toBe(1);
  });

  test.skipIf(!hasPostgres)("keep one limit on PostgreSQL", async () => {
    const DATABASE_URL = await createDatabase();
    const settings = { DATABASE_URL, RATE_LIMIT_PER_MINUTE: "100" };
    const servers = [await startApp(settings), await startApp(settings)];
    const statuses: number[] = [];
    for (let amount = 1; amount <= 140; amount++)
      statuses.push((await send(servers[amount % 2] as TestApp, "shared", amount)).status);
    const taken = statuses.filter((status) => status === 200).length;
    // Some came back while this went on.
    expect(taken).toBeGreaterThanOrEqual(96);
    expect(taken).toBeLessThan(140);
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
    await Promise.all(servers.map((server) => server.close()));
  });
});
