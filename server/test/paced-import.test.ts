// Files under a rate limit: they wait for it, lose nothing to it, and do not get around it.
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { openTokenStore } from "../storage/sqlite/token-access.ts";
import { sale, startApp, type TestApp } from "./app.ts";
import { temporaryFile } from "./temporary.ts";
import { addToken, bearer } from "./token-traffic.ts";

/** For what comes in its own time. */
const LONG = { timeout: 30_000 };
const INGEST = "mutation ($input: IngestEventInput!) { ingestEvent(input: $input) { outcome } }";

let app: TestApp;
afterEach(() => app.close());

const fileOf = (count: number, client = "till"): string =>
  Array.from({ length: count }, (_, index) => JSON.stringify(sale({ client, amount: index + 1 }))).join("\n");

const send = (headers: Record<string, string> = {}, id = "mine") => {
  const request = httpRequest(`${app.url}/import?id=${id}`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", ...headers },
  });
  return request.on("error", () => undefined);
};

const answerOf = async (request: ReturnType<typeof send>) => {
  const [answer] = await once(request, "response");
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece);
  return { status: answer.statusCode as number, body: JSON.parse(Buffer.concat(pieces).toString()) };
};

const reportOf = async (id = "mine", headers: Record<string, string> = {}) =>
  (await app.post(`{ importReport(id: "${id}") { state lines accepted error } }`, {}, headers)).body.data.importReport;

test("a file of more events than a minute allows is counted whole, at the pace of the limit", async () => {
  app = await startApp({ RATE_LIMIT_PER_MINUTE: "60" });
  const startedAtMs = performance.now();
  const request = send({ "content-encoding": "gzip" });
  request.end(gzipSync(fileOf(63)));
  const { status, body } = await answerOf(request);
  expect([status, body]).toMatchObject([200, { state: "DONE", accepted: 63, rejected: 0 }]);
  expect(performance.now() - startedAtMs).toBeGreaterThan(2_500);
});

test("while a file waits, nobody else sends more for its client, and whoever sends for another does", async () => {
  app = await startApp({ RATE_LIMIT_PER_MINUTE: "1" });
  const request = send();
  request.end(fileOf(2));
  await expect.poll(async () => (await reportOf())?.lines, LONG).toBe(1);
  const refused = await app.post(INGEST, { input: { event: sale({ client: "till", amount: 999 }) } });
  expect([refused.status, (await app.ingest(sale({ client: "other" }))).outcome]).toEqual([429, "ACCEPTED"]);
  request.destroy();
});

test("a file counts against the limit of the token that brings it", async () => {
  const file = temporaryFile("surecount.db");
  const { store, close } = await openTokenStore(file);
  const { text } = await addToken(store, { scopes: ["ingest"] });
  await close();
  app = await startApp({ DATABASE_URL: file, TOKEN_RATE_LIMIT_PER_MINUTE: "2" });
  const request = send(bearer(text));
  request.end(`${fileOf(2, "a")}\n${fileOf(1, "b")}`);
  await expect.poll(async () => (await reportOf("mine", bearer(text)))?.lines, LONG).toBe(2);
  const { body } = await app.post("{ viewer { rateLimit { limit remaining } } }", {}, bearer(text));
  expect(body.data.viewer.rateLimit).toEqual({ limit: 2, remaining: 0 });
  request.destroy();
});

test("a sender that leaves while its file waits ends the import", async () => {
  app = await startApp({ RATE_LIMIT_PER_MINUTE: "1" });
  const request = send();
  request.end(fileOf(5));
  await expect.poll(async () => (await reportOf())?.lines, LONG).toBe(1);
  request.destroy();
  await expect.poll(async () => (await reportOf()).state, LONG).toBe("STOPPED");
  expect(await reportOf()).toMatchObject({ lines: 1, accepted: 1 });
});

test("a server that drains does not wait for the limit, and tells how far the file came", async () => {
  app = await startApp({ RATE_LIMIT_PER_MINUTE: "1" });
  const request = send();
  request.end(fileOf(5));
  await expect.poll(async () => (await reportOf())?.lines, LONG).toBe(1);
  const [{ status, body }] = await Promise.all([answerOf(request), app.close()]);
  expect([status, body.errors[0].extensions]).toMatchObject([
    503,
    { code: "UNAVAILABLE", import: { state: "STOPPED", lines: 1, accepted: 1 } },
  ]);
  app = await startApp();
});
