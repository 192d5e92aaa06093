import { expect, test } from "vitest";
import { type ChartData, nearestIndex, spanOf, wordsAt } from "./chart-data.ts";

const data: ChartData = {
  timesMs: [0, 60_000, 180_000],
  timeTexts: ["00:00", "00:01", "00:03"],
  series: [{ label: "accepted", color: "--accepted", values: [1, 2, 3], texts: ["1", "2", "3.000000001"] }],
};

test("a point is read out with its exact text, never with the number that is drawn", () => {
  expect(wordsAt(data, 2)).toBe("00:03: accepted 3.000000001");
});

test("two points choose their buckets whole, in either order, the last one too", () => {
  expect(spanOf(data, [1, 0])).toEqual({ fromMs: 0, toMs: 180_000 });
  expect(spanOf(data, [1, 2])).toEqual({ fromMs: 60_000, toMs: 300_000 });
  expect(spanOf({ ...data, timesMs: [120_000] }, [0, 0])).toEqual({ fromMs: 120_000, toMs: 180_000 });
});

test("an instant finds the bucket that begins nearest to it", () => {
  expect(nearestIndex(data, 70_000)).toBe(1);
  expect(nearestIndex(data, 999_000)).toBe(2);
});
