// Retention through the whole server: what was sent goes, and nothing that was counted does.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { SECONDS_PER_DAY } from "../domain/calendar.ts";
import { sale, startApp, type TestApp } from "./app.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";

const START = Date.UTC(2026, 0, 31, 13) * 1000;
const HOUR_US = (SECONDS_PER_DAY / 24) * 1_000_000;

const archive = temporaryFolder();
let clockUs = START;
const start = (DATABASE_URL: string, RETENTION_DAYS: string): Promise<TestApp> =>
  startApp({ DATABASE_URL, RETENTION_DAYS, ARCHIVE_DIR: archive }, { now: () => clockUs });

/** By metric, oldest first: what was sent. */
const rawOf = async (app: TestApp): Promise<Record<string, unknown>> => {
  const { events } = await app.ask("{ events(last: 10) { edges { node { metric raw } } } }");
  return Object.fromEntries(
    events.edges.map(({ node }: { node: { metric: string; raw: unknown } }) => [node.metric, node.raw]),
  );
};

const countsOf = (app: TestApp) =>
  app.ask(`{
    stats { received accepted duplicates conflicts rejected } books { balanced }
    events(first: 10) { totalCount edges { node { id seq client metric amount timestamp timesSeen fingerprint } } }
    aggregations(groupBy: [CLIENT, METRIC], interval: DAY) { client metric count sum from to }
    log(first: 10) { edges { node { seq at action differences { path } } } }
  }`);

test("an old payload is removed, its retry is still a duplicate, and all that was counted stays", async () => {
  clockUs = START;
  const file = temporaryFile("surecount.db");
  const old = sale({ metric: "old", note: "apples" });
  const recent = sale({ metric: "recent", note: "pears" });
  let app = await start(file, "off");
  const receipts = [(await app.ingest(old)).receipt];
  const rejected = await app.ingest(sale({ metric: "old", amount: "many" }));
  clockUs += 30 * HOUR_US;
  await app.ingest(recent);
  clockUs += 6 * HOUR_US;
  await app.close();

  app = await start(file, "off");
  const counts = await countsOf(app);
  expect(counts.books).toEqual({ balanced: true });
  expect(await rawOf(app)).toEqual({ old, recent });
  await app.close();

  app = await start(file, "1");
  await vi.waitFor(async () => expect(await rawOf(app)).toEqual({ old: null, recent }), { timeout: 30_000 });
  expect(await countsOf(app)).toEqual(counts);
  const [name = "", ...others] = readdirSync(archive);
  expect(others).toEqual([]);
  expect(JSON.parse(gunzipSync(readFileSync(join(archive, name))).toString())).toMatchObject({ seq: 1, raw: old });
  const found = await app.ask(`{
    gone: events(filter: { text: "apples" }) { totalCount edges { node { seq } } }
    kept: events(filter: { text: "pears" }) { edges { node { metric } } }
    byName: events(filter: { text: "OLD" }) { edges { node { metric } } }
    failedEvents { edges { node { raw } } }
  }`);
  expect(found).toMatchObject({
    gone: { totalCount: 0, edges: [] },
    kept: { edges: [{ node: { metric: "recent" } }] },
    byName: { edges: [{ node: { metric: "old" } }] },
    failedEvents: { edges: [{ node: { raw: { amount: "many" } } }] },
  });

  const [again, keptAgain] = [
    await app.ingest(sale({ metric: "old", amount: "10.00" })),
    await app.ingest(sale({ metric: "recent", amount: "10.00" })),
  ];
  expect(again).toMatchObject({ outcome: "DUPLICATE", receipt: receipts[0], differences: [] });
  expect(keptAgain).toMatchObject({ outcome: "DUPLICATE", differences: [{ path: "amount" }, { path: "note" }] });
  expect(await app.ingest(sale({ metric: "old", amount: "many" }))).toMatchObject({
    failure: { id: rejected.failure.id, timesSeen: 2 },
  });
  expect(await app.ask("{ stats { received accepted } books { balanced } }")).toEqual({
    stats: { received: 6, accepted: 2 },
    books: { balanced: true },
  });
  await app.close();
});
