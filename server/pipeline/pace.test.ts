import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPace } from "./pace.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const counting = () => {
  let steps = 0;
  const pace = createPace(50, async () => {
    steps += 1;
    await new Promise((resolve) => setTimeout(resolve, 10));
  });
  return { pace, steps: () => steps };
};

test("the first step after a silence is taken at once, and a burst of requests costs one more", async () => {
  const { pace, steps } = counting();
  pace.request();
  expect(steps()).toBe(1);
  for (let time = 0; time < 10; time++) pace.request();
  await vi.advanceTimersByTimeAsync(49);
  expect(steps()).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(steps()).toBe(2);
  pace.request();
  expect(steps()).toBe(3);
});

test("what is asked for during a step, the step may have missed: another follows", async () => {
  const { pace, steps } = counting();
  pace.request();
  await vi.advanceTimersByTimeAsync(5);
  pace.request();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(steps()).toBe(2);
});

test("under steady load the steps keep the pace, and none follows the stop", async () => {
  const { pace, steps } = counting();
  for (let ms = 0; ms < 999; ms++) {
    pace.request();
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(steps()).toBe(20);
  pace.stop();
  pace.request();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(steps()).toBe(20);
});
