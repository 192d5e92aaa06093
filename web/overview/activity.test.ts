import { expect, test } from "vitest";
import { chartOf, extendMinutes, type Minute, spanOf, sumOf } from "./activity.ts";

const minute = (from: string, accepted: number, rejected = 0): Minute => ({
  ...{ from, accepted, rejected, duplicates: 0, conflicts: 0, received: accepted + rejected },
});
const minutes = [
  minute("2026-01-31T12:00:00Z", 3),
  minute("2026-01-31T12:01:00Z", 0, 2),
  minute("2026-01-31T12:02:00Z", 1),
];
const entry = (seq: number, at: string, action = "ACCEPTED") => ({ seq, at: `2026-01-31T${at}Z`, action });
const accepted = (extended: readonly Minute[]) => extended.map((one) => one.accepted);

test("what the feed brought after the server's count comes on top, each in its minute", () => {
  const entries = [
    entry(6, "12:02:01"),
    entry(7, "12:01:59"),
    entry(8, "12:02:30.5"),
    entry(9, "12:02:31", "REJECTED"),
  ];
  const extended = extendMinutes({ minutes, asOfSeq: 6 }, entries);
  expect(accepted(extended)).toEqual([3, 1, 2]);
  expect(extended.map(({ rejected }) => rejected)).toEqual([0, 2, 1]);
  expect(extended.map(({ received }) => received)).toEqual([3, 3, 3]);
});

test("acts count as nothing received", () => {
  expect(extendMinutes({ minutes, asOfSeq: 6 }, [entry(7, "12:02:00", "RETRIED")])).toEqual(minutes);
});

test("a new minute moves the window, over minutes in which nothing came", () => {
  const extended = extendMinutes({ minutes, asOfSeq: 6 }, [entry(7, "12:04:00")]);
  expect(accepted(extended)).toEqual([1, 0, 1]);
  expect(Date.parse(extended[2]?.from ?? "")).toBe(Date.parse("2026-01-31T12:04:00Z"));
  expect(spanOf(extended)).toEqual({
    fromMs: Date.parse("2026-01-31T12:02:00Z"),
    toMs: Date.parse("2026-01-31T12:05:00Z"),
  });
});

test("the chart has each outcome of each minute, and no points where nothing was received", () => {
  expect(chartOf(minutes, "UTC").series.map(({ values }) => values)).toEqual([
    [3, 0, 1],
    [0, 0, 0],
    [0, 0, 0],
    [0, 2, 0],
  ]);
  expect(chartOf([minute("2026-01-31T12:00:00Z", 0)], "UTC").timesMs).toEqual([]);
});

test("the sum of the minutes is theirs", () => {
  expect(sumOf(minutes)).toEqual({ received: 6, accepted: 4, duplicates: 0, conflicts: 0, rejected: 2 });
});
