// Questions that may be long are asked of a standby: what it answers, and what becomes of the rest when it lags or ends.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Postgres, startPostgres } from "../bench/postgres.ts";
import { cursorOf, readFeed } from "../drill/feed.ts";
import { sale, startApp, type TestApp } from "./app.ts";
import { createDatabaseOn, hasPostgres } from "./postgres.ts";
import { expectRefusal, sendOne } from "./survival.ts";

const ASKED = "{ events(first: 1) { totalCount } aggregations { count } books { balanced } }";
const INGEST = `mutation ($events: [IngestEventInput!]!) {
  ingestEvents(input: { events: $events }) { results { outcome } }
}`;
/** More than the feed reads at once: beyond that a filter is the database's business. */
const FAR = 600;

describe.runIf(hasPostgres)("a server that asks a standby", () => {
  let primary: Postgres;
  let standby: Postgres;
  let app: TestApp;
  beforeAll(async () => {
    primary = await startPostgres();
    const database = new URL(await createDatabaseOn(primary));
    standby = await primary.replicate();
    const READ_DATABASE_URL = Object.assign(new URL(database), { port: standby.port }).href;
    app = await startApp({ DATABASE_URL: database.href, READ_DATABASE_URL, FEED_HEARTBEAT_MS: "200" });
  });
  afterEach(() => standby.query("select pg_wal_replay_resume()"));
  afterAll(async () => {
    await app?.close();
    await Promise.all([primary?.stop(), standby?.stop()]);
  });

  const reconfigure = async (change: string): Promise<void> => {
    await primary.query(`alter system ${change}`);
    await primary.query("select pg_reload_conf()");
  };
  const received = async (): Promise<number> => (await app.ask("{ stats { received } }")).stats.received;
  const listed = async (): Promise<number> => (await app.ask(ASKED)).events.totalCount;
  const expectCaughtUp = async (): Promise<void> => {
    const { accepted } = (await app.ask("{ stats { accepted } }")).stats;
    await expect.poll(listed, { timeout: 20_000 }).toBe(accepted);
  };

  test("tells by lists, aggregations and books what the standby has, and by the rest what was acknowledged", async () => {
    await sendOne(app);
    await expectCaughtUp();
    await standby.query("select pg_wal_replay_pause()");
    const { outcome, event } = await app.ingest(sale({ amount: 2 }));
    expect(outcome).toBe("ACCEPTED");
    expect(await received()).toBe(2);
    expect(await app.ask("query ($id: ID!) { event(id: $id) { amount } }", { id: event.id })).toEqual({
      event: { amount: "2" },
    });
    expect(await app.ask(ASKED)).toEqual({
      ...{ events: { totalCount: 1 }, aggregations: [{ count: 1 }], books: { balanced: true } },
    });
    await standby.query("select pg_wal_replay_resume()");
    await expectCaughtUp();
  });

  test("tells a subscriber everything, also through a filter and from far behind, however far the standby lags", async () => {
    const start = await cursorOf(app.url);
    const before = await received();
    await standby.query("select pg_wal_replay_pause()");
    const events = Array.from({ length: FAR }, (_, index) => ({ event: sale({ client: "far", amount: index + 1 }) }));
    await app.ask(INGEST, { events });
    const told: number[] = [];
    for await (const { entries } of readFeed(app.url, start, ["far"])) {
      if (entries.length === 0) break;
      told.push(...entries.map(({ seq }) => seq));
    }
    expect(told).toEqual(events.map((_, index) => before + index + 1));
  });

  test("refuses what the standby would answer while it is away, and does everything else", async () => {
    await expectCaughtUp();
    await standby.kill();
    expectRefusal(await app.post(ASKED));
    expect((await app.ingest(sale({ amount: 3 }))).outcome).toBe("ACCEPTED");
    expect((await app.ask("{ log(first: 1) { edges { node { seq } } } }")).log.edges).toHaveLength(1);
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    await standby.start();
    await expectCaughtUp();
  });

  test("acknowledges nothing that a synchronous standby does not have, even where PostgreSQL stops waiting for it", async () => {
    await reconfigure("set synchronous_standby_names = '*'");
    await standby.kill();
    const answered = app.post(INGEST, { events: [{ event: sale({ amount: 4 }) }] });
    const cancel = `select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep' and query = 'commit'`;
    await expect.poll(() => primary.query(cancel), { timeout: 20_000 }).toHaveLength(1);
    expectRefusal(await answered);
    await standby.start();
    expect(await app.ask(INGEST, { events: [{ event: sale({ amount: 4 }) }] })).toEqual({
      ingestEvents: { results: [{ outcome: "DUPLICATE" }] },
    });
    await reconfigure("reset synchronous_standby_names");
  });

  test("does not start where the questions would go to another database", async () => {
    const [one, another] = await Promise.all([createDatabaseOn(primary), createDatabaseOn(primary)]);
    await (await startApp({ DATABASE_URL: another })).close();
    const start = startApp({ DATABASE_URL: one, READ_DATABASE_URL: another });
    await expect(start).rejects.toThrow("READ_DATABASE_URL leads to another database");
  });
});
