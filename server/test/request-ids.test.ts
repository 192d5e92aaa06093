import BetterSqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog } from "../log.ts";
import { sale, startApp, type TestApp } from "./app.ts";

const INGEST = "mutation ($event: JSON!) { ingestEvent(input: { event: $event }) { outcome } }";

const lines: { readonly msg: string; readonly requestId?: string }[] = [];
let app: TestApp;
beforeAll(async () => {
  const log = createLog("debug", { write: (line) => void lines.push(JSON.parse(line)) });
  app = await startApp({}, { log });
  const database = new BetterSqlite(app.databaseFile);
  database.exec("create trigger broken before insert on raw_events begin select raise(abort, 'broken'); end");
  database.close();
});
afterAll(() => app.close());

const idFor = async (headers: Record<string, string>): Promise<string> =>
  (await app.post("{ stats { received } }", {}, headers)).headers.get("x-request-id") ?? "";
const idsOf = (msg: string) => lines.filter((line) => line.msg === msg).map(({ requestId }) => requestId);

test("a request keeps the id that it comes with, else has that of its trace, else one of its own", async () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  expect(await idFor({ "x-request-id": "edge-4711" })).toBe("edge-4711");
  expect(await idFor({ traceparent: `00-${trace}-b7ad6b7169203331-01` })).toBe(trace);
  const [one, other] = [await idFor({}), await idFor({})];
  expect([one, other]).toEqual([expect.stringMatching(/^[\da-f]{10}-\w+$/), expect.not.stringContaining(one)]);
});

test.each(["with space", "x".repeat(129), '"quoted"', "a\u00e9"])(
  "an id that could harm a log is not kept: %s",
  async (id) => {
    expect(await idFor({ "x-request-id": id })).toMatch(/^[\da-f]{10}-\w+$/);
  },
);

test("what is logged for a request over HTTP, or for one operation of a socket, has its id", async () => {
  await app.post(INGEST, { event: sale() }, { "x-request-id": "over-http" });
  await expect.poll(() => idsOf("a request was answered")).toContain("over-http");
  const client = app.connect({ lazy: false });
  for (let time = 0; time < 2; time++)
    for await (const _ of client.iterate({ query: INGEST, variables: { event: sale() } }));
  await client.dispose();
  const [http, first = "", second = ""] = idsOf("a fault while answering a request");
  expect(http).toBe("over-http");
  expect(first).toMatch(/^[\da-f]{10}-\w+\.1$/);
  expect(second).toBe(first.replace(/1$/, "2"));
});

test("each run of later work has an id", async () => {
  await expect.poll(() => idsOf("a failed event was tried again").length, { timeout: 30_000 }).toBeGreaterThan(0);
  expect(idsOf("a failed event was tried again")[0]).toMatch(/^[\da-f]{10}-\w+$/);
});
