import { readdirSync } from "node:fs";
import { type DocumentNode, getIntrospectionQuery, parse, print } from "graphql";
import { describe, expect, test } from "vitest";
import { type Cost, costWith } from "./cost.ts";
import { EXAMPLES } from "./examples.ts";
import { checkCost, LIMITS, measureDocument } from "./limits.ts";
import { schema } from "./schema.ts";

const costOf = (text: string): Cost => measureDocument(parse(text, { maxTokens: LIMITS.tokens }), schema);
const repeat = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");

describe("a document is refused, and told why,", () => {
  test.each([
    [
      "with sixteen aliases",
      `{ stats { ${repeat(16, (index) => `a${index}: received`)} } }`,
      "16 aliases, and at most 15",
    ],
    [
      "with eleven fields at the top",
      `{ ${repeat(11, () => "books { balanced }")} }`,
      "11 fields at the top of an operation, and at most 10",
    ],
    [
      "with 51 directives",
      `{ stats { ${repeat(51, () => "received @include(if: true)")} } }`,
      "51 directives, and at most 50",
    ],
    [
      "with eleven fields within fields",
      "{ a { b { c { d { e { f { g { h { i { j { k } } } } } } } } } } }",
      "11 fields within fields, and at most 10",
    ],
    [
      "with a field of fields 31 times",
      `{ events { edges { ${repeat(31, () => "node { seq }")} } } }`,
      "31 times node with fields of its own",
    ],
    [
      "that asks for too much",
      "{ failureGroups(first: 500) { samples(first: 20) { id kind state client } } }",
      "at most 40,000",
    ],
    [
      "that lists lists of the schema",
      "{ __schema { types { fields { type { fields { name } } } } } }",
      "within one another",
    ],
  ])("%s", (_what, text, reason) => {
    expect(() => costOf(text)).toThrow(reason);
  });
});

test("what stands in a list costs as often as the list says, wherever that is said", () => {
  const rows = "edges { node { seq } }";
  // The field and five hundred times edges, node and seq.
  expect(costOf(`{ events(first: 500) { ${rows} } }`)).toBe(1_501);
  expect(costOf(`{ events { ${rows} } }`)).toBe(151);
  expect(costOf(`{ events(last: 500) { ...Rows } } fragment Rows on EventConnection { ${rows} }`)).toBe(1_501);
  const told = costOf(`query ($n: Int = 3) { events(first: $n) { ${rows} } }`);
  expect([500, undefined, "many"].map((n) => costWith(told, { n }))).toEqual([1_501, 151, 151]);
});

test("fragments that double have the cost of what they spread, and are walked once", () => {
  const doubling = `{ ...F0 } ${repeat(14, (index) => `fragment F${index} on Query { node(id: "${index}") { id } ...F${index + 1} ...F${index + 1} }`)} fragment F14 on Query { __typename }`;
  expect(() => costOf(doubling)).toThrow("fields at the top");
});

test("the standard questions about the schema are answered", () => {
  for (const text of [
    getIntrospectionQuery(),
    getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true, schemaDescription: true }),
  ])
    expect(costOf(text)).toBe(0);
});

test("whatever the dashboard and GraphiQL ask fits, with the longest lists that they ask for", async () => {
  const folder = new URL("../../web/api/", import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith("operations.ts"));
  const documents = await Promise.all(
    files.map((file): Promise<Record<string, unknown>> => import(`${folder}${file}`)),
  );
  const texts = documents.flatMap((exports) => Object.entries(exports).filter(([, value]) => isDocument(value)));
  expect(texts.length).toBeGreaterThan(30);
  for (const [name, document] of [...texts, ["EXAMPLES", parse(EXAMPLES)] as const]) {
    const text = print(document as DocumentNode);
    expect([name, text.length < LIMITS.sizeBytes]).toEqual([name, true]);
    const first = name === "ClientsQuery" ? 10_000 : 500;
    expect(() => checkCost(costWith(costOf(text), { first, last: 500, minutes: 1_440 }))).not.toThrow();
  }
});

const isDocument = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "Document";
