import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry } from "../domain/event.ts";
import { createFeed } from "./feed.ts";

/** A log in memory whose readers can be made to wait. */
const createLog = (heartbeatMs = 60_000, maxBatch = 3) => {
  const log: Entry[] = [];
  const feed = createFeed({
    heartbeatMs,
    maxBatch,
    storage: {
      head: async () => log.length,
      entries: async ({ clients }, { above = 0, below = log.length + 1, limit }) =>
        log
          .filter(
            ({ seq, client }) =>
              seq > above && seq < below && (clients === undefined || clients.includes(client ?? "")),
          )
          .slice(0, limit),
    },
  });
  const add = (client = "a"): void => {
    log.push({ seq: log.length + 1, client } as Entry);
  };
  return { feed, add, log };
};
const seqsOf = (entries: readonly Entry[] = []) => entries.map(({ seq }) => seq);

test("entries of one wake-up travel in one batch, and a long way in several", async () => {
  const { feed, add } = createLog();
  const reader = await feed.subscribe({ after: 0, filter: {} });
  expect((await reader.next()).value).toMatchObject({ entries: [], seq: 0 });
  add();
  add();
  feed.wake();
  expect(seqsOf((await reader.next()).value?.entries)).toEqual([1, 2]);
  for (let count = 0; count < 4; count++) add();
  feed.wake();
  expect(seqsOf((await reader.next()).value?.entries)).toEqual([3, 4, 5]);
  expect(seqsOf((await reader.next()).value?.entries)).toEqual([6]);
  await reader.return();
});

test("what is written between subscribing and the first reading is not missed", async () => {
  const { feed, add } = createLog();
  const reader = await feed.subscribe({ after: null, filter: {} });
  add();
  expect(seqsOf((await reader.next()).value?.entries)).toEqual([1]);
  await reader.return();
});

test("a lost wake-up only delays, until the next silence is over", async () => {
  const { feed, add } = createLog(20);
  const reader = await feed.subscribe({ after: 0, filter: {} });
  await reader.next();
  const next = reader.next();
  await new Promise((resolve) => setTimeout(resolve, 5));
  add();
  expect((await next).value).toMatchObject({ entries: [] });
  expect(seqsOf((await reader.next()).value?.entries)).toEqual([1]);
  await reader.return();
});

test("leaving ends a waiting reader at once, and closing ends all", async () => {
  const { feed } = createLog();
  const [one, other] = [await feed.subscribe({ after: 0, filter: {} }), await feed.subscribe({ after: 0, filter: {} })];
  await one.next();
  await other.next();
  const [waiting, waitingToo] = [one.next(), other.next()];
  await one.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(feed.subscribers).toBe(1);
  feed.close();
  expect(await waitingToo).toEqual({ done: true, value: undefined });
  expect(feed.subscribers).toBe(0);
});

test("a position beyond the end of the log is refused", async () => {
  const { feed } = createLog();
  await expect(feed.subscribe({ after: 1, filter: {} })).rejects.toMatchObject({
    code: "BAD_USER_INPUT",
  });
});

test("however commits, wake-ups and readings interleave, a reader gets every entry that its filter admits, once and in order", async () => {
  const step = fc.constantFrom("add a", "add b", "wake", "read", "yield");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { feed, add, log } = createLog(1);
      const reader = await feed.subscribe({
        after: 0,
        filter: { clients: ["a"] },
      });
      const seen: number[] = [];
      const read = async (): Promise<void> => {
        seen.push(...seqsOf((await reader.next()).value?.entries));
      };
      for (const name of steps) {
        if (name === "wake") feed.wake();
        else if (name === "read") await read();
        else if (name === "yield") await new Promise((resolve) => setImmediate(resolve));
        else add(name.slice(4));
      }
      const expected = seqsOf(log.filter(({ client }) => client === "a"));
      feed.wake();
      for (let time = 0; time < 30 && seen.length < expected.length; time++) await read();
      expect(seen).toEqual(expected);
      await reader.return();
    }),
    { numRuns: 100 },
  );
});
