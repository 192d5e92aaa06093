import { expect, test } from "vitest";
import { type Comparison, describeDifference, isEqual, tableOf } from "./comparison.ts";

const comparison = (change: Partial<Comparison>): Comparison => ({
  what: "received",
  about: "till",
  min: 5n,
  max: 5n,
  actual: 5n,
  ...change,
});

test("a figure that is known within bounds may lie on either of them and no further", () => {
  const actuals = [4n, 5n, 7n, 8n];
  expect(actuals.map((actual) => isEqual(comparison({ max: 7n, actual })))).toEqual([false, true, true, false]);
});

test("a row adds up the figures of its name, and is right only where each of them is", () => {
  const rows = [
    comparison({ actual: 4n }),
    comparison({ about: "gate", actual: 6n }),
    comparison({ what: "sum", min: 1500n, max: 1500n, actual: 1500n, isAmount: true }),
  ];
  expect(tableOf(rows).split("\n")).toEqual([
    "  what       expected     server  ok",
    "  received         10         10  NO",
    "  sum       0.0000015  0.0000015  ok",
  ]);
});

test("a difference says what is expected of whom and what the server says", () => {
  expect(describeDifference(comparison({ max: 1_234n, actual: 2_000n }))).toBe(
    "received of till: expected 5 to 1,234, the server says 2,000",
  );
});
