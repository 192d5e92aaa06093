import { expect, test } from "vitest";
import { AppError } from "../domain/error.ts";
import { packRows } from "../domain/packed-rows.ts";
import type { Aggregation } from "../domain/rollup.ts";
import { createAggregationUpdates } from "./aggregation-updates.ts";
import { type AggregationRequest, createAggregations } from "./aggregations.ts";

const request: AggregationRequest = {
  ...{ filter: {}, groupBy: ["CLIENT"], interval: "ALL", timeZone: "UTC", percentiles: [], order: "GROUP" },
  ...{ limit: undefined, fill: "NONE" },
};
const row = (client: string, count: number): Aggregation => ({
  ...{ fromUs: null, toUs: null, client, metric: null, unit: null, count, sum: "1", min: "1", max: "1" },
  ...{ late: 0, revision: count, percentiles: [], approximate: [], rank: null, isOther: false },
});

/** A storage whose rows are set by hand. */
const stage = ({ maxCachedBytes = 1_000_000, maxWatchedRows = 100 } = {}) => {
  const state = { asOfSeq: 1, rebuilds: 0, changedAt: 1, rows: [row("a", 1), row("b", 1)], asked: 0, cached: 0 };
  const away = { isAway: false };
  const storage = {
    rollups: async () => {
      state.asked += 1;
      const { asOfSeq, rebuilds, rows } = state;
      const reach = { fromUs: undefined, toUs: undefined };
      return { asOfSeq, rebuilds, reach, rows: packRows(rows), isApproximate: false };
    },
    rollupChanges: async (_question: unknown, since: { asOfSeq: number; rebuilds: number }) => {
      if (away.isAway) throw new AppError("UNAVAILABLE", "away");
      const { asOfSeq, rebuilds, changedAt } = state;
      return { asOfSeq, isChanged: changedAt > since.asOfSeq || rebuilds !== since.rebuilds };
    },
  };
  const onAnswer = (isCached: boolean): void => {
    state.cached += Number(isCached);
  };
  const aggregations = createAggregations({ storage, maxCachedBytes, onAnswer });
  const updates = createAggregationUpdates({ aggregations, maxWatchedRows, lookEveryMs: 5 });
  const write = (...rows: Aggregation[]): void => {
    state.asOfSeq += 1;
    state.changedAt = state.asOfSeq;
    state.rows = rows;
  };
  return { state, away, aggregations, write, follow: () => updates.follow(request) };
};
type Followed = ReturnType<ReturnType<typeof stage>["follow"]>;

const told = async (updates: Followed) => {
  const { value } = await updates.next();
  if (!value) throw new Error("There is no update.");
  const namesOf = (rows: readonly { client: string | null; count: number }[]) =>
    rows.map(({ client, count }) => `${client}${count}`);
  return [value.asOfSeq, value.isComplete, namesOf(value.rows), namesOf(value.gone)];
};

test("the first update tells all rows and says so, each later one what has changed and what is gone", async () => {
  const { write, follow } = stage();
  const updates = follow();
  expect(await told(updates)).toEqual([1, true, ["a1", "b1"], []]);
  write(row("a", 1), row("b", 2), row("c", 1));
  expect(await told(updates)).toEqual([2, false, ["b2", "c1"], []]);
  write(row("b", 2), row("c", 1));
  expect(await told(updates)).toEqual([3, false, [], ["a1"]]);
  await updates.return();
});

test("where entries change nothing of it, only the entry is told that it holds for", async () => {
  const { state, follow } = stage();
  const updates = follow();
  await told(updates);
  state.asOfSeq = 9;
  expect(await told(updates)).toEqual([9, false, [], []]);
  expect(state.asked).toBe(1);
  await updates.return();
});

test("a database that is away delays the next update, and what was written meanwhile comes together", async () => {
  const { away, write, follow } = stage();
  const updates = follow();
  await told(updates);
  away.isAway = true;
  write(row("a", 5));
  const next = told(updates);
  await new Promise((resolve) => setTimeout(resolve, 30));
  write(row("a", 9));
  away.isAway = false;
  expect(await next).toEqual([3, false, ["a9"], ["b1"]]);
  await updates.return();
});

test("rows that a rebuild has put right are told without an entry", async () => {
  const { state, follow } = stage();
  const updates = follow();
  await told(updates);
  state.rows = [row("a", 7)];
  state.rebuilds = 1;
  expect(await told(updates)).toEqual([1, false, ["a7"], ["b1"]]);
  await updates.return();
});

test("all who watch the same are told by one object, made once", async () => {
  const { state, write, follow } = stage();
  const all = Array.from({ length: 20 }, follow);
  const tellAll = async () => new Set((await Promise.all(all.map((one) => one.next()))).map(({ value }) => value)).size;
  expect(await tellAll()).toBe(1);
  write(row("a", 2), row("b", 1));
  expect(await tellAll()).toBe(1);
  expect(state.asked).toBe(2);
  await Promise.all(all.map((one) => one.return()));
});

test("a watcher that takes nothing is told later what has changed since, and holds one answer", async () => {
  const { write, follow } = stage();
  const updates = follow();
  await told(updates);
  for (let count = 2; count <= 50; count++) write(row("a", count), row("c", 1));
  expect(await told(updates)).toEqual([50, false, ["a50", "c1"], ["b1"]]);
  await updates.return();
});

test("more rows than a server can hold for watchers are refused, until others have left", async () => {
  const { follow } = stage({ maxWatchedRows: 5 });
  const [one, two, three] = [follow(), follow(), follow()];
  await Promise.all([told(one), told(two)]);
  await expect(three.next()).rejects.toMatchObject({ code: "RATE_LIMITED" });
  await one.return();
  const four = follow();
  expect(await told(four)).toEqual([1, true, ["a1", "b1"], []]);
  await Promise.all([two.return(), four.return()]);
});

test("whoever leaves while waiting is let go at once", async () => {
  const { follow } = stage();
  const updates = follow();
  await updates.next();
  const waiting = updates.next();
  await updates.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test("a question is answered from the cache until what it reads changes, and as of the last entry", async () => {
  const { state, aggregations, write } = stage();
  const first = await aggregations.answer(request);
  state.asOfSeq = 7;
  expect(await aggregations.answer(request)).toEqual({ ...first, asOfSeq: 7 });
  expect([state.asked, state.cached]).toEqual([1, 1]);
  write(row("a", 2));
  expect(await aggregations.answer(request)).toMatchObject({ asOfSeq: 8, rows: [{ client: "a", count: 2 }] });
  await aggregations.answer({ ...request, fill: "ZERO" });
  expect([state.asked, state.cached]).toEqual([3, 1]);
});

test("who asks while the same is being answered shares the next answer, and never one that began before", async () => {
  const { state, aggregations, write } = stage();
  const early = aggregations.answer(request);
  await Promise.resolve();
  write(row("a", 2));
  const late = await Promise.all([1, 2, 3].map(() => aggregations.answer(request)));
  expect((await early).asOfSeq).toBe(1);
  expect(late.map(({ asOfSeq }) => asOfSeq)).toEqual([2, 2, 2]);
  expect(state.asked).toBe(2);
});

test("what a search for text finds is not kept", async () => {
  const { state, aggregations } = stage();
  for (let time = 0; time < 2; time++) await aggregations.answer({ ...request, filter: { text: "note" } });
  expect([state.asked, state.cached]).toEqual([2, 0]);
});

test("answers take no more memory than they may, and of those the last asked for stay", async () => {
  const { state, aggregations } = stage({ maxCachedBytes: 8_000 });
  const ask = (limit: number) => aggregations.answer({ ...request, limit });
  for (let limit = 1; limit <= 50; limit++) await ask(limit);
  expect(aggregations.cachedBytes).toBeGreaterThan(2_000);
  expect(aggregations.cachedBytes).toBeLessThanOrEqual(8_000);
  await ask(50);
  await ask(1);
  expect([state.asked, state.cached]).toEqual([51, 1]);
});
