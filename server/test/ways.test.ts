// Plain posts are answered without Yoga, all else by it. Two servers get the same requests, one of them with a query in
// the URL, which sends a request by Yoga: their answers must not differ in anything.
import { request } from "node:http";
import fc from "fast-check";
import { serverAudits } from "graphql-http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sale, startApp, type TestApp } from "./app.ts";

interface Post {
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

let short: TestApp;
let long: TestApp;
beforeAll(async () => {
  [short, long] = await Promise.all([startApp(), startApp()]);
});
afterAll(() => Promise.all([short.close(), long.close()]));

const BY_YOGA = "?by=yoga";
const JSON_TYPE = "application/json";
const RESPONSE_TYPE = "application/graphql-response+json";

const send = (url: string, { body, headers = { accept: RESPONSE_TYPE } }: Post): Promise<object> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method: "POST", headers: { "content-type": JSON_TYPE, ...headers } }, (answer) => {
      const { date: _date, "x-request-id": _id, ...rest } = answer.headers;
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode, headers: rest, text: withoutChance(text) }));
    });
    asked.on("error", reject);
    asked.end(body);
  });

const withoutChance = (text: string): string => text.replace(/"errorId":"[^"]+"/g, '"errorId":"…"');

const expectOneAnswer = async (post: Post): Promise<void> => {
  const [first, second] = await Promise.all([
    send(`${short.url}/graphql`, post),
    send(`${long.url}/graphql${BY_YOGA}`, post),
  ]);
  expect(first).toEqual(second);
};

const STATS = "{ stats { received accepted } }";
const INGEST = `mutation ($input: IngestEventInput!) { ingestEvent(input: $input) {
  __typename outcome receipt { seq fingerprint } warnings { code path message }
  ... on EventAccepted { event { id seq amount timestamp } }
  ... on EventConflict { differences { path existing received } failure { id kind } }
  ... on EventRejected { problems { code path message hint input } failure { id raw } }
} }`;
const BATCH = `mutation ($input: IngestEventsInput!) { ingestEvents(input: $input) { accepted rejected results { outcome } } }`;
const TWO = `query A { stats { received } } query B { a: stats { accepted } } mutation C { ingestEvent(input: { event: {} }) { outcome } }`;

const SUMS = "{ client unit from count sum avg }";
const HOURS = `aggregations(filter: { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" }, interval: HOUR, fill: ZERO)`;

const bodyOf = (query: unknown, variables?: unknown, more: object = {}): string =>
  JSON.stringify({ query, variables, ...more });
const inputOf = (event: unknown, more: object = {}): object => ({ input: { event, ...more } });

const bodies: readonly (readonly [string, string | Uint8Array])[] = [
  ["a query", bodyOf(STATS)],
  ["an event", bodyOf(INGEST, inputOf(sale()))],
  ["an event again", bodyOf(INGEST, inputOf(sale({ amount: "10.0" })))],
  ["an event with a key", bodyOf(INGEST, inputOf(sale({ amount: 3 }), { idempotencyKey: "k" }))],
  ["a conflict", bodyOf(INGEST, inputOf(sale({ amount: 4 }), { idempotencyKey: "k" }))],
  ["a rejected event", bodyOf(INGEST, inputOf({ client: "x", amount: "1,200", ["__proto__"]: 1 }))],
  ["an event that is null", bodyOf(INGEST, inputOf(null))],
  ["an empty key", bodyOf(INGEST, inputOf(sale(), { idempotencyKey: "" }))],
  ["a fault before", bodyOf(INGEST, inputOf(sale({ amount: 5 }), { simulateFailure: "BEFORE_TRANSACTION" }))],
  ["a fault after", bodyOf(INGEST, inputOf(sale({ amount: 5 }), { simulateFailure: "AFTER_COMMIT" }))],
  ["a batch", bodyOf(BATCH, { input: { events: [{ event: sale({ amount: 6 }) }, { event: 1 }] } })],
  ["aggregations", bodyOf(`{ aggregations(groupBy: [CLIENT]) ${SUMS} }`)],
  [
    "aggregations of nothing, and of very many hours",
    bodyOf(`{ none: aggregations(limit: 1, filter: { clients: ["nobody"] }) ${SUMS} ${HOURS} ${SUMS} }`),
  ],
  ["aggregations that cannot be", bodyOf(`{ aggregations(limit: 0) ${SUMS} }`)],
  ["a refused batch", bodyOf(BATCH, { input: { atomic: true, events: [{ event: sale() }, { event: 1 }] } })],
  ["too many events", bodyOf(BATCH, { input: { events: Array.from({ length: 1_001 }, () => ({ event: {} })) } })],
  ["two faults in one request", bodyOf("{ a: events(first: -1) { totalCount } b: event(id: 17) { seq } }")],
  ["a fault beside data", bodyOf(`{ stats { received } event(id: "17") { seq } }`)],
  ["introspection", bodyOf('{ __schema { queryType { name } } __type(name: "Event") { fields { name } } }')],
  [
    "directives",
    bodyOf("query ($a: Boolean!) { stats { received @skip(if: $a) accepted @include(if: $a) } }", { a: true }),
  ],
  ["fragments", bodyOf("{ stats { ...F } } fragment F on Stats { received }")],
  ["no variable that is needed", bodyOf(INGEST)],
  ["a variable of another type", bodyOf("query ($n: Int) { events(first: $n) { totalCount } }", { n: "1" })],
  ["a variable too many", bodyOf(STATS, { unknown: 1 })],
  [
    "a variable named __proto__",
    `{"query":"query ($__proto__: Int) { events(first: $__proto__) { totalCount } }","variables":{"__proto__":1}}`,
  ],
  ["variables that are null", bodyOf(STATS, null)],
  ["variables that are a list", bodyOf(STATS, [])],
  ["variables that are a text", bodyOf(STATS, "{}")],
  ["variables that are a number", bodyOf(STATS, 0)],
  ["extensions", bodyOf(STATS, {}, { extensions: { a: 1 } })],
  ["extensions that are null", bodyOf(STATS, {}, { extensions: null })],
  ["extensions that are a list", bodyOf(STATS, {}, { extensions: [1] })],
  ["extensions that are a text", bodyOf(STATS, {}, { extensions: "a" })],
  ["a parameter that is unknown", bodyOf(STATS, {}, { id: 1 })],
  ["an unknown parameter that is null", bodyOf(STATS, {}, { id: null })],
  ["a parameter named __proto__", `{"query":"${STATS}","__proto__":{"variables":1}}`],
  ["a query that is inherited", `{"__proto__":{"query":"${STATS}"}}`],
  ["one operation of several", bodyOf(TWO, {}, { operationName: "B" })],
  ["the mutation among queries", bodyOf(TWO, {}, { operationName: "C" })],
  ["no name for one of several", bodyOf(TWO)],
  ["a name that is null", bodyOf(STATS, {}, { operationName: null })],
  ["an empty name", bodyOf(STATS, {}, { operationName: "" })],
  ["a name that is unknown", bodyOf(TWO, {}, { operationName: "D" })],
  ["a name that is a number", bodyOf(TWO, {}, { operationName: 1 })],
  ["a name that is a list", bodyOf(TWO, {}, { operationName: ["A"] })],
  ["a subscription", bodyOf("subscription { feed { cursor } }", {})],
  ["a fragment alone", bodyOf("fragment F on Stats { received }")],
  ["a type definition", bodyOf("type A { b: Int }")],
  ["a field that is unknown", bodyOf("{ stats { speed } }")],
  ["many fields that are unknown", bodyOf(`{ ${Array.from({ length: 200 }, (_, index) => `a${index}`).join(" ")} }`)],
  ["a syntax error", bodyOf("{ stats {")],
  ["a text that is empty", bodyOf("")],
  ["a text of white space", bodyOf(" \n")],
  ["too many tokens", bodyOf(`{ stats { ${"received ".repeat(20_001)} } }`)],
  ["brackets ten thousand deep", bodyOf(`{ a(b: ${"[".repeat(9_900)}${"]".repeat(9_900)}) }`)],
  [
    "an event a hundred thousand deep",
    `{"query":${JSON.stringify(INGEST)},"variables":{"input":{"event":${"[".repeat(100_000)}${"]".repeat(100_000)}}}}`,
  ],
  [
    "an event beyond all numbers",
    `{"query":${JSON.stringify(INGEST)},"variables":{"input":{"event":{"amount":1e999}}}}`,
  ],
  ["a query that is null", bodyOf(null)],
  ["a query that is a number", bodyOf(1)],
  ["a query that is a list", bodyOf([STATS])],
  ["no query", "{}"],
  ["two queries, of which the last counts", `{"query":"{ a }","query":"${STATS}"}`],
  ["no body", ""],
  ["white space", " \r\n"],
  ["half an object", "{"],
  ["a list", "[]"],
  ["a list with an operation", `[{"query":"${STATS}"}]`],
  ["a number", "17"],
  ["null", "null"],
  ["a text", JSON.stringify(STATS)],
  ["a byte order mark", `\uFEFF${bodyOf(STATS)}`],
  ["bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d])],
  ["UTF-16", Buffer.from(bodyOf(STATS), "utf16le")],
  ["more bytes than allowed", bodyOf(STATS, { padding: "x".repeat(2_100_000) })],
];

test.each(bodies)("a body of %s has one answer by both ways", async (_what, body) => {
  for (const accept of [RESPONSE_TYPE, JSON_TYPE]) await expectOneAnswer({ body, headers: { accept } });
});

const contentTypes = [
  ...[JSON_TYPE, `${JSON_TYPE}; charset=utf-8`, `${JSON_TYPE};charset=latin1`, `${JSON_TYPE} ; charset=utf-8`],
  ...[
    `${JSON_TYPE}, text/plain`,
    "Application/JSON",
    "application/jsonp",
    "application/graphql+json",
    "text/plain",
    "",
  ],
  ...["application/x-www-form-urlencoded", "application/graphql", "multipart/form-data; boundary=a"],
];
const accepts = [
  ...["*/*", JSON_TYPE, RESPONSE_TYPE, `${RESPONSE_TYPE}, ${JSON_TYPE}`, `${JSON_TYPE}, ${RESPONSE_TYPE}`],
  ...[
    `${RESPONSE_TYPE},${JSON_TYPE};q=0.9`,
    `${JSON_TYPE};q=0.1, ${RESPONSE_TYPE};q=0.9`,
    `${JSON_TYPE};charset=utf-8`,
  ],
  ...[
    `${JSON_TYPE};charset=latin1`,
    "application/*",
    "*/json",
    "text/html",
    "text/event-stream",
    "multipart/mixed",
    "",
  ],
  ...[
    `text/event-stream, ${JSON_TYPE}`,
    `${RESPONSE_TYPE}, text/event-stream, multipart/mixed`,
    `*/*, ${RESPONSE_TYPE}`,
  ],
  ...["APPLICATION/JSON", " */* ", "image/png, */*", ",", JSON_TYPE.repeat(100)],
];

test.each(contentTypes)("content of type %j has one answer by both ways", (contentType) =>
  expectOneAnswer({ body: bodyOf(STATS), headers: { "content-type": contentType } }),
);

test.each(accepts)("who accepts %j gets one answer by both ways", async (accept) => {
  for (const query of [STATS, "{", "{ a }", `{ event(id: "17") { seq } }`])
    await expectOneAnswer({ body: bodyOf(query), headers: { accept } });
});

test("who says nothing about types gets one answer by both ways", () =>
  expectOneAnswer({ body: bodyOf(STATS), headers: {} }));

test("whatever is posted has one answer by both ways", async () => {
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined));
  // Its cursor is none: a subscription that begins has no end, and as server-sent events no whole answer.
  const following = `subscription { feed(after: "x") { cursor } }`;
  const query = fc.constantFrom(STATS, INGEST, BATCH, TWO, "{", "{ a }", following);
  const event = fc.oneof(
    fc.jsonValue(),
    fc.integer({ max: 1_000 }).map((amount) => sale({ amount })),
  );
  const variables = fc.oneof(
    { weight: 3, arbitrary: event.map((given) => inputOf(given)) },
    { weight: 1, arbitrary: value },
  );
  const parameters = fc.record(
    {
      query: fc.oneof({ weight: 9, arbitrary: query }, { weight: 1, arbitrary: value }),
      variables,
      operationName: fc.oneof(fc.constantFrom("A", "B", "C", "", null, undefined), value),
      extensions: value,
      other: value,
    },
    { requiredKeys: ["query"] },
  );
  const json = parameters.map((given) => JSON.stringify(given));
  const body = fc.oneof(
    { weight: 9, arbitrary: json },
    { weight: 1, arbitrary: fc.tuple(json, fc.nat()).map(([text, length]) => text.slice(0, length % text.length)) },
  );
  const headers = fc.record({ accept: fc.constantFrom(...accepts), "content-type": fc.constantFrom(...contentTypes) });
  const usual = fc.constantFrom({ accept: JSON_TYPE }, { accept: RESPONSE_TYPE });
  await fc.assert(
    fc.asyncProperty(
      body,
      fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: headers }),
      (given, types) => expectOneAnswer({ body: given, headers: types }),
    ),
    { numRuns: 300 },
  );
});

test("Yoga's way passes every audit of GraphQL over HTTP as well", async () => {
  const audits = serverAudits({ url: `${long.url}/graphql${BY_YOGA}`, fetchFn: fetch });
  const results = await Promise.all(audits.map((audit) => audit.fn()));
  expect(results.filter(({ status }) => status !== "ok").map(({ name, status }) => `${status}: ${name}`)).toEqual([]);
  expect(results).toHaveLength(61);
});
