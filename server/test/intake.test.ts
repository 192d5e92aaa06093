// Events that come through a queue: whatever happens to servers, database and queue, each one is counted once.
import { AckPolicy } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import BetterSqlite from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { startPostgres } from "../bench/postgres.ts";
import { freePort } from "../bench/program.ts";
import { sale, startApp } from "./app.ts";
import { hasNats, startNats } from "./nats.ts";
import { connectNats, type NatsClient } from "./nats-client.ts";
import { createDatabase, createDatabaseOn, hasPostgres } from "./postgres.ts";
import { startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const FIGURES = `{
  books { balanced }
  stats { received accepted duplicates conflicts rejected }
  aggregations { count sum }
}`;

/** A queue for which producers need not wait for a server. */
const startQueue = async (ackWaitMs = 30_000) => {
  const nats = await startNats();
  const client = await connectNats(nats.url);
  await ensureQueue(client, ackWaitMs);
  onTestFinished(async () => {
    await client.close();
    await nats.stop();
  });
  return { nats, client };
};

const startServer = async (url: string, database = temporaryFile("surecount.db")) => {
  const app = await startApp({ DATABASE_URL: database }, { queueUrl: url });
  onTestFinished(() => app.close());
  return app;
};

/** Event number 0, 1, 2 ... of a minute each, with amounts 1, 2, 3 ... */
const numbered = (number: number): string =>
  JSON.stringify(sale({ amount: number + 1, timestamp: new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString() }));

const sumUpTo = (count: number): string => String((count * (count + 1)) / 2);

const publishAll = (client: NatsClient, numbers: readonly number[]) =>
  Promise.all(numbers.map((number) => client.publish(numbered(number))));

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

const backends = [
  { name: "SQLite", isThere: true, create: async () => temporaryFile("surecount.db") },
  { name: "PostgreSQL", isThere: hasPostgres, create: createDatabase },
].filter(({ isThere }) => hasNats && isThere);

describe.each(backends)("taking events from NATS into $name", ({ create }) => {
  test("messages that come twice and out of order are counted once", async () => {
    const { nats, client } = await startQueue();
    const app = await startServer(nats.url, await create());
    const shuffled = range(0, 600).map((index) => (index * 7) % 300);
    await publishAll(client, shuffled);
    const { books, stats, aggregations } = await eventually(app.ask, FIGURES, ({ stats }) => stats.received === 600);
    expect(books.balanced).toBe(true);
    expect(stats).toEqual({ received: 600, accepted: 300, duplicates: 300, conflicts: 0, rejected: 0 });
    expect(aggregations).toEqual([{ count: 300, sum: sumUpTo(300) }]);
    await expect.poll(() => client.left()).toEqual({ unacknowledged: 0, waiting: 0 });
  });

  test("with idempotency keys identity is the key", async () => {
    const { nats, client } = await startQueue();
    const app = await startServer(nats.url, await create());
    await client.publish(numbered(1), "a");
    await client.publish(numbered(1), "b");
    await client.publish(numbered(1), "b");
    await client.publish(numbered(2), "b");
    const { stats } = await eventually(app.ask, FIGURES, ({ stats }) => stats.received === 4);
    expect(stats).toMatchObject({ accepted: 2, duplicates: 1, conflicts: 1 });
  });

  test("what is no event becomes a failed event, and holds nobody up", async () => {
    const { nats, client } = await startQueue();
    const poison: readonly (readonly [body: string | Uint8Array, ...keys: string[]])[] = [
      ["client=kiosk&amount=1"],
      [""],
      ["null"],
      ["[]"],
      [Uint8Array.of(0x7b, 0xff, 0x00, 0x7d)],
      [`{"note":"${"x".repeat(900_000)}"}`],
      ["[".repeat(500_000)],
      [`${"[".repeat(100_000)}${"]".repeat(100_000)}`],
      [numbered(0), "k".repeat(300)],
      [numbered(0), ""],
      [numbered(0), "a", "b"],
    ];
    for (const [index, message] of poison.entries()) {
      await client.publish(...message);
      await client.publish(numbered(index));
    }
    const app = await startServer(nats.url, await create());
    const all = `{ stats { received accepted rejected } books { balanced }
      failedEvents { edges { node { client raw idempotencyKey problems { code } } } } }`;
    const { stats, books, failedEvents } = await eventually(app.ask, all, ({ stats }) => stats.received === 22);
    expect(stats).toMatchObject({ accepted: 11, rejected: 11 });
    expect(books.balanced).toBe(true);
    const raws = failedEvents.edges.map(({ node }: { node: { raw: unknown } }) => node.raw);
    expect(raws).toEqual(
      expect.arrayContaining(["client=kiosk&amount=1", "", "null", [], "{ÿ\u0000}", JSON.parse(numbered(0))]),
    );
    await expect.poll(() => client.left()).toEqual({ unacknowledged: 0, waiting: 0 });
  });
});

describe.runIf(hasNats)("taking events from NATS", () => {
  test("a database that cannot be written for a while loses nothing", async () => {
    const { nats, client } = await startQueue();
    const app = await startServer(nats.url);
    const other = new BetterSqlite(app.databaseFile);
    other.exec("begin immediate");
    await publishAll(client, range(0, 50));
    await expect.poll(() => figure(app.url, "released_total"), { timeout: 30_000 }).toBeGreaterThan(0);
    expect((await client.left()).unacknowledged).toBe(50);
    other.exec("rollback");
    other.close();
    const { aggregations } = await eventually(app.ask, FIGURES, ({ stats }) => stats.accepted === 50);
    expect(aggregations).toEqual([{ count: 50, sum: sumUpTo(50) }]);
  });

  test("a queue that is not there yet, ends and comes back is taken up again; the server serves meanwhile", async () => {
    const { nats, client } = await startQueue();
    await client.close();
    await nats.kill();
    const app = await startServer(nats.url);
    await app.ingest(sale({ client: "web" }));
    const ready = await fetch(`${app.url}/readyz`);
    expect(ready.status).toBe(200);
    for (const round of [0, 1, 2]) {
      await nats.start();
      const producer = await connectNats(nats.url);
      await publishAll(producer, range(round * 20, round * 20 + 20));
      await eventually(app.ask, FIGURES, ({ stats }) => stats.accepted === 1 + (round + 1) * 20);
      await producer.close();
      await nats.kill();
    }
  });

  test.runIf(hasPostgres)(
    "servers on one database share one consumer, while their PostgreSQL is restarted",
    async () => {
      const { nats, client } = await startQueue(2_000);
      const postgres = await startPostgres();
      onTestFinished(() => postgres.stop());
      const database = await createDatabaseOn(postgres);
      const first = await startServer(nats.url, database);
      const servers = [first, await startServer(nats.url, database)];
      const requests = async () => (await client.consumers.info("SURECOUNT", "surecount")).num_waiting;
      await expect.poll(requests).toBe(2);
      await publishAll(client, range(0, 2_000));
      await postgres.restart("immediate");
      await publishAll(client, range(2_000, 4_000));
      await expect.poll(() => client.left(), { timeout: 40_000 }).toEqual({ unacknowledged: 0, waiting: 0 });
      const acknowledged = await Promise.all(
        servers.map(({ url }) => figure(url, 'acknowledged_total{outcome="ACCEPTED"}')),
      );
      expect(Math.min(...acknowledged)).toBeGreaterThan(0);
      const { books, stats, aggregations } = await first.ask(FIGURES);
      expect(books.balanced).toBe(true);
      expect(stats.accepted).toBe(4_000);
      expect(aggregations).toEqual([{ count: 4_000, sum: sumUpTo(4_000) }]);
    },
  );

  test("a server that is killed in the midst of it loses nothing and counts nothing twice", {
    timeout: 120_000,
  }, async () => {
    const { nats, client } = await startQueue(1_000);
    const settings = { PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") };
    const from = ["consume", "--from", nats.url] as const;
    let published = 0;
    let isOver = false;
    const publishing = (async () => {
      while (!isOver) {
        // Enough for each server to be killed in the midst of it, and no more the longer it takes to start.
        if ((await client.left()).waiting < 2_000) {
          await publishAll(client, range(published, published + 100));
          published += 100;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    for (let kill = 0; kill < 5; kill++) {
      const server = await startProcess(settings, ...from);
      await new Promise((resolve) => setTimeout(resolve, 100 + 150 * kill));
      await server.kill();
    }
    isOver = true;
    await publishing;
    const server = await startProcess(settings, ...from);
    await expect.poll(() => client.left(), { timeout: 60_000 }).toEqual({ unacknowledged: 0, waiting: 0 });
    const { books, stats, aggregations } = await ask(server.url, FIGURES);
    expect(books.balanced).toBe(true);
    expect(stats).toMatchObject({ accepted: published, conflicts: 0, rejected: 0 });
    expect(aggregations).toEqual([{ count: published, sum: sumUpTo(published) }]);
    expect(await server.stop()).toBe(0);
  });

  test("a queue's address that cannot be used ends the start with one line, without its password", async () => {
    const settings = { PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") };
    await expect(startProcess(settings, "consume", "--from", "kafka://me:secret@a")).rejects.toThrow(
      /^The server ended with 2: The queue's address cannot be used: it begins with kafka:\/\/[^\n]+\n$/,
    );
  });
});

// biome-ignore lint/suspicious/noExplicitAny: as in app.ts.
type Answer = any;

/** The answer, once it is as expected. */
const eventually = async (
  ask: (query: string) => Promise<Answer>,
  query: string,
  isExpected: (answer: Answer) => boolean,
): Promise<Answer> => {
  await expect.poll(async () => isExpected(await ask(query)), { timeout: 40_000 }).toBe(true);
  return ask(query);
};

/** A figure of the intake in the metrics; 0 where it is not there. */
const figure = async (url: string, name: string): Promise<number> => {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split("\n");
  const prefix = `surecount_intake_${name} `;
  return Number(lines.find((line) => line.startsWith(prefix))?.slice(prefix.length) ?? 0);
};

const ask = async (url: string, query: string): Promise<Answer> => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
  return (await response.json()).data;
};

/** Makes the stream and the consumer as the server would, with a shorter time until what was not settled comes again. */
const ensureQueue = async ({ streams, consumers }: NatsClient, ackWaitMs: number): Promise<void> => {
  await streams.add({ name: "SURECOUNT", subjects: ["surecount.events"], retention: "workqueue" });
  await consumers.add("SURECOUNT", {
    ...{ durable_name: "surecount", ack_policy: AckPolicy.Explicit, ack_wait: nanos(ackWaitMs) },
    ...{ max_deliver: -1, max_ack_pending: 20_000, filter_subject: "surecount.events" },
  });
};
