import { expect, test } from "vitest";
import { createRecent, RECENT_SECONDS } from "./recent.ts";

test("percentiles are those of what was recorded, to a fortieth", () => {
  const recent = createRecent();
  for (let value = 1; value <= 1_000; value++) recent.record(value / 1_000);
  const { count, p50, p95, p99, max } = recent.distribution() ?? { count: 0, p50: 0, p95: 0, p99: 0, max: 0 };
  expect(count).toBe(1_000);
  for (const [found, expected] of [
    [p50, 0.5],
    [p95, 0.95],
    [p99, 0.99],
    [max, 1],
  ] as const)
    expect(Math.abs(found / expected - 1)).toBeLessThan(0.026);
});

test("what is old is forgotten, and what came since is not", () => {
  let nowMs = 0;
  const recent = createRecent({ unit: 1, nowMs: () => nowMs });
  recent.record(100);
  nowMs += (RECENT_SECONDS / 2) * 1_000;
  recent.record(2);
  expect(recent.distribution()).toMatchObject({ count: 2, max: 100 });
  nowMs += (RECENT_SECONDS / 2) * 1_000;
  expect(recent.distribution()).toMatchObject({ count: 1, max: 2 });
  nowMs += RECENT_SECONDS * 1_000;
  expect(recent.distribution()).toBeNull();
});

test("nothing is too small or too large, and no percentile is above the largest", () => {
  const recent = createRecent();
  recent.record(0);
  expect(recent.distribution()).toEqual({ count: 1, p50: 0, p95: 0, p99: 0, max: 0 });
  recent.record(1e9);
  expect(recent.distribution()).toMatchObject({ count: 2, max: 1e9 });
});

test("small whole numbers stay whole", () => {
  for (const size of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    const recent = createRecent({ unit: 1 });
    for (const value of [size, size, size, 100]) recent.record(value);
    expect(recent.distribution()).toMatchObject({ p50: size, max: 100 });
  }
});
