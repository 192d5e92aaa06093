import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryLog } from "../test/memory-log.ts";
import { createFeed } from "./feed.ts";
import { createWaiter } from "./waiter.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What the wait came to, once it has. */
const outcomeOf = (waiting: Promise<boolean>) => {
  const outcome: { wasWoken?: boolean } = {};
  void waiting.then((wasWoken) => {
    outcome.wasWoken = wasWoken;
  });
  return outcome;
};

test("a silence counts from its beginning, however often one is woken in it", async () => {
  const waiter = createWaiter(100);
  for (let wait = 0; wait < 9; wait++) {
    const outcome = outcomeOf(waiter.wait());
    await vi.advanceTimersByTimeAsync(10);
    waiter.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(outcome).toEqual({ wasWoken: true });
  }
  const outcome = outcomeOf(waiter.wait());
  await vi.advanceTimersByTimeAsync(9);
  expect(outcome).toEqual({});
  await vi.advanceTimersByTimeAsync(1);
  expect(outcome).toEqual({ wasWoken: false });
  waiter.close();
});

test("a silence that was ended begins anew", async () => {
  const waiter = createWaiter(100);
  const first = waiter.wait();
  await vi.advanceTimersByTimeAsync(60);
  waiter.wake();
  expect(await first).toBe(true);
  waiter.endSilence();
  const outcome = outcomeOf(waiter.wait());
  await vi.advanceTimersByTimeAsync(99);
  expect(outcome).toEqual({});
  await vi.advanceTimersByTimeAsync(1);
  expect(outcome).toEqual({ wasWoken: false });
  waiter.close();
});

test("a closed waiter does not wait, and leaves no timer behind", async () => {
  const waiter = createWaiter(100);
  const outcome = outcomeOf(waiter.wait());
  waiter.close();
  expect(await waiter.wait()).toBe(true);
  expect(outcome).toEqual({ wasWoken: true });
  expect(vi.getTimerCount()).toBe(0);
});

test("news ends the silence of a reader of the feed", async () => {
  const { storage, add } = createMemoryLog();
  const feed = createFeed({
    storage,
    heartbeatMs: 100,
    maxBatch: 3,
    paceMs: 1,
    pollMs: 60_000,
    inSlices: (work) => work() as never,
  });
  const reader = await feed.subscribe({ after: 0, filter: {} });
  const batches: number[] = [];
  const reading = (async () => {
    for await (const { entries } of reader) batches.push(entries.length);
  })();
  await vi.advanceTimersByTimeAsync(60);
  add();
  feed.wake();
  await vi.advanceTimersByTimeAsync(99);
  expect(batches).toEqual([0, 1]);
  await vi.advanceTimersByTimeAsync(2);
  expect(batches).toEqual([0, 1, 0]);
  feed.close();
  await reading;
});
