// Events that meet a fault which nobody expected: the database itself fails for them, until somebody mends it.
import BetterSqlite from "better-sqlite3";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { sale, startApp, type TestApp } from "./app.ts";
import { ask } from "./cluster.ts";
import { openPipeline } from "./pipeline.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";
import { NOON } from "./prepared.ts";
import { startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const CURSE = `create trigger curse before insert on normalized_events when new.metric = 'cursed'
  begin select raise(abort, 'cursed'); end`;
const CURSE_POSTGRES = `create function curse() returns trigger language plpgsql as $$
    begin if new.metric = 'cursed' then raise exception 'cursed'; end if; return new; end $$;
  create trigger curse before insert on normalized_events for each row execute function curse()`;

/** Makes the database fail for cursed events. Gives what mends it. */
const curse = async (database: string): Promise<() => Promise<void>> => {
  if (!database.startsWith("postgres")) {
    const connection = new BetterSqlite(database);
    connection.exec(CURSE);
    connection.close();
    return async () => {
      const connection = new BetterSqlite(database);
      connection.exec("drop trigger curse");
      connection.close();
    };
  }
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client(database);
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await run(CURSE_POSTGRES);
  return () => run("drop trigger curse on normalized_events");
};

const cursed = (amount: number): object => sale({ metric: "cursed", amount });
const INGEST = `mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { accepted } }`;
const STATE = `{
  books { balanced } stats { received accepted }
  failedEvents { edges { node { kind state attempts reason timesSeen problems { code } nextAttemptAt resolvedBy { seq } } } }
  aggregations { count sum }
}`;

const expectHealed = async (url: string, count: number): Promise<void> => {
  await expect
    .poll(() => ask(url, STATE), { timeout: 45_000, interval: 250 })
    .toMatchObject({
      books: { balanced: true },
      failedEvents: { edges: [{ node: { state: "RESOLVED", nextAttemptAt: null } }] },
      aggregations: [{ count }],
    });
};

describe.each([
  ["SQLite", async () => temporaryFile("surecount.db"), true],
  ["PostgreSQL", createDatabase, hasPostgres],
] as const)("on %s", (_name, create, isHere) => {
  test.runIf(isHere)(
    "an event that meets a fault is kept, harms no neighbour, and is counted by itself when it can be",
    async () => {
      const app: TestApp = await startApp({ DATABASE_URL: await create() });
      onTestFinished(() => app.close());
      const mend = await curse(app.databaseFile);
      const events = [sale({ amount: 1 }), cursed(2), sale({ amount: 3 }), sale({ amount: "?" })].map((event) => ({
        event,
      }));
      const { status, body } = await app.post(INGEST, { events });
      expect([status, body.errors[0].extensions.code]).toEqual([500, "INTERNAL"]);
      const { failedEvents, aggregations } = await app.ask(STATE);
      expect(aggregations).toEqual([{ count: 2, sum: "4" }]);
      expect(failedEvents.edges.map(({ node }: { node: object }) => node)).toContainEqual(
        expect.objectContaining({ kind: "PROCESSING", state: "SCHEDULED", problems: [{ code: "PROCESSING_FAULT" }] }),
      );
      await mend();
      await expect
        .poll(async () => (await app.ask(STATE)).aggregations, { timeout: 45_000 })
        .toEqual([{ count: 3, sum: "6" }]);
      expect((await app.ask(INGEST, { events })).ingestEvents).toEqual({ accepted: 0 });
      expect(await app.ask(STATE)).toMatchObject({ books: { balanced: true }, aggregations: [{ count: 3, sum: "6" }] });
    },
  );

  test.runIf(isHere)(
    "a server that is killed with such an event in hand leaves it neither stuck nor counted twice",
    async () => {
      const settings = { DATABASE_URL: await create(), PORT: await freePort(), LOG_LEVEL: "silent" };
      let server = await startProcess(settings);
      onTestFinished(() => server.kill());
      const mend = await curse(settings.DATABASE_URL);
      await expect(ask(server.url, INGEST, { events: [{ event: cursed(5) }] })).rejects.toThrow("INTERNAL");
      await server.kill();
      await mend();
      server = await startProcess(settings);
      await expectHealed(server.url, 1);
    },
  );
});

test.runIf(hasPostgres)("two servers count such an event once", async () => {
  const DATABASE_URL = await createDatabase();
  const servers = [await startApp({ DATABASE_URL }), await startApp({ DATABASE_URL })];
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });
  const mend = await curse(DATABASE_URL);
  await Promise.all(servers.map((server) => server.post(INGEST, { events: [{ event: cursed(5) }] })));
  await mend();
  await expectHealed(servers[1]?.url ?? "", 1);
});

test("what fails every time is tried ten times, each time after longer, and is dead then", async () => {
  const file = temporaryFile("surecount.db");
  let clockUs = NOON;
  const { ingest, storage, retries, close } = await openPipeline({ now: () => clockUs, random: () => 0.999_999, file });
  onTestFinished(close);
  await curse(file);
  const raw = { client: "kiosk", metric: "cursed", amount: 1, timestamp: "2026-01-31T12:00:00Z" };
  await expect(ingest.ingest([{ raw, idempotencyKey: null }])).rejects.toThrow("cursed");
  const delaysMs: number[] = [];
  for (;;) {
    const failure = await storage.failure(1);
    if (failure === null || failure.nextAttemptAtUs === null) break;
    delaysMs.push(Math.round((failure.nextAttemptAtUs - clockUs) / 1000));
    expect(await storage.dueFailures({ nowUs: failure.nextAttemptAtUs - 1, limit: 9 })).toEqual([]);
    clockUs = failure.nextAttemptAtUs;
    expect(await storage.dueFailures({ nowUs: clockUs, limit: 9 })).toEqual([1]);
    await retries.retryAll([failure], { by: null });
  }
  expect(delaysMs.map((delayMs) => Math.ceil(delayMs / 1000))).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
  expect(await storage.failure(1)).toMatchObject({ state: "DEAD", attempts: 10, reason: "SQLITE_CONSTRAINT_TRIGGER" });
  const entries = await storage.entries({ failure: 1 }, { order: "ascending", limit: 99 });
  expect(entries.map(({ action }) => action)).toEqual(["FAULTED", ...Array(10).fill("RETRIED")]);
  expect(await storage.books()).toEqual([]);
});
