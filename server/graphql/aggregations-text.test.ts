// Whatever is asked about aggregations, the text of the answer is that of the executor's.
import fc from "fast-check";
import type { DocumentNode, GraphQLError } from "graphql";
import { expect, test } from "vitest";
import { type AggregationRequest, createAggregations } from "../pipeline/aggregations.ts";
import { openDatabase } from "../storage/sqlite/database.ts";
import { openReader } from "../storage/sqlite/reader.ts";
import { createWriter } from "../storage/sqlite/writer.ts";
import { sale } from "../storage/storage.contract.ts";
import { NOON, prepared } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import type { Context } from "./context.ts";
import { createOperations } from "./operations.ts";
import { schema } from "./schema.ts";

const open = () => {
  const file = temporaryFile("surecount.db");
  const writer = createWriter(openDatabase(file), { file, onLocked: () => {} });
  const reader = openReader(file);
  const storage = {
    rollups: async (asked: AggregationRequest) => reader.rollups(asked),
    rollupChanges: async (...args: Parameters<typeof reader.rollupChanges>) => reader.rollupChanges(...args),
  };
  const aggregations = createAggregations({ storage } as unknown as Parameters<typeof createAggregations>[0]);
  const context = { aggregations } as Context;
  const operations = createOperations({ schema, context, maskError: (error) => error as GraphQLError });
  const argsOf = (text: string, variableValues: Readonly<Record<string, unknown>> = {}) => {
    const { document, errors } = operations.parse(text);
    if (document === null || errors.length > 0) throw errors[0];
    return { document, variableValues, contextValue: context };
  };
  return {
    append: (...events: Parameters<typeof sale>[0][]) =>
      writer.append(
        events.map((event) => prepared(sale(event))),
        NOON,
      ),
    executed: async (...asked: Parameters<typeof argsOf>) => operations.execute(argsOf(...asked)),
    written: (...asked: Parameters<typeof argsOf>) => operations.executeAsText(argsOf(...asked)),
  };
};

const textOf = async (written: ReturnType<ReturnType<typeof open>["written"]>) => {
  const { pieces, stringify } = await written;
  if (pieces === undefined) throw new Error("The executor has answered.");
  const text = Buffer.concat(pieces).toString();
  expect(stringify?.()).toBe(text);
  return text;
};

const fields = [
  ...["client", "metric", "unit", "from", "to", "count", "sum", "avg", "min", "max", "late", "revision", "rank"],
  ...["isOther", "isFilled", "asOfSeq", "__typename", "total: sum", "client2: client"],
  "percentiles { percentile value approximate relativeError }",
];
const question = fc.record({
  selection: fc.shuffledSubarray(fields, { minLength: 1 }),
  interval: fc.constantFrom("ALL", "DAY", "HOUR"),
  fill: fc.constantFrom("NONE", "ZERO", "NULL", "PREVIOUS"),
  percentiles: fc.constantFrom("[]", "[0.5]", "$percentiles"),
  groupBy: fc.constantFrom("[]", "[CLIENT]", "[METRIC, CLIENT]"),
  order: fc.constantFrom("GROUP", "SUM_DESC, limit: 1"),
});

test("plain fields, in any order, under any names, of any rows", async () => {
  const { append, executed, written } = open();
  append(
    { amount: 3 },
    { client: 'a "quoted"\\ name', amount: "0.000000001" },
    { amount: "-7.25", unit: "€", timestamp: new Date(NOON / 1000 - 100_000_000).toISOString() },
  );
  const property = fc.asyncProperty(fc.array(question, { minLength: 1, maxLength: 3 }), async (questions) => {
    const asked = questions.map(
      ({ selection, interval, fill, percentiles, groupBy, order }, index) =>
        `q${index}: aggregations(interval: ${interval}, fill: ${fill}, percentiles: ${percentiles}, groupBy: ${groupBy}, order: ${order}) { ${selection.join(" ")} }`,
    );
    const text = `query ($percentiles: [Float!] = [0.95, 1]) { ${asked.join(" ")} w: aggregations(percentiles: $percentiles) { sum } }`;
    for (const variables of [{}, { percentiles: [0] }])
      expect(await textOf(written(text, variables))).toBe(JSON.stringify(await executed(text, variables)));
  });
  await fc.assert(property, { numRuns: 60 });
});

test("what is asked again is answered as of now, whether anything in it has changed or not", async () => {
  const { append, written } = open();
  append({ amount: 3 });
  const old = '{ aggregations(filter: { to: "2026-01-01T00:00:00Z" }) { sum asOfSeq } }';
  const all = "{ aggregations { sum count } }";
  append({ amount: 1, timestamp: "2025-01-01T00:00:00Z" });
  expect(await textOf(written(old))).toBe('{"data":{"aggregations":[{"sum":"1","asOfSeq":2}]}}');
  expect(await textOf(written(all))).toBe('{"data":{"aggregations":[{"sum":"4","count":2}]}}');
  append({ amount: 5 });
  expect(await textOf(written(old))).toBe('{"data":{"aggregations":[{"sum":"1","asOfSeq":3}]}}');
  expect(await textOf(written(all))).toBe('{"data":{"aggregations":[{"sum":"9","count":3}]}}');
});

test("the rows of an answer that has not changed are not looked at again, unless something else is asked of them", async () => {
  let looks = 0;
  let version = {};
  const answer = async () => ({
    ...{ asOfSeq: 1, percentiles: [], version },
    get views() {
      looks += 1;
      return [];
    },
  });
  const context = { aggregations: { answer, cachedBytes: 0 } } as unknown as Context;
  const operations = createOperations({ schema, context, maskError: (error) => error as GraphQLError });
  const ask = async (field: string) => {
    const document = operations.parse(`{ aggregations { ${field} } }`).document as DocumentNode;
    return textOf(operations.executeAsText({ document, contextValue: context }));
  };
  for (const field of ["sum", "sum", "count", "count", "asOfSeq", "asOfSeq"]) await ask(field);
  expect(looks).toBe(4);
  version = {};
  expect(await ask("count")).toBe('{"data":{"aggregations":[]}}');
  expect(looks).toBe(5);
});

test.each([
  ["another field beside it", "{ aggregations { sum } __typename }"],
  ["a condition", "query ($yes: Boolean = true) { aggregations { sum count @skip(if: $yes) } }"],
  ["a fragment", "{ aggregations { ...F } } fragment F on Aggregation { sum }"],
  ["a field twice", "{ aggregations { sum } aggregations { count } }"],
  ["a name that objects have already", "{ aggregations { __proto__: sum } }"],
  ["a report", "{ aggregationReport { rows { sum } } }"],
  ["a variable that is missing", "query ($limit: Int!) { aggregations(limit: $limit) { sum } }"],
])("%s is left to the executor", async (_what, text) => {
  const { append, executed, written } = open();
  append({ amount: 3 });
  const result = await written(text);
  expect([result.pieces, result.stringify]).toEqual([undefined, undefined]);
  expect(JSON.stringify(result)).toBe(JSON.stringify(await executed(text)));
});

test("what cannot be answered is refused as the executor refuses it", async () => {
  const { executed, written } = open();
  const text = "{ right: aggregations { sum } wrong: aggregations(limit: 0) { sum } }";
  const result = await written(text);
  expect(JSON.stringify(result)).toBe(JSON.stringify(await executed(text)));
  expect(result.errors?.map(({ path, message }) => [path, message])).toEqual([
    [["wrong"], "The limit must be from 1 to 50000."],
  ]);
});
