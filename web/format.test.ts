import { expect, test } from "vitest";
import {
  formatAge,
  formatAmount,
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatElapsed,
  formatExactly,
  formatJson,
  formatLasting,
  formatLocal,
  formatPerSecond,
  formatShare,
  formatUtc,
} from "./format.ts";

const space = "\u202f";

test("digits are grouped by a thin space, never by a comma", () => {
  expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(["0", "999", `1${space}000`, `1${space}234${space}567`]);
});

test("an amount keeps every digit", () => {
  expect(formatAmount("1200.5")).toBe(`1${space}200.5`);
  expect(formatAmount("999999999999999.123456789")).toBe(`999${space}999${space}999${space}999${space}999.123456789`);
  expect(formatAmount("-1234")).toBe(`−1${space}234`);
  expect(formatAmount("0.000000001")).toBe("0.000000001");
});

test("a share is 0% or 100% only where it is exactly that", () => {
  expect([0, 0.00001, 0.1234, 0.5, 0.99999, 1].map(formatShare)).toEqual([
    "0%",
    "<0.1%",
    "12.3%",
    "50.0%",
    ">99.9%",
    "100%",
  ]);
});

test("a rate has the digits that matter", () => {
  expect([0, 0.0167, 0.25, 12.34, 8_123.4].map(formatPerSecond)).toEqual([
    "0/s",
    "0.02/s",
    "0.3/s",
    "12.3/s",
    `8${space}123/s`,
  ]);
});

test("an age is told in one unit, ahead too, and as a date beyond a month", () => {
  const now = Date.parse("2026-06-15T12:00:00Z");
  const ages = [
    "2026-06-15T12:00:00Z",
    "2026-06-15T11:59:18Z",
    "2026-06-15T11:00:01Z",
    "2026-06-14T12:00:00Z",
    "2026-06-15T12:05:00Z",
    "2024-01-01T00:00:00Z",
  ];
  expect(ages.map((at) => formatAge({ at, now }))).toEqual([
    "now",
    "42 s ago",
    "59 min ago",
    "1 d ago",
    "in 5 min",
    "2024-01-01",
  ]);
});

test("what has happened is never ahead, whatever the clocks say", () => {
  expect(formatElapsed({ sinceAt: 10_000, now: 4_000 })).toBe("0 s ago");
});

test("an instant keeps its fraction", () => {
  expect(formatUtc("2024-01-01T09:30:00.000001Z")).toBe("2024-01-01 09:30:00.000001 UTC");
});

test("an instant is written in either zone with the same digits, the chosen one first", () => {
  const at = "2024-01-01T09:30:00.000001Z";
  // This machine's zone is not ours to choose: only what holds in every zone is asked.
  expect(formatLocal(at)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:00\.000001 \S+$/);
  expect(formatClock({ at, zone: "UTC" })).toBe("2024-01-01 09:30:00.000001");
  expect(formatLocal(at)).toContain(formatClock({ at, zone: "local" }));
  expect(formatExactly({ at, zone: "UTC" })[0]).toBe(formatUtc(at));
  expect(formatExactly({ at, zone: "local" })[0]).toBe(formatLocal(at));
});

test("what is absent is told from the text null", () => {
  expect([null, "null", 0, { a: [1] }].map(formatJson)).toEqual(["absent", '"null"', "0", '{"a":[1]}']);
});

test("short times keep the digits that matter at their size", () => {
  const texts = [0, 0.000_034_4, 0.000_999, 0.0012, 0.0144, 0.25, 2.14, 61].map(formatDuration);
  expect(texts).toEqual(["0 µs", "34 µs", "999 µs", "1.2 ms", "14 ms", "250 ms", "2.1 s", "61 s"]);
});

test("memory and disk are told in powers of a thousand", () => {
  const texts = [0, 999, 4_096, 9_990, 128_000_000, 1_500_000_000_000].map(formatBytes);
  expect(texts).toEqual(["0 B", "999 B", "4.1 kB", "10 kB", "128 MB", "1.5 TB"]);
});

test("what lasts is told in its two largest units", () => {
  const texts = [0, 12_000, 312_000, 3_600_000, 273_600_000].map(formatLasting);
  expect(texts).toEqual(["0 s", "12 s", "5 min 12 s", "1 h 0 min", "3 d 4 h"]);
});
