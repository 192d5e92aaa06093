import { expect, test } from "vitest";
import { rules } from "../../server/domain/reading.ts";
import { factsByPath, readingsOf, type Step } from "./reading-steps.ts";

const steps: readonly Step[] = [
  { fact: "amount", path: "data.value", rule: "ALIAS", before: "€ 12,75", after: "€ 12,75" },
  { fact: "amount", path: "data.value", rule: "UNIT_REMOVED", before: "€ 12,75", after: "12,75" },
  { fact: "amount", path: "data.value", rule: "DECIMAL_COMMA", before: "12,75", after: "12.75" },
  { fact: "client", path: "client", rule: "CANONICAL_NAME", before: "till", after: "till" },
  { fact: "unit", path: "data.value", rule: "UNIT_FROM_SYMBOL", before: "€ 12,75", after: "EUR" },
];

test("each fact tells where it was found and what was done to it, in the usual order", () => {
  expect(
    readingsOf(steps).map(({ fact, found, sent, changes }) => [fact, found, sent, changes.map(({ after }) => after)]),
  ).toEqual([
    ["client", null, '"till"', []],
    ["amount", "another name of it", '"€ 12,75"', ["12,75", "12.75"]],
    ["unit", null, '"€ 12,75"', ["EUR"]],
  ]);
});

test("a place in the raw event may be the source of two facts", () => {
  expect([...factsByPath(steps)]).toEqual([
    ["data.value", ["amount", "unit"]],
    ["client", ["client"]],
  ]);
});

test("every rule of the server has words", () => {
  expect(rules.length).toBeGreaterThan(20);
  for (const rule of rules) {
    const [reading] = readingsOf([
      { fact: "amount", path: "amount", rule: "CANONICAL_NAME", before: 1, after: "1" },
      { fact: "amount", path: "amount", rule, before: "1", after: "1" },
    ]);
    if (!["CANONICAL_NAME", "ALIAS", "PROFILE_ALIAS"].includes(rule))
      expect(reading?.changes[0]?.words).not.toBe(rule.toLowerCase().replaceAll("_", " "));
  }
});
