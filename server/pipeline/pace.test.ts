import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPace } from "./pace.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("the first step after a silence comes at once, and a burst of requests costs one more", () => {
  let steps = 0;
  const pace = createPace(50, () => {
    steps += 1;
  });
  pace.request();
  expect(steps).toBe(1);
  for (let time = 0; time < 10; time++) pace.request();
  vi.advanceTimersByTime(49);
  expect(steps).toBe(1);
  vi.advanceTimersByTime(1);
  expect(steps).toBe(2);
  vi.advanceTimersByTime(1_000);
  expect(steps).toBe(2);
  pace.request();
  expect(steps).toBe(3);
});

test("under steady load the steps come at the pace, and none after the stop", () => {
  let steps = 0;
  const pace = createPace(50, () => {
    steps += 1;
  });
  for (let ms = 0; ms < 999; ms++) {
    pace.request();
    vi.advanceTimersByTime(1);
  }
  expect(steps).toBe(20);
  pace.request();
  pace.stop();
  vi.advanceTimersByTime(1_000);
  expect(steps).toBe(20);
});
