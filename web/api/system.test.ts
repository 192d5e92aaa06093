import { expect, test } from "vitest";
import { rateOf, type Sample } from "./system.ts";
import type { System } from "./system-operations.ts";

const sample = (at: number, requests: number): Sample => ({
  at,
  system: { operations: [{ name: "Send", requests, errors: 0, durationSeconds: null }] } as unknown as System,
});

test("a rate is that of the last ten seconds", () => {
  const samples = [sample(0, 1_000), sample(90_000, 1_000), sample(94_000, 1_040), sample(100_000, 1_100)];
  expect(rateOf(samples, "Send")).toBe(10);
});

test("after one look no rate is known, and an operation that was never asked has none", () => {
  expect(rateOf([sample(0, 5)], "Send")).toBeUndefined();
  expect(rateOf([sample(0, 5), sample(2_000, 9)], "Other")).toBe(0);
});
