import { expect, test } from "vitest";
import { type Params, type Place, paramsOf, readPlace } from "./aggregation-place.ts";

const usual = readPlace({});
const applied = (params: Params, more: Params): Params => ({ ...params, ...more });

test("an empty address is the usual place, and the usual place leaves the address empty", () => {
  expect(usual).toMatchObject({ range: "7d", zone: "UTC", figure: "sum", groupBy: ["METRIC"], interval: null });
  const { sort: _follows, ...rest } = usual;
  expect(Object.values(paramsOf(rest)).flat().filter(Boolean)).toEqual([]);
  expect(readPlace(paramsOf(usual))).toEqual(usual);
});

test("every change comes back from the address as it was", () => {
  const changed = {
    ...{ clients: ["a,b", "c&d"], metrics: ["sale"], unit: "EUR", range: "month" },
    ...{ zoomedFrom: "30d", interval: "DAY", zone: "Europe/Berlin", figure: "avg", isCompared: true, table: "time" },
    groupBy: ["CLIENT", "METRIC"],
    sort: { column: "before", isAscending: true },
  } as const satisfies Place;
  expect(readPlace(applied({}, paramsOf(changed)))).toEqual(changed);
  expect(readPlace(paramsOf({ groupBy: [] })).groupBy).toEqual([]);
  expect(readPlace(paramsOf({ unit: null })).unit).toBeNull();
});

test("what an address says wrongly is as if it said nothing", () => {
  const wrong = { range: "soon", zone: "Mars/Base", every: "year", figure: "median", by: "colour", sort: "size" };
  expect(readPlace(wrong)).toEqual({ ...usual, groupBy: [] });
});

test("another figure is sorted by anew", () => {
  const place = readPlace(applied({ sort: "-count" }, paramsOf({ figure: "max" })));
  expect(place.sort).toEqual({ column: "max", isAscending: false });
});
