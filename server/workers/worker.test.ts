import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Claim, Leases, NextTurn } from "../storage/leases.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import type { Storage } from "../storage/storage.ts";
import { temporaryFile } from "../test/temporary.ts";
import { createWorker, type Worker, type WorkerDeps } from "./worker.ts";

const KIND = "errand";
const LEASE_MS = 30_000;
const DRAIN_MS = 5_000;

let file: string;
let clockUs: number;
let storage: Storage;
const workers: Worker[] = [];

const open = () => createSqliteStorage({ file, now: () => clockUs });

// Time passes only where a test says so; the threads of the database go on by themselves.
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  file = temporaryFile("surecount.db");
  clockUs = 1_000_000_000_000_000;
  storage = await open();
});
afterEach(async () => {
  const stopped = Promise.all(workers.splice(0).map((worker) => worker.stop()));
  // An item may have been taken up again meanwhile: it is aborted when it was drained for long enough.
  await vi.advanceTimersByTimeAsync(DRAIN_MS);
  await stopped;
  await storage.close();
  vi.useRealTimers();
});

/** The real one: what is waited for is done by threads, which need the processor meanwhile. */
const { setTimeout: wait } = globalThis;
const until = async (isReached: () => boolean): Promise<void> => {
  while (!isReached()) await new Promise((resolve) => wait(resolve, 1));
};

const passMs = async (delayMs: number): Promise<void> => {
  clockUs += delayMs * 1000;
  await vi.advanceTimersByTimeAsync(delayMs);
};

const schedule = (...items: string[]) =>
  Promise.all(items.map((item) => storage.leases.schedule({ kind: KIND, item }, 0)));

/** What another server could claim now, with a lease that has ended already. */
const claimable = async (): Promise<string[]> =>
  (await storage.leases.claim({ kind: KIND, limit: 100, leaseMs: 0 })).map(({ item }) => item);

interface Handling {
  readonly claim: Claim;
  readonly signal: AbortSignal;
  end(next?: NextTurn): void;
  fail(error: unknown): void;
}

/** A worker whose items wait in `handlings` for the test to end them; `counts` tells what has been answered. */
const startWorker = (change: Partial<WorkerDeps> = {}) => {
  const handlings: Handling[] = [];
  const logged: string[] = [];
  const counts = { claimed: 0, extended: 0, settled: 0 };
  const counted = <A extends unknown[], R>(name: keyof typeof counts, call: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> =>
      call(...args).finally(() => {
        counts[name] += 1;
      });
  };
  const base: Pick<Leases, "claim" | "extend" | "settle"> = change.leases ?? storage.leases;
  const log = {
    warn: (_about: object, message: string) => void logged.push(message),
    error: (_about: object, message: string) => void logged.push(message),
  } as WorkerDeps["log"];
  const worker = createWorker({
    ...{ kind: KIND, log, backoff: { baseMs: 1_000, capMs: 60_000 }, random: () => 0.5 },
    ...{ leaseMs: LEASE_MS, pollMs: 1_000, maxInHand: 2, drainMs: DRAIN_MS },
    handle: (claim, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<NextTurn | undefined>();
      handlings.push({ claim, signal, end: resolve, fail: reject });
      if (signal.aborted) reject(signal.reason);
      else signal.addEventListener("abort", () => reject(signal.reason));
      return promise;
    },
    ...change,
    leases: {
      claim: counted("claimed", base.claim),
      extend: counted("extended", base.extend),
      settle: counted("settled", base.settle),
    },
  });
  workers.push(worker);
  return { worker, handlings, logged, counts };
};

const nth = async (handlings: readonly Handling[], number: number): Promise<Handling> => {
  await until(() => handlings.length >= number);
  return handlings[number - 1] as Handling;
};

test("what is done is settled, what comes later is found at the next look", async () => {
  const { handlings, counts } = startWorker();
  await until(() => counts.claimed === 1);
  await schedule("a");
  await passMs(999);
  expect(handlings).toEqual([]);
  await passMs(1);
  (await nth(handlings, 1)).end();
  await until(() => counts.settled === 1);
  await passMs(LEASE_MS);
  await until(() => counts.claimed >= 2);
  expect(handlings).toHaveLength(1);
  expect(await claimable()).toEqual([]);
});

test("as many items as allowed are in hand, and the next is claimed when one is done", async () => {
  await schedule("a", "b", "c");
  const { handlings } = startWorker();
  (await nth(handlings, 2)).end();
  const third = await nth(handlings, 3);
  expect(handlings.map(({ claim }) => claim.item)).toEqual(["a", "b", "c"]);
  third.end();
  handlings[0]?.end();
});

test("an item that is to come again comes when its delay is over, as a first attempt", async () => {
  await schedule("a");
  const { handlings, counts } = startWorker();
  (await nth(handlings, 1)).end({ delayMs: 10_000 });
  await until(() => counts.settled === 1);
  clockUs += 9_999_000;
  expect(await claimable()).toEqual([]);
  clockUs += 1_000;
  await vi.advanceTimersByTimeAsync(1_000);
  const again = await nth(handlings, 2);
  expect(again.claim.attempt).toBe(1);
  again.end();
});

test("what fails is logged and comes again, each time after twice the delay, up to the cap", async () => {
  await schedule("a");
  const { handlings, counts, logged } = startWorker({ pollMs: 100 });
  // Half of 1, 2, 4 … 32 s, then of the cap.
  for (const [index, delayMs] of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].entries()) {
    const { claim, fail } = await nth(handlings, index + 1);
    expect(claim.attempt).toBe(index + 1);
    fail(new Error("no"));
    await until(() => counts.settled === index + 1);
    clockUs += (delayMs - 1) * 1000;
    expect(await claimable()).toEqual([]);
    clockUs += 1000;
    await vi.advanceTimersByTimeAsync(200);
  }
  (await nth(handlings, 9)).end();
  expect(new Set(logged)).toEqual(new Set(["later work failed, and is tried again"]));
});

test("while it is handled the lease is extended, and no other server gets the item", async () => {
  await schedule("a");
  const { handlings, counts, logged } = startWorker();
  const { end, signal } = await nth(handlings, 1);
  for (let beat = 1; beat <= 9; beat++) {
    await passMs(LEASE_MS / 3);
    await until(() => counts.extended === beat);
    expect(await claimable()).toEqual([]);
  }
  expect(signal.aborted).toBe(false);
  end();
  await until(() => counts.settled === 1);
  await passMs(LEASE_MS);
  expect(counts.extended).toBe(9);
  expect(logged).toEqual([]);
});

test("work that was taken over is interrupted, and what came of it changes nothing", async () => {
  await schedule("a");
  const { handlings, counts, logged } = startWorker();
  const { signal } = await nth(handlings, 1);
  clockUs += LEASE_MS * 1000;
  const [claim] = (await storage.leases.claim({ kind: KIND, limit: 1, leaseMs: LEASE_MS })) as [Claim];
  await passMs(LEASE_MS / 3);
  await until(() => counts.settled === 1);
  expect(signal.aborted).toBe(true);
  expect(logged).toEqual([
    "a lease was taken over",
    "later work was interrupted, and is due again",
    "later work was taken over before it was settled",
  ]);
  expect(await storage.leases.settle(claim)).toBe(true);
});

test("work whose lease cannot be extended is interrupted when the lease ends, and not before", async () => {
  await schedule("a");
  const extend = () => Promise.reject(new Error("no network"));
  const { handlings, counts } = startWorker({ leases: { ...storage.leases, extend } });
  const { signal } = await nth(handlings, 1);
  await vi.advanceTimersByTimeAsync(LEASE_MS - 1);
  expect(counts.extended).toBe(2);
  expect(signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(signal.aborted).toBe(true);
  await until(() => counts.settled === 1);
});

test("where no work can be claimed, the worker tries again", async () => {
  await schedule("a");
  let isDown = true;
  const claim: Leases["claim"] = (options) =>
    isDown ? Promise.reject(new Error("no disk")) : storage.leases.claim(options);
  const { handlings, counts, logged } = startWorker({ leases: { ...storage.leases, claim } });
  await until(() => counts.claimed === 1);
  expect(logged).toEqual(["no work could be claimed, which is tried again"]);
  isDown = false;
  await passMs(1_000);
  (await nth(handlings, 1)).end();
});

test("what cannot be settled comes again when its lease has ended", async () => {
  await schedule("a");
  const settle = () => Promise.reject(new Error("no disk"));
  const { handlings, counts, logged } = startWorker({ leases: { ...storage.leases, settle } });
  (await nth(handlings, 1)).end();
  await until(() => counts.settled === 1);
  expect(logged).toEqual(["later work could not be settled, and comes again"]);
  expect(await claimable()).toEqual([]);
  clockUs += LEASE_MS * 1000;
  expect(await claimable()).toEqual(["a"]);
});

test("stopping claims nothing more and waits for what is in hand", async () => {
  await schedule("a");
  const { worker, handlings, counts } = startWorker();
  const { end, signal } = await nth(handlings, 1);
  let isStopped = false;
  const stopping = worker.stop().then(() => {
    isStopped = true;
  });
  await schedule("b");
  await passMs(4_999);
  expect([isStopped, signal.aborted]).toEqual([false, false]);
  end();
  await stopping;
  expect(counts).toMatchObject({ claimed: 1, settled: 1 });
  expect(await claimable()).toEqual(["b"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("what takes too long to stop is interrupted, and is due again at once", async () => {
  await schedule("a");
  const { worker, handlings } = startWorker();
  const { signal } = await nth(handlings, 1);
  const stopping = worker.stop();
  await passMs(5_000);
  await stopping;
  expect(signal.aborted).toBe(true);
  expect(await claimable()).toEqual(["a"]);
});

test("many workers share the work: each item is done once", async () => {
  const items = Array.from({ length: 40 }, (_, index) => `item ${index}`);
  await schedule(...items);
  const done: string[] = [];
  const handle = async ({ item }: Claim): Promise<undefined> => void done.push(item);
  const sharing = [1, 2, 3].map(() => startWorker({ handle }));
  await until(() => sharing.reduce((sum, { counts }) => sum + counts.settled, 0) === items.length);
  expect(done.sort()).toEqual(items.sort());
  await Promise.all(sharing.map(({ worker }) => worker.stop()));
});
