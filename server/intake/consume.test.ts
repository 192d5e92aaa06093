import { expect, test } from "vitest";
import { AppError } from "../domain/error.ts";
import type { Result, Submitted } from "../domain/event.ts";
import { createLog } from "../log.ts";
import { createMetrics } from "../watch/metrics.ts";
import { startIntake } from "./consume.ts";
import type { Message, Queue } from "./source.ts";

const unavailable = new AppError("UNAVAILABLE", "The disk is full.");

/** A queue in memory that redelivers what is released, at once, and can be lost. */
const createMemoryQueue = () => {
  const waiting: { readonly text: string; deliveries: number }[] = [];
  const acknowledged: string[] = [];
  const releases: { readonly text: string; readonly delayMs: number }[] = [];
  let fault: Error | null = null;
  let opened = 0;

  const deliver = (entry: { readonly text: string; deliveries: number }): Message => {
    entry.deliveries++;
    return {
      ...{ body: Buffer.from(entry.text), idempotencyKeys: [], deliveries: entry.deliveries, publishedAtMs: 0 },
      acknowledge: () => acknowledged.push(entry.text),
      release: (delayMs) => {
        releases.push({ text: entry.text, delayMs });
        waiting.push(entry);
      },
    };
  };
  const queue: Queue = {
    name: "memory",
    open: async (signal) => {
      if (fault !== null) throw fault;
      opened++;
      return {
        waiting: () => waiting.length,
        fetch: async (maxMessages) => {
          while (waiting.length === 0 && fault === null && !signal.aborted) await new Promise(setImmediate);
          if (fault !== null) throw fault;
          return signal.aborted ? [] : waiting.splice(0, maxMessages).map(deliver);
        },
        close: async () => undefined,
      };
    },
  };
  return {
    ...{ queue, acknowledged, releases },
    publish: (...texts: readonly string[]) => waiting.push(...texts.map((text) => ({ text, deliveries: 0 }))),
    breakWith: (error: Error | null) => {
      fault = error;
    },
    opened: () => opened,
  };
};

/** An intake that commits as `commit` says, which gets the raw events of each group. */
const start = (memory: ReturnType<typeof createMemoryQueue>, commit: (raws: readonly unknown[]) => Promise<void>) => {
  const lines: string[] = [];
  const log = createLog("silent");
  for (const level of ["info", "warn", "error"] as const)
    log[level] = ((_fields: object, text: string) => lines.push(`${level}: ${text}`)) as never;
  const groups: (readonly unknown[])[] = [];
  const metrics = createMetrics({
    ...{ subscribers: () => 0, feedLag: () => 0, waitingEvents: () => 0, maxWaitingEvents: 1, cachedBytes: () => 0 },
    ...{ connections: () => [], database: async () => null, readiness: async () => [] },
    build: { version: "1.2.3", node: "24.0.0", backend: "SQLITE" },
  });
  const ingest = async (events: readonly Submitted[]) => {
    const raws = events.map(({ raw }) => raw);
    groups.push(raws);
    await commit(raws);
    return events.map(() => ({ outcome: "ACCEPTED" }) as Result);
  };
  const { close } = startIntake({
    ...{ queue: memory.queue, ingest: { ingest }, log, metrics },
    ...{ maxBodyBytes: 1_000_000, now: () => Date.now() * 1000 },
  });
  const figure = async (name: string) =>
    Number(new RegExp(`^surecount_intake_${name} (.*)$`, "m").exec(await metrics.text("TEXT"))?.[1]);
  return { close, groups, figure, lines };
};

test("what is there is committed as one group, and acknowledged after that", async () => {
  const memory = createMemoryQueue();
  memory.publish("1", "2", "nonsense", "3");
  let acknowledgedBefore: readonly string[] = ["not called"];
  const intake = start(memory, async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    acknowledgedBefore = [...memory.acknowledged];
  });
  await expect.poll(() => memory.acknowledged).toEqual(["1", "2", "nonsense", "3"]);
  expect(acknowledgedBefore).toEqual([]);
  expect(intake.groups).toEqual([[1, 2, "nonsense", 3]]);
  expect(await intake.figure('acknowledged_total{outcome="ACCEPTED"}')).toBe(4);
  expect(await intake.figure("connected")).toBe(1);
  await intake.close();
});

test("while nothing can be written everything is released and tried again later, which is said once", async () => {
  const memory = createMemoryQueue();
  memory.publish("1", "2");
  let attempts = 0;
  const intake = start(memory, async () => {
    if (++attempts < 4) throw unavailable;
  });
  await expect.poll(() => memory.acknowledged).toEqual(["1", "2"]);
  expect(memory.releases.map(({ delayMs }) => delayMs)).toEqual([100, 100, 200, 200, 400, 400]);
  expect(await intake.figure("released_total")).toBe(6);
  expect(await intake.figure("redelivered_total")).toBe(6);
  await intake.close();
  expect(intake.lines).toEqual([
    "info: taking events from the queue",
    "warn: events of the queue cannot be written; the queue keeps them",
    "info: events of the queue are written again",
  ]);
});

test("an event that fails harms none of its neighbours, and comes back later and later", async () => {
  const memory = createMemoryQueue();
  memory.publish("1", "13", "2");
  const intake = start(memory, async (raws) => {
    if (raws.includes(13)) throw new Error("unlucky");
  });
  await expect.poll(() => memory.releases.length).toBeGreaterThan(2);
  memory.publish("3");
  await expect.poll(() => memory.acknowledged).toEqual(["1", "2", "3"]);
  expect(memory.releases.slice(0, 3)).toEqual([
    { text: "13", delayMs: 2_000 },
    { text: "13", delayMs: 4_000 },
    { text: "13", delayMs: 8_000 },
  ]);
  expect(intake.lines).toContain("error: events of the queue failed; it keeps them");
  await intake.close();
});

test("a queue that is lost is looked for until it is back, which is said once for each reason", async () => {
  const memory = createMemoryQueue();
  memory.breakWith(new Error("refused"));
  const intake = start(memory, async () => undefined);
  await expect.poll(() => intake.lines.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(await intake.figure("connected")).toBe(0);
  memory.breakWith(null);
  await expect.poll(() => memory.opened()).toBe(1);
  memory.breakWith(new Error("cut"));
  await expect.poll(() => intake.lines.length).toBe(3);
  memory.breakWith(null);
  memory.publish("1");
  await expect.poll(() => memory.acknowledged).toEqual(["1"]);
  await intake.close();
  const [taking, failing] = ["info: taking events from the queue", "warn: the queue cannot be used; trying again"];
  expect(intake.lines).toEqual([failing, taking, failing, taking]);
});

test("closing finishes what is in hand, and takes nothing more", async () => {
  const memory = createMemoryQueue();
  memory.publish("1");
  const commit = Promise.withResolvers<void>();
  const intake = start(memory, () => commit.promise);
  await expect.poll(() => intake.groups.length).toBe(1);
  const closing = intake.close();
  memory.publish("2");
  commit.resolve();
  await closing;
  expect(memory.acknowledged).toEqual(["1"]);
  expect(intake.groups).toHaveLength(1);
});

test("closing does not wait for a queue or a database that is not there", async () => {
  const lost = createMemoryQueue();
  lost.breakWith(new Error("refused"));
  const looking = start(lost, async () => undefined);
  const full = createMemoryQueue();
  full.publish("1");
  const writing = start(full, () => Promise.reject(unavailable));
  await expect.poll(() => full.releases.length).toBe(4);
  await Promise.all([looking.close(), writing.close()]);
  expect(full.acknowledged).toEqual([]);
});
