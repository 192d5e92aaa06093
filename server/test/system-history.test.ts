// What servers keep of their figures, asked of real ones: on SQLite one after the other, on PostgreSQL several at once.
import { expect, test } from "vitest";
import { sale, startApp, type TestApp } from "./app.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";
import { temporaryFile } from "./temporary.ts";

const HISTORY = `query ($span: HistorySpan, $server: String) { systemHistory(span: $span, server: $server) {
  stepSeconds relativeError servers starts { server at }
  points {
    accepted duplicates conflicts rejected seconds servers requestSeconds { count } commitSeconds { p50 p95 p99 }
    commitEvents { count p50 } lockWaitSeconds { count } eventLoopDelaySeconds { count }
    residentBytes sizeBytes walBytes freeBytes retryQueue webhookLag busyConnections
  }
} }`;

interface Point {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly sizeBytes: number | null;
}

const sumOf = (points: readonly Point[], name: "accepted" | "duplicates" | "rejected"): number =>
  points.reduce((sum, point) => sum + point[name], 0);

const expectEverySpan = async (app: TestApp, expected: { readonly accepted: number; readonly servers: number }) => {
  for (const [span, stepSeconds] of [
    ["HOUR", 10],
    ["SIX_HOURS", 60],
    ["DAY", 300],
    ["FORTNIGHT", 3_600],
  ] as const) {
    const { systemHistory } = await app.ask(HISTORY, { span });
    expect(systemHistory).toMatchObject({ stepSeconds, relativeError: 0.025 });
    expect([span, sumOf(systemHistory.points, "accepted")]).toEqual([span, expected.accepted]);
    expect(systemHistory.servers).toHaveLength(expected.servers);
  }
};

test("what a server was is known to the one that comes after it", async () => {
  const settings = { DATABASE_URL: temporaryFile("surecount.db") };
  const first = await startApp(settings);
  await first.ingest(sale());
  await first.ingest(sale());
  await first.ingest("garbage");
  await first.close();
  const second = await startApp(settings);
  await expectEverySpan(second, { accepted: 1, servers: 1 });
  const { points, starts } = (await second.ask(HISTORY)).systemHistory;
  expect([sumOf(points, "duplicates"), sumOf(points, "rejected")]).toEqual([1, 1]);
  expect(starts).toHaveLength(1);
  expect(points.some((point: Point) => (point.sizeBytes ?? 0) > 0)).toBe(true);
  await second.close();
});

test("what cannot be asked is refused", async () => {
  const app = await startApp();
  for (const last of [0, 361]) {
    const { status, body } = await app.post(`{ systemHistory(last: ${last}) { stepSeconds } }`);
    expect([status, body.errors[0].extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
  }
  expect((await app.ask(HISTORY, { server: "nobody" })).systemHistory.points).toEqual([]);
  await app.close();
});

test.runIf(hasPostgres)("servers that share a database are told apart, and together", async () => {
  const settings = { DATABASE_URL: await createDatabase() };
  const servers = [await startApp(settings), await startApp(settings)] as const;
  await servers[0].ingest(sale());
  for (const amount of [2, 3]) await servers[1].ingest(sale({ amount }));
  for (const server of servers) await server.close();
  const third = await startApp(settings);
  await expectEverySpan(third, { accepted: 3, servers: 2 });
  const { servers: names } = (await third.ask(HISTORY)).systemHistory;
  const counts = await Promise.all(
    names.map(async (server: string) => sumOf((await third.ask(HISTORY, { server })).systemHistory.points, "accepted")),
  );
  expect(counts.sort()).toEqual([1, 2]);
  await third.close();
});
