// Files go out and come in: over HTTP, on a real server. Once more on PostgreSQL: api-on-postgres.test.ts.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { sale, startApp, type TestApp } from "./app.ts";

// biome-ignore lint/suspicious/noExplicitAny: reports and errors are looked into, and the test fails where they differ.
type Report = any;

/** For what comes in its own time. */
const LONG = { timeout: 30_000 };
const STALLING_SOON = { stallLimitMs: 1_000 };
const NDJSON = "application/x-ndjson";
const mediaTypes = { ndjson: NDJSON, csv: "text/csv", json: "application/json" } as const;

/** For tests that do not mind what others have sent. */
let shared: TestApp;
beforeAll(async () => {
  shared = await startApp();
});
afterAll(() => shared.close());

/** A server with an empty database, which ends with the test. */
const startEmpty = async (...args: Parameters<typeof startApp>): Promise<TestApp> => {
  const app = await startApp(...args);
  onTestFinished(() => app.close());
  return app;
};

const importInto = async (
  { url }: TestApp,
  body: string | Buffer,
  { type = NDJSON, query = "", headers = {} as Record<string, string> } = {},
): Promise<Report> => {
  const response = await fetch(`${url}/import${query}`, {
    method: "POST",
    headers: { "content-type": type, ...headers },
    body: body as BodyInit,
  });
  return { status: response.status, ...((await response.json()) as object) };
};

interface File {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly trailers: NodeJS.Dict<string>;
  readonly bytes: Buffer;
  readonly text: string;
}

const fileFrom = async ({ url }: TestApp, path: string, headers: Record<string, string> = {}): Promise<File> => {
  const request = httpRequest(`${url}/export/${path}`, { headers }).end();
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const { statusCode = 0, headers: got, trailers } = answer;
  return { status: statusCode, headers: got, trailers, bytes, text: bytes.toString() };
};

const rowsOf = (file: File): Report[] =>
  file.text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

const linesOf = (...events: readonly object[]): string => events.map((event) => JSON.stringify(event)).join("\n");
const second = (index: number): string => new Date(Date.UTC(2026, 0, 31, 12, 0, index)).toISOString();

const TOTALS =
  "{ aggregations(groupBy: [CLIENT, METRIC]) { client metric unit count sum min max } books { balanced } }";

/** Events as their senders spell them, with all that files have trouble with. */
const rawEvent = fc.record({
  client: fc.constantFrom("'t Hooft", "=1+1", "-5", "@a", "+49", "a,b", 'say "x"', "é😀", "kiosk", "1e5", "null"),
  metric: fc.constantFrom("sale", "'=cmd", "a;b", "＝x"),
  amount: fc.constantFrom("1.234", "0.000000001", "999999999999999.999999999", 5, 0.1, "€1,200.50", "1.5e3"),
  timestamp: fc.constantFrom("2026-01-31T12:00:00.123456789Z", "31 Jan 2026 13:00 +01:00", 1_700_000_000.5),
  unit: fc.constantFrom(undefined, "EUR", "=EUR"),
  note: fc.constantFrom(undefined, "\n\r\t\u2028", "\ud800", 1e300),
});
const key = fc.option(fc.constantFrom("'k", "=k", "k\r\nk", 'k"', "\u0000", "\ufeffk ", "k,k"), { nil: undefined });
const corpus = fc.sample(fc.tuple(rawEvent, key), { seed: 4711, numRuns: 150 });

const fill = async (target: TestApp): Promise<void> => {
  const mutation = `mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { accepted } }`;
  await target.ask(
    `mutation { setClientProfile(client: "till", profile: { allowNegative: true, allowZero: true, decimalSeparator: COMMA }) { profile { version } } }`,
  );
  const tills = ["-1,5", "1.234", "0", "1,234"].map((amount) => ({ event: sale({ client: "till", amount }) }));
  const events = corpus.map(([event, idempotencyKey]) => ({ event, idempotencyKey }));
  await target.ask(mutation, { events: [...events, ...tills] });
};

describe("a database that is exported and imported into an empty one", () => {
  let filled: TestApp;
  beforeAll(async () => {
    filled = await startApp();
    await fill(filled);
  });
  afterAll(() => filled.close());

  const identities = (file: File) =>
    rowsOf(file).map(({ fingerprint, idempotencyKey, timestamp, amount }) => [
      ...[fingerprint, idempotencyKey, timestamp, amount],
    ]);

  test.each(["ndjson", "csv", "json"] as const)("says the same there, by %s", async (format) => {
    const other = await startEmpty();
    const file = await fileFrom(filled, `events.${format}`);
    const { totals, books } = await filled.ask("{ totals: stats { accepted } books { balanced } }");
    expect(books.balanced).toBe(true);
    expect(file.trailers["row-count"]).toBe(String(totals.accepted));

    const report = await importInto(other, file.bytes, { type: mediaTypes[format] });
    expect(report).toMatchObject({ state: "DONE", lines: totals.accepted, accepted: totals.accepted, rejected: 0 });
    const [ours, theirs] = await Promise.all([filled, other].map((one) => fileFrom(one, "events.ndjson")));
    expect(identities(theirs as File)).toEqual(identities(ours as File));
    expect(await other.ask(TOTALS)).toEqual(await filled.ask(TOTALS));

    const again = await importInto(other, file.bytes, { type: mediaTypes[format] });
    expect(again).toMatchObject({ accepted: 0, duplicates: totals.accepted, rejected: 0 });
    const home = await importInto(filled, file.bytes, { type: mediaTypes[format] });
    expect(home).toMatchObject({ accepted: 0, duplicates: totals.accepted, rejected: 0 });
  });

  test("keeps what was sent, where that reads there as it did", async () => {
    const other = await startEmpty();
    await importInto(other, (await fileFrom(filled, "events.ndjson")).bytes);
    const raws = async (one: TestApp) =>
      rowsOf(await fileFrom(one, "events.ndjson"))
        .filter(({ client }) => client !== "till")
        .map(({ raw }) => raw);
    expect(await raws(other)).toEqual(await raws(filled));
  });

  test("is not told a line that was changed", async () => {
    const [app, other] = await Promise.all([startEmpty(), startEmpty()]);
    await app.ingest(sale({ amount: 12 }));
    const { text } = await fileFrom(app, "events.ndjson");
    const report = await importInto(other, text.replace('"amount":"12"', '"amount":"13"'));
    expect(report).toMatchObject({ accepted: 0, rejected: 1, broken: 1 });
    const csv = await fileFrom(app, "events.csv");
    const changed = await importInto(other, csv.text.replace(",12,", ",13,"), { type: "text/csv" });
    expect(changed).toMatchObject({ accepted: 0, rejected: 1, broken: 1 });
  });

  test("tries again what had failed there, from an export of failures", async () => {
    const [app, other] = await Promise.all([startEmpty(), startEmpty()]);
    await app.ingest(sale({ client: "till", amount: "1,200" }), { idempotencyKey: "k" });
    await other.ask(
      `mutation { setClientProfile(client: "till", profile: { decimalSeparator: DOT }) { profile { version } } }`,
    );
    for (const format of ["ndjson", "csv", "json"] as const) {
      const file = await fileFrom(app, `failures.${format}`);
      expect(file.trailers["row-count"]).toBe("1");
      const report = await importInto(other, file.bytes, { type: mediaTypes[format] });
      expect(report).toMatchObject({ lines: 1, rejected: 0, [format === "ndjson" ? "accepted" : "duplicates"]: 1 });
    }
    const { events } = await other.ask("{ events { edges { node { amount idempotencyKey } } } }");
    expect(events.edges).toEqual([{ node: { amount: "1200", idempotencyKey: "k" } }]);
  });
});

describe("an export", () => {
  test("says in its trailers how many rows it has and what its digest is, packed or not", async () => {
    await fill(shared);
    const plain = await fileFrom(shared, "events.csv");
    const packed = await fileFrom(shared, "events.csv", { "accept-encoding": "br, gzip;q=0.5" });
    expect(plain.headers["content-disposition"]).toMatch(/^attachment; filename="surecount-events-\d{8}T\d{6}Z\.csv"$/);
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(packed.bytes)).toEqual(plain.bytes);
    const sha256 = createHash("sha256").update(plain.bytes).digest("hex");
    for (const file of [plain, packed]) {
      const sent = createHash("sha256").update(file.bytes).digest("base64");
      expect(file.trailers).toMatchObject({ "sha-256": sha256, "content-digest": `sha-256=:${sent}:` });
    }
    const refused = await fileFrom(shared, "events.csv", { "accept-encoding": "gzip;q=0" });
    expect(refused.headers["content-encoding"]).toBeUndefined();
  });

  test("admits what the API's filters admit", async () => {
    await fill(shared);
    for (const client of ["kiosk", "@a", "x"]) await shared.ingest(sale({ client }));
    const filter = { clients: ["kiosk", "@a"], metrics: ["sale"], from: "2020-01-01T00:00:00Z" };
    const { events } = await shared.ask("query ($filter: EventFilter) { events(filter: $filter) { totalCount } }", {
      filter,
    });
    const file = await fileFrom(
      shared,
      "events.ndjson?clients=kiosk&clients=%40a&metrics=sale&from=2020-01-01T00:00:00Z",
    );
    expect(rowsOf(file)).toHaveLength(events.totalCount);
    expect(events.totalCount).toBeGreaterThan(0);
    expect(rowsOf(await fileFrom(shared, "events.ndjson?text=KIOSK")).length).toBeGreaterThan(0);
    expect(rowsOf(await fileFrom(shared, "events.ndjson?clients=nobody"))).toEqual([]);
    await shared.ingest({ client: "bad" });
    expect(rowsOf(await fileFrom(shared, "failures.ndjson?kinds=VALIDATION&codes=MISSING_AMOUNT"))).toHaveLength(1);
    const { failedEvents, resolved } = await shared.ask(`{
      failedEvents(first: 1) { edges { node { id } } }
      resolved: failedEvents(filter: { states: [RESOLVED] }) { totalCount }
    }`);
    expect(rowsOf(await fileFrom(shared, "failures.ndjson?states=RESOLVED"))).toHaveLength(resolved.totalCount);
    const id = encodeURIComponent(failedEvents.edges[0].node.id);
    expect(rowsOf(await fileFrom(shared, `failures.ndjson?ids=${id}`))).toHaveLength(1);
  });

  test("of aggregations has the rows of the query", async () => {
    await fill(shared);
    const args = 'groupBy: [METRIC], interval: DAY, timeZone: "Asia/Kolkata", fill: ZERO, percentiles: [0.5], limit: 2';
    const { aggregations } = await shared.ask(
      `{ aggregations(${args}) { metric unit from count sum isOther asOfSeq } }`,
    );
    const file = await fileFrom(
      shared,
      "aggregations.json?groupBy=METRIC&interval=DAY&timeZone=Asia/Kolkata&fill=ZERO&percentiles=0.5&limit=2",
    );
    expect(JSON.parse(file.text)).toEqual(aggregations.map((row: object) => expect.objectContaining(row)));
    expect(file.trailers["row-count"]).toBe(String(aggregations.length));
  });

  test.each([
    ["events.csv?client=a", /no parameter "client"/],
    ["events.csv?from=yesterday", /parameter from .*RFC 3339/],
    ["events.csv?text=a&text=b", /twice/],
    [`events.csv?${"metrics=a&".repeat(501)}`, /at most 500/],
    ["failures.csv?kinds=BAD", /kinds/],
    ["failures.csv?states=NOPE", /states (?!.*Did you mean)/],
    ["failures.csv?ids=RXZlbnQ6MQ==", /ids/],
    ["aggregations.csv?interval=YEAR", /interval/],
    ["aggregations.csv?percentiles=2", /percentile/i],
    ["aggregations.csv?timeZone=Mars", /zone/i],
    ["events.xml", /can be exported/],
    ["__proto__.csv", /can be exported/],
  ])("of %.40s is refused", async (path, message) => {
    const { status, text } = await fileFrom(shared, path);
    const [error] = JSON.parse(text).errors;
    expect([status, error.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    expect(error.message).toMatch(message);
  });

  test("is not begun for a page of another site", async () => {
    const { status } = await fileFrom(shared, "events.csv", { "sec-fetch-site": "cross-site" });
    expect(status).toBe(403);
  });

  test("is of one moment, whatever is counted meanwhile", async () => {
    const app = await startEmpty();
    await importInto(app, linesOf(...Array.from({ length: 3_000 }, (_, index) => sale({ timestamp: second(index) }))));
    let isOver = false;
    const ingesting = (async () => {
      for (let index = 0; !isOver; index++) await app.ingest(sale({ client: "late", timestamp: second(index) }));
    })();
    const file = await fileFrom(app, "events.ndjson");
    isOver = true;
    await ingesting;
    const asOfSeq = Number(file.headers["as-of-seq"]);
    const rows = rowsOf(file);
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: asOfSeq }, (_, index) => index + 1));
    expect(asOfSeq).toBeGreaterThanOrEqual(3_000);
  });

  test("leaves out what was voided, as the aggregations do", async () => {
    const { event } = await shared.ingest(sale({ client: "hasty" }));
    await shared.ingest(sale({ client: "hasty", amount: 2 }));
    await shared.ask('mutation ($id: ID!) { voidEvent(id: $id, reason: "test") { id } }', { id: event.id });
    const file = await fileFrom(shared, "events.ndjson?clients=hasty");
    expect(rowsOf(file).map(({ amount }) => amount)).toEqual(["2"]);
  });

  test("ends with the reader who leaves, and makes room for the next", async () => {
    const app = await startEmpty();
    const note = "x".repeat(100_000);
    const events = Array.from({ length: 300 }, (_, index) => sale({ note, timestamp: second(index) }));
    await importInto(app, linesOf(...events));
    const open = async () => {
      const request = httpRequest(`${app.url}/export/events.ndjson`).end();
      const [answer] = (await once(request, "response")) as [IncomingMessage];
      return { request, answer };
    };
    const readers = [await open(), await open()];
    const third = await fileFrom(app, "events.ndjson");
    expect([third.status, JSON.parse(third.text).errors[0].extensions.code]).toEqual([503, "UNAVAILABLE"]);
    expect(third.headers["retry-after"]).toBeDefined();
    for (const { request } of readers) request.on("error", () => undefined).destroy();
    await expect.poll(async () => (await fileFrom(app, "events.csv?clients=nobody")).status, LONG).toBe(200);
  });

  test("does not wait for ever for readers who take nothing", async () => {
    const app = await startEmpty({}, STALLING_SOON);
    const note = "x".repeat(100_000);
    const events = Array.from({ length: 300 }, (_, index) => sale({ note, timestamp: second(index) }));
    await importInto(app, linesOf(...events));
    const open = async () => {
      const request = httpRequest(`${app.url}/export/events.ndjson`)
        .on("error", () => undefined)
        .end();
      await once(request, "response");
      onTestFinished(() => void request.destroy());
    };
    await Promise.all([open(), open()]);
    await expect.poll(async () => (await fileFrom(app, "events.csv?clients=nobody")).status, LONG).toBe(200);
  });
});

describe("an import", () => {
  test("keeps the digits of JSON numbers, takes envelopes, and tells what became of each line", async () => {
    const app = await startEmpty();
    const report = await importInto(
      app,
      [
        '{"client":"a","metric":"m","amount":123456789012.123456789,"timestamp":1700000000123456789}',
        '{"event":{"client":"a","metric":"m","amount":1,"timestamp":"2026-01-31"},"idempotencyKey":"k"}',
        '{"event":{"client":"a","metric":"m","amount":2,"timestamp":"2026-01-31"},"idempotencyKey":"k"}',
        "not json",
        "",
        "null",
        '{"event":{"client":"a","metric":"m","amount":1,"timestamp":"2026-01-31"},"idempotencyKey":5}',
        '{"client":"a","metric":"m","amount":"1","timestamp":"2026-01-31"}',
        '{"client":"a","metric":"m","amount":"1.0","timestamp":"2026-01-31"}',
      ].join("\n"),
    );
    expect(report).toMatchObject({ lines: 8, accepted: 3, duplicates: 1, conflicts: 1, rejected: 3, broken: 3 });
    const codes = report.rejectedLines.map(({ line, outcome, problems }: Report) => [line, outcome, problems[0].code]);
    expect(codes).toEqual([
      [3, "CONFLICT", "IDEMPOTENCY_KEY_REUSED"],
      [4, "REJECTED", "NOT_AN_OBJECT"],
      [6, "REJECTED", "NOT_AN_OBJECT"],
      [7, "REJECTED", "NOT_AN_OBJECT"],
    ]);
    const [exact] = rowsOf(await fileFrom(app, "events.ndjson"));
    expect(exact).toMatchObject({ amount: "123456789012.123456789", timestamp: "2023-11-14T22:13:20.123456789Z" });
    const inbox = await fileFrom(app, report.allRejected.replace("/export/", ""));
    expect(rowsOf(inbox)).toHaveLength(4);
    expect((await app.ask("{ books { balanced } stats { received } }")).stats.received).toBe(8);
  });

  test("takes every line for a raw event where it is told so", async () => {
    const app = await startEmpty();
    const line = '{"event":{"client":"a","metric":"m","amount":1,"timestamp":"2026-01-31"},"idempotencyKey":"k"}';
    await importInto(app, line, { query: "?lines=events" });
    expect(rowsOf(await fileFrom(app, "events.ndjson"))).toEqual([
      expect.objectContaining({ idempotencyKey: null, raw: JSON.parse(line) }),
    ]);
  });

  test("reads CSV by the names of its columns", async () => {
    const app = await startEmpty();
    const file = `Customer,Type,total,currency,time,Idempotency-Key,note\r\n"A, ""B""",sale,"1.200,50",eur,2026-01-31,k1,"two\nlines"\r\n'c,sale,5,,2026-01-31,,\r\n1,2\r\n`;
    const report = await importInto(app, file, { type: "text/csv; charset=utf-8" });
    expect(report).toMatchObject({ lines: 3, accepted: 2, rejected: 1, broken: 1 });
    expect(report.rejectedLines[0]).toMatchObject({ line: 5, text: "1,2" });
    expect(rowsOf(await fileFrom(app, "events.ndjson"))).toMatchObject([
      {
        client: 'A, "B"',
        metric: "sale",
        amount: "1200.5",
        unit: "EUR",
        idempotencyKey: "k1",
        raw: { note: "two\nlines" },
      },
      {
        client: "'c",
        unit: null,
        idempotencyKey: null,
        raw: { Customer: "'c", Type: "sale", total: "5", time: "2026-01-31" },
      },
    ]);
  });

  test.each([
    ["a;b\n1;2", "text/csv", {}, /commas/],
    ["a,b,a\n", "text/csv", {}, /twice/],
    ["a,b\r1,2\r", "text/csv", {}, /end with CR alone/],
    ["{}", "text/plain", {}, /content-type/],
    ["{}", NDJSON, { "content-encoding": "br" }, /gzip/],
    ["no gzip", NDJSON, { "content-encoding": "gzip" }, /not gzip/],
    [gzipSync("{}\n{}\n").subarray(0, 20), NDJSON, { "content-encoding": "gzip" }, /not gzip, or not whole/],
    ["1", "application/json", {}, /no JSON array/],
    ["[{}", "application/json", {}, /not whole/],
  ])("of %j is refused", async (body, type, headers, message) => {
    const report = await importInto(shared, body, { type, headers: headers as Record<string, string> });
    expect(report.status).toBe(400);
    expect(report.errors[0].message).toMatch(message);
    expect(report.errors[0].extensions.code).toBe("BAD_USER_INPUT");
  });

  test("refuses parameters and methods that there are not, and pages of other origins", async () => {
    expect(await importInto(shared, "", { query: "?dry=1" })).toMatchObject({ status: 400 });
    expect(await importInto(shared, "", { query: "?lines=all" })).toMatchObject({ status: 400 });
    expect(await importInto(shared, "", { query: "?id=a%20b" })).toMatchObject({ status: 400 });
    expect((await fetch(`${shared.url}/import`)).status).toBe(400);
    expect(await importInto(shared, "", { headers: { origin: "http://evil.example" } })).toMatchObject({ status: 403 });
  });

  test("stops at a gzip bomb, and goes on with what is merely large", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20), { level: 9 });
    const report = await importInto(shared, bomb, { headers: { "content-encoding": "gzip" } });
    expect([report.status, report.errors[0].extensions.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
    expect(report.errors[0].extensions.import).toMatchObject({ state: "STOPPED", lines: 0 });
    const blank = await importInto(
      shared,
      gzipSync(`${" ".repeat(20_000_000)}\n${JSON.stringify(sale({ client: "blank" }))}\n`),
      {
        headers: { "content-encoding": "gzip" },
      },
    );
    expect(blank).toMatchObject({ status: 200, lines: 2, accepted: 1, broken: 1 });
  });

  test("is longer than a request may be", async () => {
    const note = "x".repeat(200_000);
    const events = Array.from({ length: 20 }, (_, index) => sale({ client: "long", note, timestamp: second(index) }));
    expect(await importInto(shared, linesOf(...events))).toMatchObject({ accepted: 20 });
  });

  test("of the same file twice at once counts each line once", async () => {
    const file = linesOf(
      ...Array.from({ length: 1_500 }, (_, index) => sale({ client: "twice", timestamp: second(index) })),
    );
    const reports = await Promise.all([importInto(shared, file), importInto(shared, file)]);
    const sum = (name: string) => reports.reduce((total, report) => total + report[name], 0);
    expect([sum("lines"), sum("accepted"), sum("duplicates")]).toEqual([3_000, 1_500, 1_500]);
    expect((await shared.ask("{ books { balanced } }")).books.balanced).toBe(true);
  });

  test("can be followed from before its beginning to its end", async () => {
    const app = await startEmpty();
    const client = app.connect();
    const query = `subscription { importProgress(id: "mine") { state lines accepted rejectedLines { line failure { kind } } } }`;
    const progress = client.iterate({ query });
    const first = progress.next();
    const file = linesOf(...Array.from({ length: 1_200 }, (_, index) => sale({ timestamp: second(index) })));
    const report = await importInto(app, `${file}\n{}`, { query: "?id=mine" });
    expect(report).toMatchObject({ id: "mine", lines: 1_201, accepted: 1_200 });
    const seen = [(await first).value];
    for await (const next of progress) seen.push(next);
    expect(seen.at(-1)?.data?.importProgress).toEqual({
      ...{ state: "DONE", lines: 1_201, accepted: 1_200 },
      rejectedLines: [{ line: 1_201, failure: { kind: "VALIDATION" } }],
    });
    const { importReport, importReports } = await app.ask(
      `{ importReport(id: "mine") { state totalBytes bytes } importReports { id } }`,
    );
    expect(importReport).toMatchObject({ state: "DONE", bytes: importReport.totalBytes });
    expect(importReports).toEqual([{ id: "mine" }]);
    await client.dispose();
  });

  test("that breaks off is told as far as it came, and is finished by importing it again", async () => {
    const events = Array.from({ length: 1_200 }, (_, index) => sale({ client: "broken", timestamp: second(index) }));
    const request = httpRequest(`${shared.url}/import?id=broken`, {
      method: "POST",
      headers: { "content-type": NDJSON },
    });
    request.on("error", () => undefined).write(`${linesOf(...events.slice(0, 700))}\n`);
    const report = async () => (await shared.ask(`{ importReport(id: "broken") { state lines error } }`)).importReport;
    await expect.poll(async () => (await report())?.lines, LONG).toBe(500);
    request.destroy();
    await expect.poll(async () => (await report()).state, LONG).toBe("STOPPED");
    expect((await report()).error).toMatch(/ended before/);
    const whole = await importInto(shared, linesOf(...events));
    expect(whole.duplicates).toBeGreaterThanOrEqual(500);
    expect(whole.accepted + whole.duplicates).toBe(1_200);
  });

  test("does not wait for ever for a sender who falls silent, and tells how far it came", async () => {
    const app = await startEmpty({}, STALLING_SOON);
    const request = httpRequest(`${app.url}/import`, { method: "POST", headers: { "content-type": NDJSON } });
    const events = Array.from({ length: 500 }, (_, index) => sale({ timestamp: second(index) }));
    request.on("error", () => undefined).write(`${linesOf(...events)}\n`);
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    const pieces: Buffer[] = [];
    for await (const piece of answer) pieces.push(piece);
    const [error] = JSON.parse(Buffer.concat(pieces).toString()).errors;
    expect([answer.statusCode, error.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    expect(error.message).toContain("Nothing of the file came for 1 seconds.");
    expect(error.extensions.import).toMatchObject({ state: "STOPPED", lines: 500, accepted: 500 });
    request.destroy();
  });

  test("is told how far it came when the server drains", async () => {
    const draining = await startApp();
    const events = Array.from({ length: 500 }, (_, index) => sale({ timestamp: second(index) }));
    const request = httpRequest(`${draining.url}/import?id=drained`, {
      method: "POST",
      headers: { "content-type": NDJSON },
    });
    request.on("error", () => undefined);
    const answering = once(request, "response");
    request.write(`${linesOf(...events)}\n`);
    await expect
      .poll(async () => (await draining.ask(`{ importReport(id: "drained") { lines } }`)).importReport?.lines, LONG)
      .toBe(500);
    const closing = draining.close();
    const [answer] = (await answering) as [IncomingMessage];
    const pieces: Buffer[] = [];
    for await (const piece of answer) pieces.push(piece);
    const [error] = JSON.parse(Buffer.concat(pieces).toString()).errors;
    expect([answer.statusCode, error.extensions.code]).toEqual([503, "UNAVAILABLE"]);
    expect(error.extensions.import).toMatchObject({ lines: 500, accepted: 500, state: "STOPPED" });
    request.destroy();
    await closing;
  });
});
