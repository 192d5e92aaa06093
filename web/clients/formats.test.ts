import { expect, test } from "vitest";
import { formatsOf, remarksOf, type Sample } from "./formats.ts";

const sample = (path: string, rules: readonly string[], codes: readonly string[] = []): Sample => ({
  steps: [
    { fact: "amount", path, rule: path === "amount" ? "CANONICAL_NAME" : "ALIAS", before: "1,5", after: "1,5" },
    ...rules.map((rule) => ({ fact: "amount", path, rule, before: "1,5", after: "1.5" })),
  ],
  warnings: codes.map((code) => ({ code })),
});

test("the places and the rules of each fact are counted by samples, the most frequent first", () => {
  const samples = [
    sample("data.total", ["DECIMAL_COMMA"]),
    sample("amount", ["DECIMAL_COMMA", "TRIMMED"]),
    sample("amount", []),
    { steps: null, warnings: [] },
  ];
  expect(formatsOf(samples)).toEqual([
    {
      fact: "amount",
      paths: [
        { text: "amount", count: 2 },
        { text: "data.total", count: 1 },
      ],
      changes: [
        { text: "the comma is the decimal sign", count: 2 },
        { text: "without white space at the ends", count: 1 },
      ],
    },
  ]);
});

test("a warning that the rules tell already is not told twice, and one of many in an event once", () => {
  const samples = [sample("amount", [], ["DECIMAL_COMMA", "UNKNOWN_FIELD", "UNKNOWN_FIELD"])];
  expect(remarksOf(samples)).toEqual([{ text: "unknown field", count: 1 }]);
});
