import { expect, test } from "vitest";
import type { Aggregation } from "../api/aggregation-operations.ts";
import {
  changeOf,
  differenceOf,
  drawnGroups,
  figureOf,
  groupsOf,
  sortGroups,
  togetherOf,
  unitsOf,
} from "./aggregation-rows.ts";

const total = (client: string, sum: string, more: Partial<Aggregation> = {}): Aggregation => ({
  ...{ client, metric: null, unit: "EUR", from: null, to: null },
  ...{ count: 1, sum, avg: sum, min: sum, max: sum },
  ...more,
});
const groups = groupsOf({
  now: [total("a", "0.3"), total("b", "2"), total("a", "7", { unit: "USD" })],
  before: [total("a", "0.1"), total("c", "5")],
  unit: "EUR",
});
const names = (found: typeof groups) => found.map(({ client }) => client);

test("amounts of different units never meet", () => {
  expect(groups.map(({ client, tally }) => [client, tally.sum])).toEqual([
    ["a", "0.3"],
    ["b", "2"],
    ["c", "0"],
  ]);
  expect(unitsOf([total("a", "1"), total("a", "1", { unit: null, count: 3 })])).toEqual([
    { unit: null, count: 3 },
    { unit: "EUR", count: 1 },
  ]);
});

test("a group differs exactly from what it was before, also where it is new or has gone", () => {
  expect(groups.map((group) => differenceOf(group, "sum"))).toEqual(["0.2", "2", "-5"]);
  expect(groups.map((group) => differenceOf(group, "count"))).toEqual(["0", "1", "-1"]);
  expect(groups.map((group) => changeOf(group, "sum"))).toEqual(["+200", null, "-100"]);
  // What has no events has no average that could be compared.
  expect(groups.map((group) => differenceOf(group, "avg"))).toEqual(["0.2", null, null]);
});

test("groups are sorted by the exact figure, those without it last", () => {
  const sorted = (column: "sum" | "avg" | "difference" | "name", isAscending = false) =>
    names(sortGroups(groups, { sort: { column, isAscending }, figure: "sum" }));
  expect(sorted("sum")).toEqual(["b", "a", "c"]);
  expect(sorted("difference")).toEqual(["b", "a", "c"]);
  expect(sorted("avg", true)).toEqual(["a", "b", "c"]);
  expect(sorted("name", true)).toEqual(["a", "b", "c"]);
});

test("only a few groups are drawn, and none without events", () => {
  expect(names(drawnGroups(groups, "sum"))).toEqual(["b", "a"]);
  const many = Array.from({ length: 10_000 }, (_, index) => total(`client ${index}`, String(index)));
  const drawn = drawnGroups(groupsOf({ now: many, before: [], unit: "EUR" }), "sum");
  expect(names(drawn).slice(0, 2)).toEqual(["client 9999", "client 9998"]);
  expect(drawn.length).toBe(6);
});

test("all groups together have their exact sum, and an average of their events, not of their averages", () => {
  const { tally } = togetherOf(
    groupsOf({
      now: [total("a", "9", { count: 3, avg: "3", min: "1", max: "5" }), total("b", "2")],
      before: [],
      unit: "EUR",
    }),
  );
  expect(tally).toEqual({ count: 4, sum: "11", avg: "2.75", min: "1", max: "5" });
  expect(figureOf(tally, "count")).toBe("4");
});
