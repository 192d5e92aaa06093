// A token that is bound to clients, on the ways that are no plain queries: files, subscriptions, cursors and jobs. And
// what becomes of those ways when the token ends.
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTokenStore } from "../storage/sqlite/token-access.ts";
import { databases, sale, startApp, type TestApp } from "./app.ts";
import { addToken, bearer } from "./token-traffic.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
type Answer = any;

/** Whatever carries it is about the other client. */
const MARK = "OTHER";
const other = (change: object = {}) => sale({ client: MARK, metric: MARK, amount: "987654.321", ...change });

let app: TestApp;
let admin = "";
let bound = "";
const askAs = async (token: string, query: string, variables: object = {}): Promise<Answer> =>
  (await app.post(query, variables, bearer(token))).body;
const INGEST = "mutation ($event: JSON!) { ingestEvent(input: { event: $event }) { outcome } }";
const send = (event: object) => askAs(admin, INGEST, { event });
const get = async (path: string, token: string): Promise<string> =>
  (await fetch(`${app.url}${path}`, { headers: bearer(token) })).text();
const importAs = async (token: string, id: string, lines: readonly object[]): Promise<Answer> => {
  const answer = await fetch(`${app.url}/import?id=${id}`, {
    ...{ method: "POST", headers: { ...bearer(token), "content-type": "application/x-ndjson" } },
    body: lines.map((line) => JSON.stringify(line)).join("\n"),
  });
  return answer.json();
};
const revoke = async (token: string): Promise<void> => {
  await askAs(admin, `mutation { revokeToken(id: "${token.split("_")[1]}") { id } }`);
};

const makeToken = async (input: string): Promise<string> =>
  (await askAs(admin, `mutation { createToken(input: { ${input} }) { text } }`)).data.createToken.text;

beforeAll(async () => {
  const databaseFile = await databases.create();
  const { store, close } = await openTokenStore(databaseFile);
  admin = (await addToken(store, { scopes: ["admin"], name: "ops" })).text;
  bound = (await addToken(store, { scopes: ["read", "ingest", "operate"], clients: ["own"] })).text;
  await close();
  app = await startApp({ DATABASE_URL: databaseFile });
  for (const amount of [1, 2]) await send(sale({ client: "own", amount }));
  await send(other());
  for (const event of [other({ amount: `${MARK}?` }), { metric: MARK }, sale({ client: "own", amount: "?" })])
    await send(event);
});
afterAll(() => app.close());

describe("files", () => {
  test.each(["events", "failures", "aggregations"])("of %s hold its own alone, whatever is asked for", async (list) => {
    const grouped = list === "aggregations" ? "groupBy=CLIENT&" : "";
    for (const filter of ["", `clients=${MARK}`, `clients=own&clients=${MARK}`]) {
      const text = await get(`/export/${list}.ndjson?${grouped}${filter}`, bound);
      expect(text).not.toMatch(/OTHER|987654/);
      if (filter !== `clients=${MARK}`) expect(text).toContain('"own"');
    }
    expect(await get(`/export/${list}.ndjson?${grouped}`, admin)).toContain(MARK);
  });

  test("that are imported count for it alone, and it alone sees how its imports went", async () => {
    await importAs(admin, "of-all", [sale({ client: MARK, amount: 7 })]);
    const report = await importAs(bound, "of-own", [
      sale({ client: "own", amount: 8 }),
      sale({ client: MARK, amount: 8 }),
    ]);
    expect(report).toMatchObject({ accepted: 1, rejected: 1 });
    const query = `query ($id: ID!) { importReport(id: $id) { accepted } importReports { id } }`;
    expect((await askAs(bound, query, { id: "of-all" })).data).toEqual({
      ...{ importReport: null, importReports: [{ id: "of-own" }] },
    });
    expect((await askAs(bound, query, { id: "of-own" })).data.importReport).toEqual({ accepted: 1 });
    expect((await askAs(admin, query, { id: "of-own" })).data.importReports).toHaveLength(2);
    expect((await importAs(bound, "of-all", [])).errors[0].message).toContain("This id is taken");
    expect((await askAs(admin, query, { id: "of-all" })).data.importReport).toEqual({ accepted: 1 });
  });
});

describe("subscriptions", () => {
  const first = async (query: string, variables: Record<string, unknown> = {}): Promise<Answer> => {
    const client = app.connect({ connectionParams: bearer(bound) });
    const results = client.iterate<Answer>({ query, variables });
    const { value } = await results.next();
    await client.dispose();
    return value;
  };

  test("to figures bring its own, also where the other is asked for by name", async () => {
    const query = `subscription ($clients: [String!]) {
      aggregationUpdates(filter: { clients: $clients }, groupBy: [CLIENT]) { rows { client count } } }`;
    for (const clients of [undefined, ["own", MARK]]) {
      const { data } = await first(query, { clients });
      expect(data.aggregationUpdates.rows).toEqual([{ client: "own", count: expect.any(Number) }]);
    }
    expect((await first(query, { clients: [MARK] })).data.aggregationUpdates.rows).toEqual([]);
  });

  test("that resume with a cursor of somebody else's bring its own alone", async () => {
    const { log } = (await askAs(admin, "{ log(first: 1) { edges { cursor } } }")).data;
    const query = "subscription ($after: Cursor) { feed(after: $after) { entries { seq client failure { id } } } }";
    const client = app.connect({ connectionParams: bearer(bound) });
    const results = client.iterate<Answer>({ query, variables: { after: log.edges[0].cursor } });
    await send(other({ amount: 3 }));
    await send(sale({ client: "own", amount: 3, timestamp: "2026-01-30T12:00:00Z" }));
    const seen: string[] = [];
    const newest = (await askAs(admin, "{ log(last: 1) { edges { node { seq } } } }")).data.log.edges[0].node.seq;
    for (let seq = 0; seq < newest; ) {
      for (const entry of (await results.next()).value.data.feed.entries) {
        seen.push(entry.client);
        ({ seq } = entry);
      }
    }
    expect(new Set(seen)).toEqual(new Set(["own"]));
    await client.dispose();
  });

  test("to another's job are refused like those to none", async () => {
    const start = `mutation { discardFailedEvents(filter: { clients: ["${MARK}"] }, reason: "r") { job { id } } }`;
    const { id } = (await askAs(admin, start)).data.discardFailedEvents.job;
    const query = "subscription ($id: ID!) { jobProgress(id: $id) { kind } }";
    const codeOf = async (id: string) => {
      const { errors } = await first(query, { id }).catch((refusal: Answer) => ({ errors: refusal }));
      return [errors[0].message, errors[0].extensions.code];
    };
    expect(await codeOf(id)).toEqual(await codeOf(Buffer.from("Job:999999").toString("base64")));
  });
});

test("jobs that it starts with another's filter touch nothing of another", async () => {
  const filter = `filter: { clients: ["${MARK}", "own"] }`;
  const query = `mutation { retryFailedEvents(${filter}, dryRun: true) { matched }
    discardFailedEvents(${filter}, reason: "r", dryRun: true) { matched } }`;
  const { data } = await askAs(bound, query);
  const own = (await askAs(bound, "{ failedEvents { totalCount } }")).data.failedEvents.totalCount;
  expect([data.retryFailedEvents.matched, data.discardFailedEvents.matched]).toEqual([own, own]);
  const applied = await askAs(bound, `mutation { applyReprocess(filter: { clients: ["${MARK}"] }) { total } }`);
  expect(applied.data.applyReprocess).toEqual({ total: 0 });
});

describe("when the token ends", () => {
  test("a file that is being exported breaks off", async () => {
    const token = await makeToken("scopes: [READ]");
    const text = "x".repeat(60_000);
    for (let part = 0; part < 20; part += 1)
      await askAs(
        admin,
        "mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { accepted } }",
        {
          events: Array.from({ length: 30 }, (_, index) => ({
            event: sale({ note: text, amount: 1_000 + 30 * part + index }),
          })),
        },
      );
    const asked = request(`${app.url}/export/events.ndjson`, { headers: bearer(token) }).end();
    const answer = await new Promise<Answer>((resolve) => asked.once("response", resolve));
    const ended = new Promise<boolean>((resolve) => {
      answer.once("error", () => resolve(false));
      answer.once("end", () => resolve(answer.complete));
    });
    answer.once("data", () => answer.pause());
    await revoke(token);
    answer.resume();
    expect(await ended).toBe(false);
  });

  test("a file that is being imported is told why, and what was counted", async () => {
    const token = await makeToken("scopes: [INGEST]");
    const headers = { ...bearer(token), "content-type": "application/x-ndjson" };
    const sending = request(`${app.url}/import?id=ending`, { method: "POST", headers });
    const answered = new Promise<Answer>((resolve) => sending.once("response", resolve));
    sending.write(`${JSON.stringify(sale({ client: "ending" }))}\n`);
    const begun = async () => (await askAs(admin, '{ importReport(id: "ending") { state } }')).data.importReport?.state;
    await expect.poll(begun, { timeout: 30_000 }).toBe("RUNNING");
    await revoke(token);
    const answer = await answered;
    let text = "";
    for await (const piece of answer) text += piece;
    sending.destroy();
    expect([answer.statusCode, JSON.parse(text).errors[0]]).toMatchObject([
      ...[
        401,
        { message: "The token was revoked.", extensions: { code: "UNAUTHENTICATED", import: { state: "STOPPED" } } },
      ],
    ]);
  });
});
