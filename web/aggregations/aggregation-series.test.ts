import { expect, test } from "vitest";
import type { Aggregation } from "../api/aggregation-operations.ts";
import { groupsOf } from "./aggregation-rows.ts";
import { bucketsOf, chartData, type SeriesDeps } from "./aggregation-series.ts";

const row = (hour: number | null, more: Partial<Aggregation> = {}): Aggregation => ({
  ...{ client: null, metric: "sale", unit: "EUR" },
  from: hour === null ? null : `2026-01-01T0${hour}:00:00Z`,
  to: hour === null ? null : `2026-01-01T0${hour + 1}:00:00Z`,
  ...{ count: 1, sum: "123456789012345.000000001", avg: "2", min: "2", max: "2" },
  ...{ rank: null, late: 0, revision: 7, isOther: false, isFilled: false, percentiles: [] },
  ...more,
});
const filled = (hour: number, figure: string | null) =>
  row(hour, {
    ...{ isFilled: true, count: 0, revision: 0 },
    ...{ sum: figure ?? "0", avg: figure, min: figure, max: figure },
  });
const deps: Omit<SeriesDeps, "series"> = {
  drawn: groupsOf({ totals: [row(null)], spread: [], series: [], before: [], allBefore: [] }),
  ...({ figure: "sum", fill: "ZERO", interval: "HOUR", zone: "UTC" } as const),
  nowMs: Date.parse("2026-01-01T02:10:00Z"),
};
const figures = (buckets: ReturnType<typeof bucketsOf>) => buckets.map(({ cells }) => cells[0]?.figure);

test("buckets come in order, with what the fill says of those without events, and none that has not come yet", () => {
  const series = [row(1), filled(2, "0"), filled(0, "0"), filled(3, "0"), row(1, { metric: "not drawn" })];
  expect(figures(bucketsOf({ ...deps, series }))).toEqual(["0", "123456789012345.000000001", "0"]);
  const unknown = [filled(0, null), row(1)];
  expect(figures(bucketsOf({ ...deps, series: unknown, fill: "NULL" }))).toEqual([null, "123456789012345.000000001"]);
});

test("what a point says is the exact text, whether it repeats the one before, what came late, and what is not complete", () => {
  const series = [row(0, { late: 3 }), filled(1, "123456789012345.000000001"), row(2, { sum: "1.5" })];
  const data = chartData(bucketsOf({ ...deps, series, fill: "PREVIOUS" }), deps.drawn);
  expect(data.timeTexts).toEqual(["2026-01-01 00:00, 3 late", "2026-01-01 01:00", "2026-01-01 02:00, so far"]);
  expect(data.series[0]?.texts.map((text) => text.replaceAll("\u202f", ""))).toEqual([
    ...["123456789012345.000000001", "123456789012345.000000001, as before", "1.5"],
  ]);
  expect(data.series[0]?.values).toEqual([123456789012345, 123456789012345, 1.5]);
  expect(data.underWayIndex).toBe(2);
});
