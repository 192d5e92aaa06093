import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createThrottle } from "./throttle.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("many requests make one run at once and one more after the interval", async () => {
  let runs = 0;
  const throttle = createThrottle({ task: async () => void runs++, intervalMs: 1_000 });
  for (let request = 0; request < 10; request++) throttle.request();
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(999);
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(runs).toBe(2);
});

test("a slow task is never run twice at once", async () => {
  let running = 0;
  let most = 0;
  const task = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    running -= 1;
  };
  const throttle = createThrottle({ task, intervalMs: 100 });
  for (let round = 0; round < 50; round++) {
    throttle.request();
    await vi.advanceTimersByTimeAsync(300);
  }
  expect(most).toBe(1);
});

test("what takes long is asked so rarely that it takes a tenth of the time", async () => {
  let runs = 0;
  const task = async () => {
    runs += 1;
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  };
  const throttle = createThrottle({ task, intervalMs: 100 });
  throttle.request();
  throttle.request();
  await vi.advanceTimersByTimeAsync(49_999);
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toBe(2);
});

test("a closed throttle runs nothing more", async () => {
  let runs = 0;
  const throttle = createThrottle({ task: async () => void runs++, intervalMs: 100 });
  throttle.request();
  throttle.request();
  throttle.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(runs).toBe(1);
});
