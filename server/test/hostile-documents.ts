// Documents that were written to harm: to take long, to take memory, to make the server fail or say too much.
export interface HostileDocument {
  readonly name: string;
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  /** What must be refused; where nothing is said, any answer will do that is no fault. */
  readonly isRefused?: true;
}

const many = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");

/** Fragments of which each spreads the next twice. */
const doubling = (depth: number): string =>
  `{ ...F0 } ${many(depth, (index) => `fragment F${index} on Query { a${index}: node(id: "1") { id } ...F${index + 1} ...F${index + 1} }`)} fragment F${depth} on Query { __typename }`;

/** An event that resolved an event, which has an explanation, and so on: eleven fields within fields. */
const DEEP = `{ explainEvent(id: "1") { log { event { voiding { sameAs { voiding { sameAs { voiding { sameAs { voiding { at } } } } } } } } } } }`;

const nest = (count: number, open: string, close: string, inside = ""): string =>
  `${open.repeat(count)}${inside}${close.repeat(count)}`;

const EVENT = `client: "c", metric: "m", amount: 1, timestamp: "2026-01-31T12:00:00Z"`;
const INGEST = `mutation ($event: JSON!) { ingestEvent(input: { event: $event }) { outcome } }`;
const PREVIEW = `query ($event: JSON!) { previewEvent(event: $event) { outcome } }`;
const PAGE = `query ($first: Int, $after: String) { events(first: $first, after: $after) { totalCount edges { node { seq } } } }`;
const FILTER = `query ($filter: EventFilter) { events(filter: $filter) { totalCount } }`;

const refused = (name: string, query: string, variables?: unknown): HostileDocument => ({
  ...{ name, query, isRefused: true },
  ...(variables === undefined ? {} : { variables }),
});
const borne = (name: string, query: string, variables?: unknown, operationName?: unknown): HostileDocument => ({
  ...{ name, query },
  ...(variables === undefined ? {} : { variables }),
  ...(operationName === undefined ? {} : { operationName }),
});

const shapes: readonly HostileDocument[] = [
  refused("fields within fields within fields", DEEP),
  refused(
    "the same depth by fragments",
    `{ explainEvent(id: "1") { log { event { ...A } } } } fragment A on Event { voiding { sameAs { ...B } } } fragment B on Event { voiding { sameAs { ...C } } } fragment C on Event { voiding { sameAs { voiding { at } } } }`,
  ),
  refused("depth of hundreds", `{ ${nest(300, "a{", "}", "b")} }`),
  refused("depth that never ends", "{a".repeat(5_000)),
  refused("inline fragments within each other", `{ ${nest(240, "...{", "}", "stats{received}")} }`.padEnd(17_000)),
  refused("a thousand and one tokens", `{ stats { ${many(1_001, () => "received")} } }`),
  refused("more than 16 KiB", `{ stats { received } } #${"x".repeat(16_384)}`),
  refused("more than 16 KiB in UTF-8 alone", `{ stats { received } } #${"ü".repeat(9_000)}`),
  refused("a megabyte of commas", `{ stats { received } }${",".repeat(1_000_000)}`),
  refused("a megabyte of brackets", "[".repeat(1_000_000)),
  refused("sixteen aliases", `{ stats { ${many(16, (index) => `a${index}: received`)} } }`),
  refused("three hundred aliases", `{ stats { ${many(300, (index) => `a${index}: received`)} } }`),
  refused(
    "aliases that fragments hide",
    `{ ...A ...B } fragment A on Query { stats { ${many(9, (index) => `a${index}: received`)} } } fragment B on Query { stats { ${many(9, (index) => `b${index}: received`)} } }`,
  ),
  refused("eleven fields at the top", `{ ${many(11, () => "stats { received }")} }`),
  refused(
    "eleven mutations",
    `mutation { ${many(11, () => `ingestEvent(input: { event: { ${EVENT} } }) { outcome }`)} }`,
  ),
  refused(
    "top fields that a fragment multiplies",
    `{ ${many(6, () => "...A")} } fragment A on Query { stats { received } books { balanced } }`,
  ),
  refused("fifty-one directives", `{ stats { ${many(51, () => "received @include(if: true)")} } }`),
  refused("directives that are none", `{ stats { ${many(60, (index) => `received @a${index}`)} } }`),
  refused(
    "the same field a hundred times with fields of its own",
    `{ events { edges { ${many(100, () => "node { seq }")} } } }`,
  ),
  refused("a field that means two things", "{ stats { a: received a: accepted } }"),
  refused("errors without end", `{ ${many(330, (index) => `x${index}`)} }`),
  refused("a name that is nearly right", "{ statz { recieved } }"),
  refused("arguments without end", `{ stats(${many(300, () => `client: "a"`)}) { received } }`),
  refused("variables without end", `query (${many(190, (index) => `$v${index}: Int`)}) { stats { received } }`),
  borne(
    "operations without end",
    many(150, (index) => `query Q${index} { books { balanced } }`),
    undefined,
    "Q1",
  ),
];

const fragments: readonly HostileDocument[] = [
  refused("a fragment that contains itself", "{ ...A } fragment A on Query { stats { received } ...A }"),
  refused(
    "a ring of fifty fragments",
    `{ ...F0 } ${many(50, (index) => `fragment F${index} on Query { ...F${(index + 1) % 50} }`)}`,
  ),
  refused(
    "a fragment that contains itself deeper down",
    '{ ...A } fragment A on Query { node(id: "1") { ... on Event { voiding { sameAs { ...B } } } } } fragment B on Event { voiding { sameAs { ...B } } }',
  ),
  refused("fragments that double, with aliases", doubling(20)),
  borne(
    "fragments that double",
    `{ ...F0 } ${many(70, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`)} fragment F70 on Query { __typename }`,
  ),
  refused(
    "fragments that nobody uses",
    `{ stats { received } } ${many(100, (index) => `fragment F${index} on Query { __typename }`)}`,
  ),
  refused("a fragment that is not there", "{ ...Nothing }"),
  refused("a fragment on nothing", "{ ...A } fragment A on Nothing { a }"),
  refused(
    "two fragments of one name",
    "{ ...A } fragment A on Query { __typename } fragment A on Query { __typename }",
  ),
  borne(
    "every fragment in every place",
    `{ failedEvents { edges { node { ${many(30, (index) => `...F${index}`)} } } } } ${many(30, (index) => `fragment F${index} on FailedEvent { resolvedBy { id seq } }`)}`,
  ),
];

const costs: readonly HostileDocument[] = [
  refused(
    "ten pages of five hundred",
    `{ ${many(10, (index) => `a${index}: events(first: 500) { edges { cursor node { id seq client metric amount unit timestamp receivedAt } } }`)} }`,
  ),
  refused(
    "lists in lists",
    "{ failureGroups(first: 500) { samples(first: 20) { id kind state client problems { code path message } } } }",
  ),
  refused(
    "sizes that variables tell",
    `query ($n: Int) { ${many(9, (index) => `a${index}: events(last: $n) { edges { cursor node { id seq client metric amount unit timestamp receivedAt } } }`)} }`,
    { n: 500 },
  ),
  refused(
    "rows in a fragment",
    `{ ${many(9, (index) => `a${index}: log(first: 500) { ...Rows }`)} } fragment Rows on LogConnection { edges { cursor node { seq at action client event { id seq client metric } } } }`,
  ),
  refused("the largest page there can be", "{ events(first: 2147483647) { edges { node { seq } } } }"),
  refused("a page of five hundred and one", "{ events(first: 501) { totalCount } }"),
  refused("a page below nothing", "{ events(first: -2147483648) { totalCount } }"),
  refused("a page beyond all numbers", "{ events(first: 99999999999999999999) { totalCount } }"),
  refused("a million groups", "{ failureGroups(first: 1000000) { code } }"),
  refused("a million minutes", "{ activity(minutes: 1000000) { buckets { received } } }"),
  refused("ten thousand percentiles", "query ($p: [Float!]) { aggregations(percentiles: $p) { count } }", {
    p: Array.from({ length: 10_000 }, () => 0.5),
  }),
  borne(
    "a quarter of an hour for ten thousand years",
    `{ aggregations(interval: MINUTE_15, fill: ZERO, filter: { from: "0001-01-01T00:00:00Z", to: "9999-01-01T00:00:00Z" }) { count } }`,
  ),
];

const introspection: readonly HostileDocument[] = [
  refused("types of fields of types of fields", "{ __schema { types { fields { type { fields { name } } } } } }"),
  refused(
    "the same by a fragment",
    "{ __schema { types { ...T } } } fragment T on __Type { fields { type { ...U } } } fragment U on __Type { possibleTypes { interfaces { name } } }",
  ),
  refused(
    "a type asked for in a ring",
    `{ __type(name: "Event") { interfaces { possibleTypes { fields { name } } } } }`,
  ),
  refused("the schema under ten names", `{ ${many(10, (index) => `a${index}: __schema { types { name } }`)} }`),
  refused("its fields under other names", "{ __schema { types { a: fields { name } b: fields { name } } } }"),
  borne("what things are made of, without end", `{ __type(name: "Event") { ${nest(200, "ofType{", "}", "name")} } }`),
  borne("a type with the name of a trap", `{ __type(name: "__proto__") { name } constructor: __typename }`),
];

const variables: readonly HostileDocument[] = [
  refused("a variable that is missing", PREVIEW, {}),
  refused("a variable that is not declared", "{ stats(client: $client) { received } }"),
  refused("variables of the wrong kind", PAGE, { first: "many" }),
  refused("a number that is no whole one", PAGE, { first: 1.5 }),
  refused("a number beyond all", PAGE, { first: 1e300 }),
  refused("a list for a number", PAGE, { first: [[[[1]]]] }),
  refused("an object for a text", PAGE, { after: { __proto__: null, toString: 1 } }),
  refused("a cursor of a megabyte", PAGE, { after: "A".repeat(1_000_000) }),
  refused("half a megabyte of digits where a number belongs", PAGE, { first: "9".repeat(500_000) }),
  refused("fields that are none", FILTER, {
    filter: JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  }),
  refused("hundreds of fields that are none", FILTER, {
    filter: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`client${index}`, 1])),
  }),
  borne("twenty thousand clients", FILTER, {
    filter: { clients: Array.from({ length: 20_000 }, (_, index) => `c${index}`) },
  }),
  borne("a search for everything", FILTER, { filter: { text: "%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%".repeat(50) } }),
  borne("a search for NUL and halves of characters", FILTER, {
    filter: { text: "\u0000\ud800", clients: ["\u0000", "\udfff"] },
  }),
  borne("an event of ten thousand levels", INGEST, { event: "DEEP" }),
  borne("an event with the keys of traps", INGEST, {
    event: JSON.parse(
      `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":2}`,
    ),
  }),
  borne("an event of NUL and halves of characters", INGEST, {
    event: { client: "\ud800", metric: "\u0000", amount: "\udfff", timestamp: "\u0000" },
  }),
  borne("an event with a thousand aliases of everything", PREVIEW, {
    event: Object.fromEntries(
      Array.from({ length: 999 }, (_, index) => [`amount${" ".repeat(index % 9)}`.padEnd(index), index]),
    ),
  }),
  borne("an amount of a hundred thousand digits", PREVIEW, {
    event: { client: "c", metric: "m", amount: "9".repeat(100_000), timestamp: "9".repeat(100_000) },
  }),
  borne("an amount that makes patterns slow", PREVIEW, {
    event: { client: "c", metric: "m", amount: `${"1,000".repeat(20_000)}x`, timestamp: `${"1 ".repeat(20_000)}x` },
  }),
];

const values: readonly HostileDocument[] = [
  borne("lists in an event, hundreds deep", `{ previewEvent(event: { a: ${nest(400, "[", "]")} }) { outcome } }`),
  refused("an enum where JSON has none", "{ previewEvent(event: { a: TRAP }) { outcome } }"),
  refused("the same key twice", `mutation { ingestEvent(input: { event: {}, event: {} }) { outcome } }`),
  refused("NUL in the document", "{ stats\u0000 { received } }"),
  refused("half a character in the document", `{ stats(client: "\\uD800") { received } }`),
  refused("a text that never ends", `{ stats(client: "${"x".repeat(10_000)}) { received } }`),
  refused("a block that never ends", `{ stats(client: """${"x".repeat(10_000)}) { received } }`),
  refused("a zone with a long name", `{ aggregations(interval: DAY, timeZone: "${"Z".repeat(10_000)}") { count } }`),
  refused("a type in the document", "type Query { a: Int } { stats { received } }"),
  refused("two subscriptions in one", "subscription { feed { cursor } aggregationUpdates { asOfSeq } }"),
  refused("a subscription of nothing", "subscription { __typename }"),
  refused("a part put off", "{ stats { received } ... @defer { books { balanced } } }"),
  refused("nothing", ""),
  refused("a comment alone", "# nothing"),
];

const names: readonly HostileDocument[] = [
  borne("an operation that is not there", "query A { stats { received } } query B { stats { received } }", {}, "C"),
  borne("none of two operations", "query A { stats { received } } query B { stats { received } }"),
  borne(
    "an operation named __proto__",
    "query A { stats { received } } query B { stats { received } }",
    {},
    "__proto__",
  ),
  borne("an operation named constructor", "query constructor { stats { received } }", {}, "constructor"),
  borne("an operation with no name for a name", "{ stats { received } }", {}, ""),
  borne("an operation with a long name", `query ${"N".repeat(10_000)} { stats { received } }`),
  borne("two operations of one name", "query A { stats { received } } query A { books { balanced } }", {}, "A"),
];

export const hostileDocuments: readonly HostileDocument[] = [
  ...shapes,
  ...fragments,
  ...costs,
  ...introspection,
  ...variables,
  ...values,
  ...names,
];

/** The message that sends it; an event too deep for JSON.stringify is put in as text. */
export const messageOf = ({ query, variables, operationName }: HostileDocument): string =>
  JSON.stringify({ query, variables, operationName }).replace('"DEEP"', () => nest(10_000, '{"a":[', "]}", "1"));
