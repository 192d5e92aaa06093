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
