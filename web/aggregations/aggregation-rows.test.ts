import { expect, test } from "vitest";
import type { Aggregation } from "../api/aggregation-operations.ts";
import {
  changeOf,
  differenceOf,
  figureOf,
  groupsOf,
  keyOf,
  rankedKeys,
  relativeErrorOf,
  standingKeys,
  togetherOf,
  unitsOf,
} from "./aggregation-rows.ts";

const total = (client: string | null, sum: string, more: Partial<Aggregation> = {}): Aggregation => ({
  ...{ client, metric: null, unit: "EUR", from: null, to: null },
  ...{ count: 1, sum, avg: sum, min: sum, max: sum },
  ...{ rank: null, late: 0, revision: 1, isOther: client === null, isFilled: false, percentiles: [] },
  ...more,
});
const totals = [total("a", "0.3"), total("b", "2"), total(null, "7", { count: 2 })];
const before = [total("a", "0.1")];
const allBefore = [total(null, "5.1", { count: 3, isOther: false })];
const groups = groupsOf({ totals, spread: [], series: [], before, allBefore });

test("the units are told with their events, those with the most first", () => {
  expect(unitsOf([...totals, total("a", "1", { unit: null, count: 9 })])).toEqual([
    { unit: null, count: 9 },
    { unit: "EUR", count: 4 },
  ]);
});

test("a group differs exactly from what it was before, also where it is new, and what is left is all the others", () => {
  expect(groups.map((group) => differenceOf(group, "sum"))).toEqual(["0.2", "2", "2"]);
  expect(groups.map((group) => differenceOf(group, "count"))).toEqual(["0", "1", "0"]);
  expect(groups.map((group) => changeOf(group, "sum"))).toEqual(["+200", null, "+40"]);
  // What has no events has no average that could be compared, and the extremes of what is left are not known.
  expect(groups.map((group) => differenceOf(group, "avg"))).toEqual(["0.2", null, "4.5"]);
  expect(groups.map((group) => figureOf(group.before, "max"))).toEqual(["0.1", null, null]);
});

test("groups that had events only before are the others, so that all together are right", () => {
  const gone = groupsOf({ totals: totals.slice(0, 1), spread: [], series: [], before, allBefore });
  expect(gone.map(({ isOther, tally, before }) => [isOther, tally.sum, before.sum])).toEqual([
    [false, "0.3", "0.1"],
    [true, "0", "5"],
  ]);
});

test("a drawn group has the sums of its buckets, whatever was told of it elsewhere, and its percentiles", () => {
  const percentiles = [{ percentile: 0.95, value: "4", approximate: true, relativeError: 0.01 }];
  const bucket = (sum: string, more: Partial<Aggregation> = {}) => total("a", sum, { from: `at ${sum}`, ...more });
  const filled = bucket("9", { isFilled: true, count: 0 });
  const [drawn, other] = groupsOf({
    totals: [total("a", "1"), total("b", "2")],
    spread: [total("a", "1", { percentiles })],
    series: [bucket("1"), bucket("4", { count: 3, late: 2 }), filled],
    ...{ before: [], allBefore: [] },
  });
  expect(drawn?.tally).toMatchObject({ count: 4, sum: "5", avg: "1.25", min: "1", max: "4", late: 2 });
  expect(drawn && figureOf(drawn.tally, "p95")).toBe("4");
  expect(other && figureOf(other.tally, "p95")).toBeNull();
  expect(relativeErrorOf(groups.map(({ tally }) => tally))).toBe(0);
  expect(drawn && relativeErrorOf([drawn.tally])).toBe(0.01);
});

test("groups stand as the server ranks them, all others last", () => {
  const ranked = [total("b", "1", { rank: 2 }), total(null, "7"), total("a", "1", { rank: 1 })];
  expect(rankedKeys(ranked)).toEqual([ranked[2], ranked[0], ranked[1]].map((row) => row && keyOf(row)));
});

test("rows stand still while their figures move, and who is new takes the place of who has left", () => {
  expect(standingKeys(["a", "b", "c"], ["c", "a", "b"])).toEqual(["a", "b", "c"]);
  expect(standingKeys(["a", "b", "c"], ["d", "c", "a"])).toEqual(["a", "d", "c"]);
  expect(standingKeys(["a", "b"], ["b", "c", "a", "d"])).toEqual(["a", "b", "c", "d"]);
  expect(standingKeys(["a", "b"], ["b"])).toEqual(["b"]);
});

test("all groups together have their exact sum, and an average of their events, not of their averages", () => {
  const apart = [total("a", "9", { count: 3, avg: "3", min: "1", max: "5", late: 1 }), total("b", "2")];
  const together = togetherOf(
    groupsOf({ totals: apart, spread: [], series: [], before: [], allBefore: [] }),
    allBefore,
  );
  expect(together.tally).toEqual({
    ...{ count: 4, sum: "11", avg: "2.75", min: "1", max: "5" },
    ...{ late: 1, percentiles: [] },
  });
  expect(figureOf(together.before, "sum")).toBe("5.1");
});
