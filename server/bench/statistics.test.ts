import { expect, test } from "vitest";
import { latencyOf, median, medianRatio, percentile } from "./statistics.ts";

test("the median is the middle value, or the mean of the two middle values", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test("a percentile is a value that was measured", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(hundred, 1)).toBe(100);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test("ratios are taken within a round, so that a slow round of both sides does not count", () => {
  expect(medianRatio([100, 10, 100], [50, 5, 50])).toBe(2);
});

test("latencies are sorted as numbers", () => {
  expect(latencyOf(Float64Array.from([10, 9, 100, 1]))).toEqual({ p50Ms: 9, p99Ms: 100, maxMs: 100 });
});
