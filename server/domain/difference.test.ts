import fc from "fast-check";
import { expect, test } from "vitest";
import { factDifferences, rawDifferences } from "./difference.ts";
import type { Json } from "./json.ts";

const parse = (text: string): Json => JSON.parse(text);

test("equal values have no differences, whatever the order of their keys", () => {
  expect(rawDifferences({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toEqual([]);
  expect(rawDifferences([0, parse("1e999")], [-0, parse("1e400")])).toEqual([]);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(rawDifferences(value as Json, structuredClone(value) as Json)).toEqual([]);
    }),
  );
});

test("differences are told leaf by leaf, in the order of their paths", () => {
  const existing = { type: "sale", data: { value: "1,200.00", tags: ["a", "b"] }, gone: { x: 1 } };
  const received = { data: { tags: ["a", "c", "d"], value: 1200 }, type: "sale", "odd.key": null };
  expect(rawDifferences(existing, received)).toEqual([
    { path: "data.tags[1]", existing: "b", received: "c" },
    { path: "data.tags[2]", existing: undefined, received: "d" },
    { path: "data.value", existing: "1,200.00", received: 1200 },
    { path: "gone", existing: { x: 1 }, received: undefined },
    { path: '["odd.key"]', existing: undefined, received: null },
  ]);
  expect(rawDifferences({ a: [] }, { a: {} })).toEqual([{ path: "a", existing: [], received: {} }]);
  expect(rawDifferences(1, "1")).toEqual([{ path: "", existing: 1, received: "1" }]);
});

test("keys that objects inherit are keys like any other", () => {
  expect(rawDifferences({}, parse('{"__proto__":1,"toString":2}'))).toEqual([
    { path: "__proto__", existing: undefined, received: 1 },
    { path: "toString", existing: undefined, received: 2 },
  ]);
});

test("there are at most 100 differences, of bounded size, for any input", () => {
  const many = Array.from({ length: 200_000 }, (_, index) => index);
  expect(
    rawDifferences(
      many,
      many.map((value) => value + 1),
    ),
  ).toHaveLength(100);
  let deep: Json = 1;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  const [difference] = rawDifferences([deep], [[deep]]);
  expect(difference?.path).toBe("[0]".repeat(64));
  expect(JSON.stringify(difference).length).toBeLessThan(1_000);
});

test("facts differ by name, timestamps with all their digits", () => {
  const facts = { client: "a", metric: "m", unit: null, amount: "1", timestamp: "2024-01-01T00:00:00.123456789Z" };
  expect(factDifferences(facts, { ...facts })).toEqual([]);
  expect(factDifferences(facts, { ...facts, unit: "EUR", timestamp: "2024-01-01T00:00:00.123456788Z" })).toEqual([
    { path: "unit", existing: null, received: "EUR" },
    { path: "timestamp", existing: "2024-01-01T00:00:00.123456789Z", received: "2024-01-01T00:00:00.123456788Z" },
  ]);
});
