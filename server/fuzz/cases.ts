// What the fuzzer sends: messages that are right, nearly right, made of the right words in the wrong order, of any JSON,
// and of any bytes. Everything comes from a seed.
import fc from "fast-check";
import { mutate } from "./mutate.ts";

/** request: HTTP as it should be around a body; bytes: HTTP as it should not be; message: over a WebSocket. */
export type Case =
  | {
      readonly way: "request";
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer | null;
    }
  | { readonly way: "bytes"; readonly bytes: Buffer }
  | { readonly way: "message"; readonly text: Buffer };

const CHUNK = 500;

/** Endless; the same for the same seed. */
export function* createCases(seed: number): Generator<Case, never> {
  for (let chunk = 0; ; chunk++) yield* fc.sample(anyCase, { seed: seed + chunk, numRuns: CHUNK });
}

const FIELDS = [
  ...[
    "client",
    "clientId",
    "source",
    "metric",
    "type",
    "event",
    "amount",
    "value",
    "price",
    "timestamp",
    "ts",
    "date",
    "unit",
  ],
  ...["currency", "payload", "data", "body", "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", ""],
];
const VALUES = [
  ...[
    "kiosk",
    "sale",
    "1,200",
    "1.200,50",
    "€5",
    "-1",
    "1e400",
    "NaN",
    "0x10",
    "31/02/2026",
    "01/02/2026",
    "24:00",
    "12",
  ],
  ...[
    "2026-01-31T12:00:00Z",
    "2026-01-31T12:00:60Z",
    "\u0000",
    "\ud800",
    "\udfff\ud800",
    "\u202e",
    "e\u0301",
    "%_'\";--",
  ],
  ...[0, -0, 1, 1.5, 1e308, -1, 1_769_860_800, 2 ** 53, null, true, [], {}],
] as const;
const WORDS = [
  ...[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "!",
    "...",
    "@",
    "$",
    "|",
    "&",
    "=",
    '"',
    '"""',
    "#",
    ",",
    "\n",
    "\u0000",
    "\ud800",
  ],
  ...[
    "query",
    "mutation",
    "subscription",
    "fragment",
    "on",
    "true",
    "null",
    "A",
    "__typename",
    "__schema",
    "types",
    "fields",
  ],
  ...[
    "stats",
    "received",
    "events",
    "edges",
    "node",
    "first",
    "log",
    "books",
    "ingestEvent",
    "input",
    "outcome",
    "1",
    "-1",
    "1e9",
  ],
];
const DOCUMENTS = [
  "mutation ($event: JSON!) { ingestEvent(input: { event: $event }) { outcome warnings { code } ... on EventRejected { problems { code path input } } } }",
  "mutation ($event: JSON!, $key: String) { ingestEvent(input: { event: $event, idempotencyKey: $key }) { outcome ... on EventConflict { differences { path existing received } } } }",
  "mutation ($events: [IngestEventInput!]!, $atomic: Boolean) { ingestEvents(input: { events: $events, atomic: $atomic }) { accepted results { outcome } } }",
  "query ($event: JSON!) { previewEvent(event: $event) { outcome steps { fact path rule before after } problems { code } } }",
  "query ($first: Int, $after: String, $filter: EventFilter) { events(first: $first, after: $after, filter: $filter) { totalCount edges { cursor node { id raw } } } }",
  "query ($last: Int, $before: String, $filter: FailedEventFilter) { failedEvents(last: $last, before: $before, filter: $filter) { edges { node { id state problems { code } } } } }",
  "query ($id: ID!) { node(id: $id) { id __typename } event(id: $id) { seq } }",
  "query ($filter: EventFilter, $zone: String) { aggregations(filter: $filter, groupBy: [CLIENT], interval: DAY, timeZone: $zone) { client count sum } }",
  "query ($client: String) { stats(client: $client) { received clients(first: 5) { client } } books { balanced } }",
  "query A { stats { received } } query B { books { balanced } }",
  "subscription ($after: Cursor) { feed(after: $after) { cursor entries { seq } } }",
];

const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...VALUES) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.double() },
);
const { event } = fc.letrec<{ event: unknown; inner: unknown }>((tie) => ({
  event: fc.dictionary(fc.constantFrom(...FIELDS), tie("inner"), { maxKeys: 8, noNullPrototype: true }),
  inner: fc.oneof(
    { depthSize: "small", withCrossShrink: false },
    scalar,
    scalar,
    scalar,
    tie("event"),
    fc.array(scalar, { maxLength: 3 }),
  ),
}));
const times = fc.oneof(fc.constantFrom("2026-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"), scalar);
const filter = fc.record(
  {
    clients: fc.array(scalar, { maxLength: 3 }),
    metrics: fc.array(scalar, { maxLength: 3 }),
    text: scalar,
    from: times,
    to: times,
  },
  { requiredKeys: [] },
);
const variables = fc.record(
  {
    ...{
      event,
      key: scalar,
      atomic: scalar,
      first: scalar,
      last: scalar,
      after: scalar,
      before: scalar,
      filter: fc.oneof(filter, filter, scalar),
    },
    ...{
      id: fc.oneof(fc.base64String({ maxLength: 30 }), scalar),
      client: scalar,
      zone: fc.oneof(fc.constantFrom("Europe/Berlin", "UTC"), scalar),
    },
    events: fc.array(
      fc.record({ event, idempotencyKey: scalar, simulateFailure: scalar }, { requiredKeys: ["event"] }),
      { maxLength: 5 },
    ),
  },
  { requiredKeys: ["event", "id", "events"] },
);
const soup = fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(" "));
const query = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...DOCUMENTS) },
  { weight: 2, arbitrary: soup },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...DOCUMENTS), mutate.edits).map(([text, edits]) => mutate.text(text, edits)),
  },
  { weight: 1, arbitrary: scalar },
);
const operation = fc.record(
  {
    query,
    variables: fc.oneof({ weight: 8, arbitrary: variables }, { weight: 1, arbitrary: scalar }),
    operationName: scalar,
    extensions: scalar,
  },
  { requiredKeys: ["query", "variables"] },
);

const jsonOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? "null");
const edited = (bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 2, arbitrary: bytes },
    { weight: 1, arbitrary: fc.tuple(bytes, mutate.edits).map(([whole, edits]) => mutate.bytes(whole, edits)) },
  );

const JSON_TYPE = "application/json";
const TYPES = [
  JSON_TYPE,
  `${JSON_TYPE}; charset=utf-8`,
  "application/graphql",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  ";",
  "\u00ff",
];
const ACCEPTS = ["application/graphql-response+json", JSON_TYPE, "*/*", "text/event-stream;q=0", "image/png", ",,;q="];

const posted: fc.Arbitrary<Case> = fc
  .record({
    body: edited(
      fc.oneof(
        { weight: 8, arbitrary: operation.map(jsonOf) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map(Buffer.from) },
      ),
    ),
    type: fc.oneof(
      { weight: 6, arbitrary: fc.constant(JSON_TYPE) },
      { weight: 1, arbitrary: fc.constantFrom(...TYPES) },
    ),
    accept: fc.oneof(
      { weight: 4, arbitrary: fc.constant(JSON_TYPE) },
      { weight: 1, arbitrary: fc.constantFrom(...ACCEPTS) },
    ),
  })
  .map(({ body, type, accept }) => ({
    ...({ way: "request", method: "POST", path: "/graphql", body } as const),
    headers: { "content-type": type, accept },
  }));

const got: fc.Arbitrary<Case> = fc
  .record({
    path: fc.constantFrom(
      "/graphql",
      "/graphql",
      "/graphql",
      "/",
      "/metrics",
      "/readyz",
      "/graphiql/x",
      "/../../etc/passwd",
      "/%00",
      "/%",
    ),
    method: fc.constantFrom("GET", "GET", "GET", "HEAD", "OPTIONS", "DELETE", "PUT"),
    operation,
    accept: fc.constantFrom(...ACCEPTS),
  })
  .map(({ path, method, operation: { query: text, variables: values }, accept }) => ({
    ...({ way: "request", method, body: null } as const),
    path: `${path}?${new URLSearchParams({ query: String(text).slice(0, 4_000), variables: (JSON.stringify(values) ?? "").slice(0, 4_000) })}`,
    headers: { accept },
  }));

const MESSAGE_TYPES = [
  "subscribe",
  "subscribe",
  "subscribe",
  "complete",
  "ping",
  "pong",
  "connection_init",
  "next",
  "toString",
];
const message: fc.Arbitrary<Case> = edited(
  fc
    .record(
      {
        id: fc.oneof(fc.constantFrom("1", "2", "__proto__", ""), scalar),
        type: fc.constantFrom(...MESSAGE_TYPES),
        payload: operation,
      },
      { requiredKeys: ["type"] },
    )
    .map(jsonOf),
).map((text) => ({ way: "message", text }));

const HEADS = [
  "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n",
  "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n21\r\n",
  "GET /graphql?query={stats{received}} HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
];
const bytes: fc.Arbitrary<Case> = fc.tuple(fc.constantFrom(...HEADS), mutate.edits).map(([head, edits]) => ({
  way: "bytes",
  bytes: mutate.bytes(Buffer.from(`${head}{"query":"{ stats { received } }"}`), edits),
}));

const anyCase: fc.Arbitrary<Case> = fc.oneof(
  { weight: 12, arbitrary: posted },
  { weight: 3, arbitrary: got },
  { weight: 4, arbitrary: message },
  { weight: 1, arbitrary: bytes },
);
