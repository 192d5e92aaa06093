import { expect, test } from "vitest";
import type { HistoryPoint, SystemHistory } from "../api/system-history-operations.ts";
import { chartOf, isKnown, plans } from "./history-charts.ts";

const planOf = (title: string) => {
  const plan = plans.find((one) => one.title === title);
  if (plan === undefined) throw new Error(`There is no chart ${title}.`);
  return plan;
};

const pointOf = (at: string, more: object) =>
  ({
    at,
    seconds: 10,
    accepted: 0,
    duplicates: 0,
    conflicts: 0,
    rejected: 0,
    errors: 0,
    walBytes: null,
    ...more,
  }) as HistoryPoint;

const history = (...points: readonly HistoryPoint[]) => ({ stepSeconds: 10, points }) as unknown as SystemHistory;

test("steps in which no server was there are gaps, and what was counted is a rate", () => {
  const [first, last] = ["2026-01-31T12:00:00Z", "2026-01-31T12:00:30Z"];
  const data = chartOf(
    planOf("Events"),
    history(pointOf(first, { accepted: 20 }), pointOf(last, { accepted: 5, seconds: 2.5 })),
    "UTC",
  );
  expect(data.timesMs).toHaveLength(4);
  expect(data.series[0]?.values).toEqual([2, null, null, 2]);
  expect(data.series[0]?.texts).toEqual(["2.0/s", "–", "–", "2.0/s"]);
});

test("what a backend cannot tell is not drawn", () => {
  const known = history(
    pointOf("2026-01-31T12:00:00Z", { sizeBytes: 5e6, busyConnections: null, waitingCallers: null }),
  );
  expect(chartOf(planOf("Database"), known, "UTC").series.map(({ label }) => label)).toEqual(["size"]);
  expect(isKnown(planOf("Connections"), known)).toBe(false);
});
