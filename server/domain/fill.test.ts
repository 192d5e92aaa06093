import { expect, test } from "vitest";
import { avgOf, type Fill, fillIn, isFilled } from "./fill.ts";
import type { Aggregation } from "./rollup.ts";

const HOUR_US = 3_600_000_000;
const intervals = [0, 1, 2, 3].map((hour) => ({ fromUs: hour * HOUR_US, toUs: (hour + 1) * HOUR_US }));
const at = (hour: number, sum: string, client = "kiosk", rank: number | null = null): Aggregation => ({
  ...{ fromUs: hour * HOUR_US, toUs: (hour + 1) * HOUR_US, client, metric: null, unit: "EUR" },
  ...{ count: 2, sum, min: "1", max: "9", late: 0, revision: 7, percentiles: ["3"], approximate: [true] },
  ...{ isOther: false, rank },
});
const filled = (fill: Fill, rows = [at(1, "10"), at(3, "20")]) =>
  fillIn(rows, { fill, intervals, percentiles: 1 }).map((row) => [
    ...[row.count, row.sum, avgOf(row), row.min, row.percentiles[0], isFilled(row)],
  ]);

test("without filling, intervals without events are left out", () => {
  expect(filled("NONE")).toEqual([
    [2, "10", "5", "1", "3", false],
    [2, "20", "10", "1", "3", false],
  ]);
});

test("an interval without events is zero, or nothing is known of its amounts", () => {
  expect(filled("ZERO")).toEqual([
    [0, "0", "0", "0", "0", true],
    [2, "10", "5", "1", "3", false],
    [0, "0", "0", "0", "0", true],
    [2, "20", "10", "1", "3", false],
  ]);
  expect(filled("NULL").at(0)).toEqual([0, "0", null, null, null, true]);
});

test("an interval without events repeats the figures before it, but for their count, and nothing before the first", () => {
  expect(filled("PREVIOUS")).toEqual([
    [0, "0", null, null, null, true],
    [2, "10", "5", "1", "3", false],
    [0, "10", "5", "1", "3", true],
    [2, "20", "10", "1", "3", false],
  ]);
});

test("each group has all intervals, in their order", () => {
  const rows = fillIn([at(0, "1"), at(2, "2", "till")], { fill: "ZERO", intervals, percentiles: 1 });
  expect(rows.map(({ fromUs, client }) => [fromUs, client])).toEqual(
    intervals.flatMap(({ fromUs }) => [
      [fromUs, "kiosk"],
      [fromUs, "till"],
    ]),
  );
});

test("groups are in the same order in all intervals, whichever has events first", () => {
  const orderOf = (rows: readonly Aggregation[]) =>
    fillIn(rows, { fill: "ZERO", intervals: intervals.slice(0, 2), percentiles: 1 }).map(({ client }) => client);
  expect(orderOf([at(0, "1", "till"), at(1, "1", "kiosk")])).toEqual(["kiosk", "till", "kiosk", "till"]);
  expect(orderOf([at(0, "1", "kiosk", 2), at(1, "1", "till", 1)])).toEqual(["till", "kiosk", "till", "kiosk"]);
});

test("what repeats figures that are told from bins says so, and what is made up does not", () => {
  const approximateOf = (fill: Fill) =>
    fillIn([at(1, "1")], { fill, intervals, percentiles: 1 }).map(({ approximate }) => approximate[0]);
  expect(approximateOf("PREVIOUS")).toEqual([false, true, true, true]);
  expect(approximateOf("ZERO")).toEqual([false, true, false, false]);
});

test("an answer of too many rows is refused, and told what to do", () => {
  const rows = Array.from({ length: 13_000 }, (_, index) => at(0, "1", `c${index}`));
  expect(() => fillIn(rows, { fill: "ZERO", intervals, percentiles: 1 })).toThrow("Narrow the time range");
});
