// What is kept of the rollups is what they say, and is not read again without need.
import { expect, test } from "vitest";
import type { Act } from "../../domain/act.ts";
import { unpackRows } from "../../domain/packed-rows.ts";
import { NOON, prepared } from "../../test/prepared.ts";
import { temporaryFile } from "../../test/temporary.ts";
import { sale } from "../storage.contract.ts";
import type { AggregationQuestion } from "../summing.ts";
import { openDatabase, openReadOnly } from "./database.ts";
import { rebuildRollups } from "./rollup-rebuild.ts";
import { createRollupReader } from "./rollups.ts";
import { createWriter } from "./writer.ts";

const MONTH_MS = 31 * 86_400_000;

/** A history of some months, all of it folded. */
const open = () => {
  const file = temporaryFile("surecount.db");
  const db = openDatabase(file);
  const writer = createWriter(db, { file, onLocked: () => {}, foldAfterEntries: 0 });
  const append = (amount: number, timestamp = new Date(NOON / 1_000).toISOString()) =>
    writer.append([prepared(sale({ amount, timestamp }), `k-${amount}`)], NOON);
  for (let month = 3; month >= 1; month -= 1) append(month, new Date(NOON / 1_000 - month * MONTH_MS).toISOString());
  const { rollups } = createRollupReader(openReadOnly(file));
  const sumsOf = (question: Partial<AggregationQuestion>) =>
    unpackRows(rollups({ filter: {}, groupBy: [], ...question }).rows).map(({ sum }) => sum);
  return {
    ...{ db, writer, append, sumsOf },
    sums: () => [sumsOf({ interval: "MONTH" }), sumsOf({})],
    /** Nobody is told of it. */
    falsify: () => db.$client.exec("update rollups set sum = '100'"),
  };
};

test("a bucket is read once, until something is folded into any", () => {
  const { append, sums, falsify } = open();
  expect(sums()).toEqual([["3", "2", "1"], ["6"]]);
  falsify();
  expect(sums()).toEqual([["3", "2", "1"], ["6"]]);
  append(5);
  expect(sums()).toEqual([["100", "100", "100", "5"], ["105"]]);
});

test("what is voided, and what is counted anew, is seen at once", () => {
  const { db, writer, sums, falsify } = open();
  expect(sums()).toEqual([["3", "2", "1"], ["6"]]);
  const voiding: Act = { action: "VOIDED", by: null, event: 1, reason: null };
  writer.perform(NOON, [voiding]);
  expect(sums()).toEqual([["2", "1"], ["3"]]);
  falsify();
  expect(rebuildRollups(db).count).toBeGreaterThan(0);
  expect(sums()).toEqual([["2", "1"], ["3"]]);
});

test("a question about some alone is not answered from what was kept of all", () => {
  const { sums, sumsOf, falsify } = open();
  sums();
  falsify();
  const interval = "MONTH";
  expect(sumsOf({ interval })).toEqual(["3", "2", "1"]);
  expect(sumsOf({ interval, filter: { clients: ["nobody"] } })).toEqual([]);
  expect(sumsOf({ interval, filter: { metrics: ["refund"] } })).toEqual([]);
  expect(sumsOf({ interval, filter: { units: ["EUR"] } })).toEqual([]);
});
