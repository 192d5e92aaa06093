import { expect, test } from "vitest";
import { numberLabels, spreadLabels, tickLabels } from "./chart-labels.ts";

const HOUR_S = 3_600;
const at = Date.parse;

test("hours are written on the clock of the zone, with the day where it begins", () => {
  const ticks = ["2026-03-28T21:00:00Z", "2026-03-28T22:00:00Z", "2026-03-28T23:00:00Z"].map(at);
  expect(tickLabels(ticks, { stepS: HOUR_S, timeZone: "Europe/Berlin" })).toEqual([
    "22:00\n28 Mar",
    "23:00",
    "00:00\n29 Mar",
  ]);
  expect(tickLabels(ticks, { stepS: HOUR_S, timeZone: "UTC" })).toEqual(["21:00\n28 Mar", "22:00", "23:00"]);
});

test("days and months say their year once, years nothing more", () => {
  const ticks = ["2025-12-31T12:00:00Z", "2026-01-01T12:00:00Z"].map(at);
  expect(tickLabels(ticks, { stepS: 24 * HOUR_S, timeZone: "UTC" })).toEqual(["31 Dec\n2025", "1 Jan\n2026"]);
  expect(tickLabels(ticks, { stepS: 30 * 24 * HOUR_S, timeZone: "UTC" })).toEqual(["Dec\n2025", "Jan\n2026"]);
  expect(tickLabels(ticks, { stepS: 365 * 24 * HOUR_S, timeZone: "UTC" })).toEqual(["2025", "2026"]);
});

test("numbers beside an axis share one size and have the digits that tell them apart", () => {
  expect(numberLabels([0, 200_000, 400_000])).toEqual(["0", "200\u202fk", "400\u202fk"]);
  expect(numberLabels([0, 5_000, 10_000])).toEqual(["0", "5\u202fk", "10\u202fk"]);
  expect(numberLabels([2, 4.5, 7])).toEqual(["2.0", "4.5", "7.0"]);
  expect(numberLabels([-1_000_000, 0, 1_000_000])).toEqual(["\u22121\u202fM", "0", "1\u202fM"]);
});

test("names that would cover each other are moved apart and stay within the chart", () => {
  expect(spreadLabels([50, 10], { heightPx: 20, roomPx: 100 })).toEqual([50, 10]);
  expect(spreadLabels([100, 99, 98], { heightPx: 20, roomPx: 100 })).toEqual([90, 70, 50]);
  expect(spreadLabels([0, 0], { heightPx: 20, roomPx: 100 })).toEqual([10, 30]);
  expect(spreadLabels([1, 2, 3], { heightPx: 20, roomPx: 50 })).toBeNull();
});
