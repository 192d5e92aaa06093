import { parse } from "graphql";
import { expect, test } from "vitest";
import { selectionKey } from "./selection.ts";

const QUERY = `subscription S($after: Cursor, $clients: [String!], $short: Boolean = false) {
  feed(after: $after, filter: { clients: $clients }) { cursor entries { seq ...Whole @skip(if: $short) } }
}
fragment Whole on LogEntry { client }
subscription T { feed { cursor } }`;
const document = parse(QUERY);
const key = (variableValues: Record<string, unknown> | undefined, operationName = "S") =>
  selectionKey({ document, operationName, variableValues }, null);

test("where to begin and what to leave out does not part subscribers", () => {
  expect(key({ after: "a", clients: ["x"] })).toBe(key({ after: "b" }));
  expect(key({})).toBe(key(undefined));
});

test("a variable of the selection does, and whether it is given at all", () => {
  const keys = [{}, { short: null }, { short: true }, { short: false }].map((variables) => key(variables));
  expect(new Set(keys).size).toBe(4);
});

test("a variable that is used both ways counts", () => {
  const both = parse(`subscription ($n: Int) { feed(after: $n) @include(if: $n) { cursor } }`);
  const [one, other] = [1, 2].map((n) => selectionKey({ document: both, variableValues: { n } }, null));
  expect(one).not.toBe(other);
});

test("the operation and the document count, and not which of its copies it is", () => {
  expect(key({}, "T")).not.toBe(key({}, "S"));
  expect(selectionKey({ document: parse(QUERY), operationName: "S" }, null)).toBe(key({}));
  expect(selectionKey({ document: parse(QUERY.replace("client }", "at }")), operationName: "S" }, null)).not.toBe(
    key({}),
  );
});

test("what the principal is bound to counts", () => {
  const keys = [null, ["a"], ["b"], []].map((clients) => selectionKey({ document, operationName: "S" }, clients));
  expect(new Set(keys).size).toBe(4);
});
