import { expect, test } from "vitest";
import { fittingInterval, possibleIntervals, rangeBefore, readRange, resolveRange, writeRange } from "./ranges.ts";

const at = Date.parse;
const nowMs = at("2026-03-31T10:07:00Z");
const berlin = { nowMs, zone: "Europe/Berlin" };
const utc = { nowMs, zone: "UTC" };
const stretch = (from: string, to: string) => ({ fromMs: at(from), toMs: at(to) });

test("hours end with the quarter under way", () => {
  expect(resolveRange("hour", utc)).toEqual(stretch("2026-03-31T09:15:00Z", "2026-03-31T10:15:00Z"));
  expect(resolveRange("24h", utc)).toEqual(stretch("2026-03-30T10:15:00Z", "2026-03-31T10:15:00Z"));
});

test("days, months and years are those of the zone, also over a change of the clocks", () => {
  expect(resolveRange("7d", berlin)).toEqual(stretch("2026-03-24T23:00:00Z", "2026-03-31T22:00:00Z"));
  expect(resolveRange("30d", utc)).toEqual(stretch("2026-03-02T00:00:00Z", "2026-04-01T00:00:00Z"));
  expect(resolveRange("month", berlin)).toEqual(stretch("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"));
  expect(resolveRange("year", berlin)).toEqual(stretch("2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z"));
  expect(resolveRange("all", utc)).toBeNull();
});

test("two instants survive the address, and what means nothing is the usual range", () => {
  const chosen = stretch("2026-01-05T08:15:00Z", "2026-01-07T00:00:00Z");
  expect(readRange(writeRange(chosen))).toEqual(chosen);
  for (const text of ["", "soon", "2026-01-07T00:00Z..2026-01-05T00:00Z", "2026-02-01..2026-03-01", "..", "a..b..c"])
    expect(readRange(text)).toBeNull();
  expect(resolveRange("soon", utc)).toEqual(resolveRange("7d", utc));
});

test("the period before is as long, on whole days of the calendar, and no longer than what has passed of this one", () => {
  expect(rangeBefore(stretch("2026-01-05T00:00:00Z", "2026-01-07T00:00:00Z"), utc)).toEqual(
    stretch("2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z"),
  );
  // The week of the range has an hour less than the one before.
  expect(rangeBefore(stretch("2026-03-23T23:00:00Z", "2026-03-30T22:00:00Z"), berlin)).toEqual(
    stretch("2026-03-16T23:00:00Z", "2026-03-23T23:00:00Z"),
  );
  expect(rangeBefore(stretch("2026-03-31T00:00:00Z", "2026-04-01T00:00:00Z"), utc)).toEqual(
    stretch("2026-03-30T00:00:00Z", "2026-03-30T10:15:00Z"),
  );
  expect(rangeBefore(stretch("2026-03-31T08:00:00Z", "2026-03-31T09:30:00Z"), utc)).toEqual(
    stretch("2026-03-31T06:30:00Z", "2026-03-31T08:00:00Z"),
  );
});

test("a range is divided into buckets that can be told apart", () => {
  expect(["hour", "24h", "7d", "30d", "year", "all"].map((text) => fittingInterval(resolveRange(text, utc)))).toEqual([
    ...["MINUTE_15", "MINUTE_15", "HOUR", "DAY", "DAY", "MONTH"],
  ]);
  expect(possibleIntervals(resolveRange("24h", utc))).toContain("MINUTE_15");
  expect(possibleIntervals(resolveRange("year", utc))).toEqual(["HOUR", "DAY", "WEEK", "MONTH"]);
  expect(possibleIntervals(null)).toEqual(["DAY", "WEEK", "MONTH"]);
});
