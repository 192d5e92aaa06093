import { expect, test } from "vitest";
import type { Aggregation } from "../api/aggregation-operations.ts";
import { toAggregationCsv, toAggregationJson } from "./aggregation-export.ts";
import { readPlace } from "./aggregation-place.ts";
import { groupsOf } from "./aggregation-rows.ts";
import { chartData, seriesTable } from "./aggregation-series.ts";
import { bucketStarts } from "./buckets.ts";

const row = (more: Partial<Aggregation>): Aggregation => ({
  ...{ client: null, metric: "sale", unit: "EUR", from: null, to: null },
  ...{ count: 1, sum: "123456789012345.000000001", avg: "2", min: "2", max: "2" },
  ...more,
});
const groups = groupsOf({
  now: [row({}), row({ metric: "=cmd()", sum: "-5" })],
  before: [row({ sum: "1" })],
  unit: "EUR",
});
const range = { fromMs: Date.parse("2026-01-01T00:00:00Z"), toMs: Date.parse("2026-01-01T03:00:00Z") };
const division = { interval: "HOUR", zone: "UTC" } as const;
const deps = {
  ...division,
  series: [
    row({ from: "2026-01-01T01:00:00Z" }),
    row({ from: "2026-01-01T01:00:00Z", unit: null, sum: "99" }),
    row({ from: "2026-01-01T01:00:00Z", metric: "not drawn" }),
  ],
  drawn: groups.slice(0, 1),
  unit: "EUR",
  startsMs: bucketStarts(range, division),
  nowMs: Date.parse("2026-01-01T02:10:00Z"),
};

test("buckets without events count and sum to nothing, and are gaps in what has no value there", () => {
  expect(seriesTable({ ...deps, figure: "sum" }).figures).toEqual([["0", "123456789012345.000000001", "0"]]);
  expect(seriesTable({ ...deps, figure: "count" }).figures).toEqual([["0", "1", "0"]]);
  expect(seriesTable({ ...deps, figure: "min" }).figures).toEqual([[null, "2", null]]);
});

test("all time begins and ends with the events", () => {
  const table = seriesTable({ ...deps, startsMs: null, figure: "sum" });
  expect(table.names).toEqual(["2026-01-01 01:00"]);
});

test("what a point says is the exact text, and the bucket under way says that it is not complete", () => {
  const data = chartData(seriesTable({ ...deps, figure: "sum" }), deps.drawn);
  expect(data.timeTexts).toEqual(["2026-01-01 00:00", "2026-01-01 01:00", "2026-01-01 02:00, so far"]);
  expect(data.series[0]?.texts[1]?.replaceAll("\u202f", "")).toBe("123456789012345.000000001");
  expect(data.series[0]?.values).toEqual([0, 123456789012345, 0]);
});

const shown = {
  ...{ range, before: range, interval: "HOUR" as const, unit: "EUR", groups, drawn: deps.drawn },
  table: seriesTable({ ...deps, figure: "sum" }),
};

test("the groups on the screen become a file with exact numbers and harmless texts", () => {
  expect(toAggregationCsv({ ...shown, place: readPlace({}) }).split("\r\n")).toEqual([
    "metric,unit,count,sum,avg,min,max,before,difference",
    "sale,EUR,1,123456789012345.000000001,2,2,2,1,123456789012344.000000001",
    "'=cmd(),EUR,1,-5,2,2,2,0,-5",
    "",
  ]);
});

test("the table by time becomes a file in its order, for spreadsheets and for programs", () => {
  const place = readPlace({ table: "time" });
  expect(
    toAggregationCsv({ ...shown, place })
      .split("\r\n")
      .slice(0, 3),
  ).toEqual(["from,sale", "2026-01-01T02:00:00.000Z,0", "2026-01-01T01:00:00.000Z,123456789012345.000000001"]);
  const { asked, rows } = JSON.parse(toAggregationJson({ ...shown, place }));
  expect(asked).toMatchObject({ unit: "EUR", interval: "HOUR", figure: "sum", from: "2026-01-01T00:00:00.000Z" });
  expect(rows[1]).toEqual({
    from: "2026-01-01T01:00:00.000Z",
    figures: [{ client: null, metric: "sale", sum: "123456789012345.000000001" }],
  });
});
