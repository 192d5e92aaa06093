import type { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { keepThread, takeThread } from "./spare-threads.ts";

const ROOM_MB = 3;
const taken: Worker[] = [];
const take = (): Worker => {
  const thread = takeThread(ROOM_MB);
  taken.push(thread);
  return thread;
};
afterAll(async () => {
  await Promise.all(taken.map((thread) => thread.terminate()));
});

test("a thread without work is taken by the next who needs one with as much room, and by one alone", () => {
  const thread = take();
  keepThread(thread, ROOM_MB);
  expect(takeThread(ROOM_MB)).toBe(thread);
  expect(take()).not.toBe(thread);
});

test("a thread that ended while it had no work is not taken", async () => {
  const thread = take();
  keepThread(thread, ROOM_MB);
  await thread.terminate();
  expect(take()).not.toBe(thread);
});

test("whoever had a thread is told nothing of what becomes of it", async () => {
  const thread = take();
  const told: unknown[] = [];
  for (const event of ["message", "error", "exit"]) thread.on(event, (...args) => told.push(args));
  keepThread(thread, ROOM_MB);
  await take().terminate();
  expect(told).toEqual([]);
});

test("no more wait than a storage has", () => {
  const threads = [1, 2, 3, 4].map(take);
  for (const thread of threads) keepThread(thread, ROOM_MB);
  const again = [1, 2, 3].map(take);
  expect(new Set(again)).toEqual(new Set(threads.slice(0, 3)));
  expect(take()).not.toBe(threads[3]);
});
