import { expect, test } from "vitest";
import { extendHistory } from "./system-history.ts";
import type { HistoryPoint, SystemHistory } from "./system-history-operations.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 31, 12) + second * 1_000).toISOString();

const pointOf = (second: number, accepted = 1) => ({ at: at(second), accepted }) as HistoryPoint;

const historyOf = (fromS: number, toS: number, points: readonly HistoryPoint[], servers = ["one"]): SystemHistory => ({
  ...{ stepSeconds: 10, from: at(fromS), to: at(toS), relativeError: 0.025, servers, starts: [] },
  points: [...points],
});

test("newer steps take the place of those that went on, and what is older than the span goes", () => {
  const known = historyOf(0, 40, [pointOf(0), pointOf(10), pointOf(30)]);
  const newest = historyOf(30, 60, [pointOf(30, 5), pointOf(50)], ["two"]);
  const { points, from, to, servers } = extendHistory(known, newest);
  expect(points.map((point) => [point.at, point.accepted])).toEqual([
    [at(30), 5],
    [at(50), 1],
  ]);
  expect([from, to, servers]).toEqual([at(20), at(60), ["one", "two"]]);
});

test("starts of servers are each told once, as long as they are within the span", () => {
  const startOf = (second: number) => ({ server: "one", at: at(second) });
  const known = { ...historyOf(0, 40, []), starts: [startOf(5), startOf(25), startOf(35)] };
  const newest = { ...historyOf(30, 60, []), starts: [startOf(35), startOf(55)] };
  expect(extendHistory(known, newest).starts).toEqual([startOf(25), startOf(35), startOf(55)]);
});
