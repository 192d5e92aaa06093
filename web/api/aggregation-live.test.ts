import { expect, test } from "vitest";
import { applyUpdate } from "./aggregation-live.ts";
import type { Aggregation } from "./aggregation-operations.ts";

const row = (client: string | null, sum: string, more: Partial<Aggregation> = {}): Aggregation => ({
  ...{ client, metric: null, unit: "EUR", from: null, to: null },
  ...{ count: 1, sum, avg: sum, min: sum, max: sum },
  ...{ rank: null, late: 0, revision: 1, isOther: client === null, isFilled: false, percentiles: [] },
  ...more,
});

test("an update takes the place of the rows that it is about, adds new ones and takes away those that are gone", () => {
  const rows = [row("a", "1"), row("b", "2"), row(null, "9")];
  const first = applyUpdate(undefined, { asOfSeq: 1, isComplete: true, rows, gone: [] });
  const next = applyUpdate(first, {
    ...{ asOfSeq: 4, isComplete: false },
    rows: [row("a", "3"), row("a", "1", { from: "2026-01-01T00:00:00Z" })],
    gone: [row("b", "2")],
  });
  expect(next.asOfSeq).toBe(4);
  expect(next.rows.map(({ client, from, sum }) => [client, from, sum])).toEqual([
    ["a", null, "3"],
    [null, null, "9"],
    ["a", "2026-01-01T00:00:00Z", "1"],
  ]);
});

test("an update of nothing only says as of when the rows are, and a whole one forgets those before", () => {
  const first = { asOfSeq: 1, rows: [row("a", "1")] };
  const same = applyUpdate(first, { asOfSeq: 2, isComplete: false, rows: [], gone: [] });
  expect(same).toEqual({ asOfSeq: 2, rows: first.rows });
  expect(same.rows).toBe(first.rows);
  expect(applyUpdate(same, { asOfSeq: 3, isComplete: true, rows: [], gone: [] }).rows).toEqual([]);
});
