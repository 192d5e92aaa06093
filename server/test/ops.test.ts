import BetterSqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sale, startApp, type TestApp } from "./app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const statusOf = async (path: string) => {
  const response = await fetch(`${app.url}${path}`);
  return { status: response.status, body: await response.json() };
};

test("health, readiness and metrics answer", async () => {
  await app.ingest(sale());
  expect(await statusOf("/healthz")).toEqual({ status: 200, body: { status: "ok" } });
  expect(await statusOf("/readyz")).toEqual({ status: 200, body: { status: "ready", reasons: [] } });
  expect(await (await fetch(`${app.url}/metrics`)).text()).toMatch(
    /surecount_events_total\{outcome="ACCEPTED"\} [1-9]/,
  );
});

test("while the database cannot be written the server lives, reads and says that it is not ready", async () => {
  const other = new BetterSqlite(app.databaseFile);
  other.exec("begin immediate");
  const [ready, healthy, read] = await Promise.all([
    statusOf("/readyz"),
    statusOf("/healthz"),
    app.ask("{ stats { received } }"),
  ]);
  expect(ready).toEqual({
    status: 503,
    body: { status: "not ready", reasons: ["The database has not answered for a second."] },
  });
  expect([healthy.status, read.stats.received]).toEqual([200, 1]);
  other.exec("rollback");
  other.close();
  expect(await statusOf("/readyz")).toMatchObject({ status: 200 });
});

const SYSTEM = `query TheSystem { system {
  version node backend startedAt uptimeSeconds ready reasons waitingEvents subscribers cpuShare residentBytes heapBytes
  database { version sizeBytes walBytes freeBytes retryQueue runningJobs }
  connections { purpose open idle waiting }
  commitSeconds { count p50 p95 p99 max } commitEvents { count p50 max } lockWaitSeconds { count max }
  eventLoopDelaySeconds { count p50 p99 max }
  operations { name requests errors durationSeconds { count p50 p95 p99 max } }
} }`;

test("the system tells what it runs on and how its commits went", async () => {
  await app.ingest(sale({ amount: 2 }));
  const { system } = await app.ask(SYSTEM);
  expect(system).toMatchObject({
    ...{ node: process.versions.node, backend: "SQLITE", ready: true, reasons: [], connections: [] },
    ...{ waitingEvents: 0, subscribers: 0 },
    database: { version: expect.stringMatching(/^3\./), retryQueue: 0, runningJobs: 0 },
  });
  expect(system.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(Math.abs(Date.parse(system.startedAt) - Date.now())).toBeLessThan(3_600_000);
  for (const bytes of [system.database.sizeBytes, system.database.walBytes, system.database.freeBytes])
    expect(bytes).toBeGreaterThan(0);
  for (const recent of [system.commitSeconds, system.commitEvents, system.lockWaitSeconds])
    expect(recent.count).toBeGreaterThan(1);
  expect(system.commitEvents).toMatchObject({ p50: 1, max: 1 });
  expect(system.commitSeconds.p50).toBeLessThanOrEqual(system.commitSeconds.max);
});

test("operations are known by the client's name or by their first field, and their errors are counted", async () => {
  await app.ask("query Mine { stats { received } }");
  await app.ask("{ theirs: checkpoint { seq } }");
  await app.post("query Mine { activity(minutes: 0) { asOfSeq } }");
  const operations = new Map(
    (await app.ask(SYSTEM)).system.operations.map((one: { name: string }) => [one.name, one] as const),
  );
  expect(operations.get("Mine")).toMatchObject({ requests: 2, errors: 1, durationSeconds: { count: 2 } });
  expect(operations.get("checkpoint")).toMatchObject({ requests: 1, errors: 0 });
  expect(operations.has("theirs")).toBe(false);
});

test("the metrics say what the system says", async () => {
  const { system } = await app.ask(SYSTEM);
  const lines = (await (await fetch(`${app.url}/metrics`)).text()).split("\n");
  const figureOf = (name: string) => Number(lines.find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
  expect(figureOf('surecount_commit_recent_seconds{quantile="0.99"}')).toBe(system.commitSeconds.p99);
  expect(figureOf('surecount_commit_recent_events{quantile="1"}')).toBe(system.commitEvents.max);
  expect(figureOf('surecount_lock_wait_recent_seconds{quantile="1"}')).toBe(system.lockWaitSeconds.max);
  expect(figureOf("surecount_database_size_bytes")).toBe(system.database.sizeBytes);
  expect(figureOf("surecount_database_free_bytes")).toBe(system.database.freeBytes);
  const mine = system.operations.find(({ name }: { name: string }) => name === "Mine");
  expect(figureOf('surecount_operations_total{operation="Mine"}')).toBe(mine.requests);
  expect(figureOf('surecount_operation_errors_total{operation="Mine"}')).toBe(mine.errors);
  expect(figureOf('surecount_operation_duration_seconds_count{operation="Mine"}')).toBe(mine.durationSeconds.count);
  for (const name of ["surecount_waiting_events", "surecount_feed_subscribers", "surecount_scheduled_failures"])
    expect(figureOf(name)).toBe(0);
});

test("the system is not ready while another process holds the database, and says so", async () => {
  const fresh = await startApp();
  const other = new BetterSqlite(fresh.databaseFile);
  other.exec("begin immediate");
  expect((await fresh.ask(SYSTEM)).system).toMatchObject({
    ...{ ready: false, reasons: ["The database has not answered for a second."] },
  });
  other.exec("rollback");
  other.close();
  await fresh.close();
});
