import { expect, test } from "vitest";
import { describeFilter, filterOf, filterParams, isFiltered, readEventPlace } from "./event-place.ts";

const now = Date.parse("2026-06-15T12:00:00Z");

test("an empty address is all events", () => {
  const place = readEventPlace({});
  expect(filterOf(place, now)).toEqual({});
  expect(isFiltered(place)).toBe(false);
  expect(Object.values(filterParams(place)).filter(Boolean)).toEqual([]);
});

test("a place survives its address, with names that hold commas and percent signs", () => {
  const params = filterParams({
    ...readEventPlace({ text: "order 7", from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00.000001Z" }),
    ...{ clients: ["a,b", "50%2C", "é"], metrics: ["sale"], units: ["EUR", "USD"] },
  });
  const place = readEventPlace(params);
  expect(filterOf(place, now)).toEqual({
    text: "order 7",
    clients: ["a,b", "50%2C", "é"],
    metrics: ["sale"],
    units: ["EUR", "USD"],
    from: "2026-01-01T00:00:00Z",
    to: "2026-02-01T00:00:00.000001Z",
  });
  expect(filterParams(place)).toEqual(params);
});

test("a span ends now and beats what else is said of times; nonsense says nothing", () => {
  const from = "2026-01-01T00:00:00Z";
  expect(filterOf(readEventPlace({ span: "1h", from }), now)).toEqual({ from: "2026-06-15T11:00:00.000Z" });
  expect(filterOf(readEventPlace({ span: "9y", from: "yesterday", to: "2026-02-30T99:00" }), now)).toEqual({});
});

test("a filter is told in words", () => {
  const place = readEventPlace({ clients: "till,kiosk", units: "EUR", text: "x", span: "24h" });
  expect(describeFilter(place)).toBe("of client “till” or “kiosk”, in “EUR”, with “x” in it, last 24 hours");
});
