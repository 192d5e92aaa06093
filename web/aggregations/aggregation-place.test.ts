import { expect, test } from "vitest";
import { type Params, type Place, paramsOf, parsePercentiles, partOf, readPlace } from "./aggregation-place.ts";

const usual = readPlace({});
const applied = (params: Params, more: Params): Params => ({ ...params, ...more });

test("an empty address is the usual place, and the usual place leaves the address empty", () => {
  expect(usual).toMatchObject({ range: "7d", zone: "UTC", figure: "sum", groupBy: ["METRIC"], interval: null });
  expect(usual).toMatchObject({ percentiles: ["p50", "p95", "p99"], fill: null, top: 10 });
  const { sort: _follows, ...rest } = usual;
  expect(Object.values(paramsOf(rest)).flat().filter(Boolean)).toEqual([]);
  expect(readPlace(paramsOf(usual))).toEqual(usual);
});

test("every change comes back from the address as it was", () => {
  const changed = {
    ...{ clients: ["a,b", "c&d"], metrics: ["sale"], unit: "EUR", range: "month" },
    ...{ zoomedFrom: "30d", interval: "DAY", zone: "Europe/Berlin", isCompared: true, table: "time" },
    ...{ percentiles: ["p99.9"], figure: "p99.9", fill: "PREVIOUS", top: 25 },
    groupBy: ["CLIENT", "METRIC"],
    sort: { column: "min", isAscending: true },
  } as const satisfies Place;
  expect(readPlace(applied({}, paramsOf(changed)))).toEqual(changed);
  expect(readPlace(paramsOf({ groupBy: [], percentiles: [] }))).toMatchObject({ groupBy: [], percentiles: [] });
  expect(readPlace(paramsOf({ unit: null })).unit).toBeNull();
});

test("what an address says wrongly is as if it said nothing", () => {
  const wrong = { range: "soon", zone: "Mars/Base", every: "year", figure: "p80", by: "colour", sort: "size" };
  const more = { fill: "nicely", top: "1000000" };
  expect(readPlace({ ...wrong, ...more })).toEqual({ ...usual, groupBy: [] });
});

test("percentiles are taken as people write them, and asked for as the nearest number there is", () => {
  expect(parsePercentiles("p50, 99.90 ;0 100, 101 -1 many 50")).toEqual(["p50", "p99.9", "p0", "p100"]);
  expect(["p7", "p99.9", "p99.99"].map((name) => partOf(name as "p7"))).toEqual([0.07, 0.999, 0.9999]);
});

test("another figure is sorted by anew, and groups are not ranked by percentiles", () => {
  const sortOf = (figure: Place["figure"]) => readPlace(applied({ sort: "-avg" }, paramsOf({ figure }))).sort;
  expect(sortOf("max")).toEqual({ column: "max", isAscending: false });
  expect(sortOf("p95")).toEqual({ column: "count", isAscending: false });
});
