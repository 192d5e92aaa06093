import { expect, test } from "vitest";
import { binOf, encodeBins } from "../domain/bins.ts";
import { billionthsOf } from "../domain/decimal.ts";
import { unpackRows } from "../domain/packed-rows.ts";
import { type AggregationQuestion, createSumming, type Part, planOf } from "./summing.ts";

const HOUR_US = 3_600_000_000;
const NOON = Date.UTC(2026, 0, 31, 12) * 1000;
const data = { fromUs: NOON, toUs: NOON + 4 * HOUR_US };

const part = (client: string, amount: string, change: Partial<Part> = {}): Part => ({
  ...{ atUs: NOON, client, metric: "sale", unit: "EUR", count: 1, sum: amount, min: amount, max: amount },
  ...{ late: 0, revision: 1, bins: encodeBins(new Map([[binOf(billionthsOf(amount)), 1]])), ...change },
});
const answer = (question: Partial<AggregationQuestion>, parts: readonly Part[]) => {
  const asked = { filter: {}, groupBy: ["CLIENT"], ...question } as const;
  const summing = createSumming(asked, planOf(asked, data));
  for (const one of parts) summing.add(one);
  return unpackRows(summing.result());
};
const sumsOf = (rows: ReturnType<typeof answer>) =>
  rows.map(({ client, unit, sum, count, isOther }) => [client, unit, sum, count, isOther]);

test("the first groups of each unit are told apart, and all others of it are one more", () => {
  const parts = [
    ...[part("a", "1"), part("b", "5"), part("c", "3"), part("d", "0.5")],
    ...[part("a", "100", { unit: "JPY" }), part("b", "200", { unit: "JPY" })],
  ];
  expect(sumsOf(answer({ order: "SUM_DESC", limit: 2 }, parts))).toEqual([
    ["b", "EUR", "5", 1, false],
    ["c", "EUR", "3", 1, false],
    [null, "EUR", "1.5", 2, true],
    ["b", "JPY", "200", 1, false],
    ["a", "JPY", "100", 1, false],
  ]);
});

test.each([1, 3, 70, 499, 1_000])(
  "of a thousand groups in any order the first %i are those of a plain sort",
  (limit) => {
    // Scattered, and many alike: those are in order of their names.
    const groups = Array.from({ length: 1_000 }, (_, index) => (index * 7_919) % 1_000).map((number) => ({
      client: `c${String(number).padStart(3, "0")}`,
      amount: 1 + (number % 37),
    }));
    const sorted = groups.toSorted(
      (left, right) => right.amount - left.amount || (left.client < right.client ? -1 : 1),
    );
    const parts = groups.map(({ client, amount }) => part(client, String(amount)));
    const rows = sumsOf(answer({ order: "SUM_DESC", limit }, parts));
    const rest = sorted.slice(limit);
    const restSum = rest.reduce((sum, { amount }) => sum + amount, 0);
    expect(rows).toEqual([
      ...sorted.slice(0, limit).map(({ client, amount }) => [client, "EUR", String(amount), 1, false]),
      ...(rest.length === 0 ? [] : [[null, "EUR", String(restSum), rest.length, true]]),
    ]);
  },
);

test("groups are ranked by what all intervals together say of them", () => {
  const later = { atUs: NOON + HOUR_US };
  const parts = [part("a", "5"), part("b", "4"), part("a", "1", later), part("b", "4", later)];
  expect(sumsOf(answer({ order: "SUM_DESC", limit: 1, interval: "HOUR" }, parts))).toEqual([
    ["b", "EUR", "4", 1, false],
    [null, "EUR", "5", 1, true],
    ["b", "EUR", "4", 1, false],
    [null, "EUR", "1", 1, true],
  ]);
});

test("each group has its rank in all intervals, and what is left has none", () => {
  const later = { atUs: NOON + HOUR_US };
  const parts = [part("a", "5", later), part("b", "9"), part("b", "4", later), part("c", "1")];
  const ranksOf = (question: Partial<AggregationQuestion>) =>
    answer({ interval: "HOUR", ...question }, parts).map(({ client, rank }) => [client, rank]);
  expect(ranksOf({ order: "SUM_DESC", limit: 2 })).toEqual([
    ...[["b", 1] as const, [null, null] as const],
    ...[["b", 1] as const, ["a", 2] as const],
  ]);
  expect(ranksOf({})[0]).toEqual(["b", null]);
});

test("averages are compared exactly", () => {
  const parts = [part("a", "1", { sum: "10", count: 3 }), part("b", "1", { sum: "3.333333333", count: 1 })];
  expect(answer({ order: "AVG_DESC" }, parts).map(({ client }) => client)).toEqual(["a", "b"]);
  expect(answer({ order: "AVG_ASC" }, parts).map(({ client }) => client)).toEqual(["b", "a"]);
});

test("percentiles of what is left are those of all its events", () => {
  const parts = [part("a", "100"), part("b", "1"), part("c", "2"), part("d", "3")];
  const [first, other] = answer({ order: "MAX_DESC", limit: 1, percentiles: [0.5, 1] }, parts);
  expect(first?.percentiles).toEqual(["100", "100"]);
  expect(Number(other?.percentiles[0])).toBeCloseTo(2, 1);
  expect(other?.percentiles[1]).toBe("3");
  expect([first?.approximate, other?.approximate]).toEqual([
    [false, false],
    [true, false],
  ]);
});

test("a question about everything reads one bucket of all time for each series", () => {
  expect(planOf({ filter: {}, groupBy: [] }, data).stretches).toBe("ALL_TIME");
  expect(planOf({ filter: { fromUs: 0 }, groupBy: [] }, data).stretches).toBe("ALL_TIME");
  expect(planOf({ filter: { fromUs: NOON + HOUR_US }, groupBy: [] }, data).stretches).toEqual([
    { grain: 60, fromUs: NOON + HOUR_US, toUs: NOON + 6 * HOUR_US },
    // Nothing is in it: the data end before.
    { grain: 360, fromUs: NOON + 6 * HOUR_US, toUs: NOON + 12 * HOUR_US },
  ]);
});

test("where nothing lies beyond a range, the largest buckets are read whole", () => {
  const stretchesOf = (fromUs: number, toUs: number) =>
    planOf({ filter: { fromUs, toUs }, groupBy: [], interval: "DAY" }, data).stretches;
  const midnight = NOON - 12 * HOUR_US;
  const day = { grain: 1_440, fromUs: midnight, toUs: midnight + 24 * HOUR_US };
  expect(stretchesOf(NOON - 1, NOON + 5 * HOUR_US)).toEqual([day]);
  expect(stretchesOf(NOON - 1, NOON + 3 * HOUR_US)).toEqual([
    { grain: 360, fromUs: midnight, toUs: NOON },
    { grain: 60, fromUs: NOON, toUs: NOON + 3 * HOUR_US },
  ]);
});

test("only what a range cuts off of a quarter is read from the events", () => {
  const range = { fromUs: NOON + 1, toUs: NOON + HOUR_US + 7 };
  const plan = planOf({ filter: range, groupBy: [] }, data);
  expect(plan.events).toEqual([
    { fromUs: NOON + 1, toUs: NOON + HOUR_US / 4 },
    { fromUs: NOON + HOUR_US, toUs: NOON + HOUR_US + 7 },
  ]);
  expect(plan.quarters).toEqual({ fromUs: NOON + HOUR_US / 4, toUs: NOON + HOUR_US });
});
