import { expect, test } from "vitest";
import { fractionDigits, splitAmount } from "./decimal-point.ts";

test("an amount is parted at its point, no digit lost", () => {
  expect(splitAmount("-1234.50")).toEqual({ whole: "−1\u202f234", fraction: ".50" });
  expect(splitAmount("7")).toEqual({ whole: "7", fraction: "" });
});

test("the longest fraction makes room for all", () => {
  expect(fractionDigits(["1", "2.5", "3.123456789"])).toBe(9);
  expect(fractionDigits([])).toBe(0);
});
