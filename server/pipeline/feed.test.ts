import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../domain/error.ts";
import { createSlices } from "../slices.ts";
import { createMemoryLog, seqsOf } from "../test/memory-log.ts";
import { createFeed } from "./feed.ts";

const createLog = (heartbeatMs = 60_000, paceMs = 5, pollMs = 60_000) => {
  const log = createMemoryLog();
  return {
    ...log,
    feed: createFeed({ storage: log.storage, heartbeatMs, maxBatch: 3, paceMs, pollMs, inSlices: createSlices() }),
  };
};

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

test("a lost wake-up only delays, until the feed looks by itself", async () => {
  const { feed, add } = createLog(60_000, 5, 20);
  const reader = await feed.subscribe({ after: 0, filter: {} });
  await reader.next();
  const next = reader.next();
  add();
  expect(seqsOf((await next).value?.entries)).toEqual([1]);
  await reader.return();
});

test("a database that cannot be reached for a while only delays, and the silence is told meanwhile", async () => {
  const { feed, add, breakWith } = createLog(300, 5, 10);
  const reader = await feed.subscribe({ after: 0, filter: {} });
  await reader.next();
  breakWith(new AppError("UNAVAILABLE", "gone"));
  add();
  feed.wake();
  expect((await reader.next()).value).toMatchObject({ entries: [], seq: 0 });
  const late = feed.subscribe({ after: null, filter: {} });
  await new Promise((resolve) => setTimeout(resolve, 15));
  breakWith(null);
  const pastSilence = async (): Promise<readonly number[]> => {
    const seqs = seqsOf((await reader.next()).value?.entries);
    return seqs.length > 0 ? seqs : pastSilence();
  };
  expect(await pastSilence()).toEqual([1]);
  expect((await (await late).next()).value).toMatchObject({ seq: 1 });
  feed.close();
});

test("who cannot begin for longer than a silence hears why", async () => {
  const { feed, breakWith } = createLog(20, 5, 5);
  breakWith(new AppError("UNAVAILABLE", "gone"));
  await expect(feed.subscribe({ after: null, filter: {} })).rejects.toThrow("gone");
  expect(feed.subscribers).toBe(0);
  feed.close();
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

test("readers who began at different places, each at its own time, go on with the very same batches", async () => {
  const { feed, add } = createLog();
  add("a", 2);
  const early = await feed.subscribe({ after: 0, filter: {} });
  expect(seqsOf((await early.next()).value?.entries)).toEqual([1, 2]);
  add();
  const late = await feed.subscribe({ after: null, filter: {} });
  expect((await late.next()).value).toMatchObject({ entries: [], seq: 3 });
  feed.wake();
  expect(seqsOf((await early.next()).value?.entries)).toEqual([3]);
  const pending = [early.next(), late.next()];
  add("a", 2);
  feed.wake();
  const [one, other] = await Promise.all(pending);
  expect(seqsOf(one?.value?.entries)).toEqual([4, 5]);
  expect(one?.value).toBe(other?.value);
  feed.close();
});

test("whom the filter spares everything still hears after each silence how far the log has been read", async () => {
  const { feed, add } = createLog(20);
  const reader = await feed.subscribe({ after: 0, filter: { clients: ["b"] } });
  await reader.next();
  const others = setInterval(() => {
    add("a");
    feed.wake();
  }, 1);
  const { value } = await reader.next();
  clearInterval(others);
  expect(value?.entries).toEqual([]);
  expect(value?.seq).toBeGreaterThan(0);
  await reader.return();
});

test("a log that cannot be read ends its readers with the reason, and others may begin when it can", async () => {
  const { feed, add, breakWith } = createLog();
  const reader = await feed.subscribe({ after: 0, filter: {} });
  await reader.next();
  const waiting = reader.next();
  breakWith(new Error("no disk"));
  feed.wake();
  await expect(waiting).rejects.toThrow("no disk");
  expect(feed.subscribers).toBe(0);
  await expect(feed.subscribe({ after: null, filter: {} })).rejects.toThrow("no disk");
  expect(feed.subscribers).toBe(0);
  breakWith(null);
  add();
  const again = await feed.subscribe({ after: 0, filter: {} });
  expect(seqsOf((await again.next()).value?.entries)).toEqual([1]);
  await again.return();
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
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(3), async (steps, paceMs) => {
      const { feed, add, entries } = createLog(1, paceMs);
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
      const expected = seqsOf(entries.filter(({ client }) => client === "a"));
      feed.wake();
      for (let time = 0; time < 30 && seen.length < expected.length; time++) await read();
      expect(seen).toEqual(expected);
      await reader.return();
    }),
    { numRuns: 100 },
  );
});
