import { expect, test } from "vitest";
import { AppError } from "../domain/error.ts";
import type { Aggregation } from "../domain/rollup.ts";
import { followAggregations } from "./aggregation-updates.ts";
import { type AggregationRequest, createAggregations } from "./aggregations.ts";

const request: AggregationRequest = {
  ...{ filter: {}, groupBy: ["CLIENT"], interval: "ALL", timeZone: "UTC", percentiles: [], order: "GROUP" },
  ...{ limit: undefined, fill: "NONE" },
};
const row = (client: string, count: number): Aggregation => ({
  ...{ fromUs: null, toUs: null, client, metric: null, unit: null, count, sum: "1", min: "1", max: "1" },
  ...{ late: 0, revision: count, percentiles: [], isOther: false },
});

/** A storage whose rows are set by hand. */
const stage = () => {
  const state = { asOfSeq: 1, rows: [row("a", 1), row("b", 1)], asked: 0, cached: 0, isAway: false };
  const storage = {
    head: async () => {
      if (state.isAway) throw new AppError("UNAVAILABLE", "away");
      return state.asOfSeq;
    },
    rollups: async () => {
      state.asked += 1;
      return { asOfSeq: state.asOfSeq, rows: state.rows, isApproximate: false };
    },
  };
  const aggregations = createAggregations({ storage, onAnswer: (isCached) => (state.cached += Number(isCached)) });
  const write = (...rows: Aggregation[]): void => {
    state.asOfSeq += 1;
    state.rows = rows;
  };
  return { state, aggregations, write, follow: () => followAggregations({ aggregations, storage }, request) };
};
const told = async (updates: ReturnType<ReturnType<typeof stage>["follow"]>) => {
  const { value } = await updates.next();
  if (!value) throw new Error("There is no update.");
  const namesOf = (rows: readonly { client: string | null; count: number }[]) =>
    rows.map(({ client, count }) => `${client}${count}`);
  return [value.asOfSeq, namesOf(value.rows), namesOf(value.gone)];
};

test("the first update tells all rows, and each later one what has changed and what is gone", async () => {
  const { write, follow } = stage();
  const updates = follow();
  expect(await told(updates)).toEqual([1, ["a1", "b1"], []]);
  write(row("a", 1), row("b", 2), row("c", 1));
  expect(await told(updates)).toEqual([2, ["b2", "c1"], []]);
  write(row("b", 2), row("c", 1));
  expect(await told(updates)).toEqual([3, [], ["a1"]]);
  await updates.return();
});

test("entries that change nothing of it, and a database that is away, are not told", async () => {
  const { state, write, follow } = stage();
  const updates = follow();
  await told(updates);
  state.isAway = true;
  write(...state.rows);
  const next = told(updates);
  state.isAway = false;
  write(row("a", 9));
  expect(await next).toEqual([3, ["a9"], ["b1"]]);
  await updates.return();
});

test("whoever leaves while waiting is let go at once", async () => {
  const { follow } = stage();
  const updates = follow();
  await updates.next();
  const waiting = updates.next();
  await updates.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test("the same question is answered from the cache until the log grows", async () => {
  const { state, aggregations, write } = stage();
  const first = await aggregations.answer(request);
  expect(await aggregations.answer(request)).toBe(first);
  expect([state.asked, state.cached]).toEqual([1, 1]);
  write(row("a", 2));
  expect(await aggregations.answer(request)).toMatchObject({ asOfSeq: 2, rows: [{ client: "a", count: 2 }] });
  await aggregations.answer({ ...request, fill: "ZERO" });
  expect([state.asked, state.cached]).toEqual([3, 1]);
});
