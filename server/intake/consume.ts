// Takes events from a queue: fetches what is there, commits it as one group, and only then acknowledges it. Whatever
// happens in between, the queue delivers again, and what was counted is then a duplicate. No message ends the loop.
import { setTimeout as wait } from "node:timers/promises";
import { type AppError, isUnavailable } from "../domain/error.ts";
import type { Result } from "../domain/event.ts";
import type { Log } from "../log.ts";
import type { Ingest } from "../pipeline/ingest.ts";
import { createCondition } from "../watch/condition.ts";
import type { IntakeMetrics } from "../watch/intake-metrics.ts";
import type { Metrics } from "../watch/metrics.ts";
import { inGroups, readMessage } from "./message.ts";
import type { Message, Queue, Source } from "./source.ts";

/** As many as group well: from 100 on, a bigger transaction gains little. */
const MAX_MESSAGES = 500;
/** What a request may carry: the events of a group are read in one go, in which nothing else is answered. */
const MAX_GROUP_BYTES = 2_097_152;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
/** A source that lasted this long was a good one. */
const STEADY_MS = 10_000;
/** For a message that fails where its neighbours do not, and may do so for as long as nobody looks after it. */
const MAX_DELAY_MS = 3_600_000;

interface IntakeDeps {
  readonly queue: Queue;
  readonly ingest: Pick<Ingest, "ingest">;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "addIntake">;
  /** A longer message is kept as text. */
  readonly maxBodyBytes: number;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
}

export interface Intake {
  /** Fetches nothing more, commits what is in hand, releases the rest and disconnects. */
  close(): Promise<void>;
}

/** Begins to take events from the queue, and goes on until closed, whether the queue can be had or not. */
export const startIntake = ({ queue, ingest, log, metrics, maxBodyBytes, now }: IntakeDeps): Intake => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let source: Source | null = null;
  const reach = createCondition({
    isGood: false,
    onSuccess: () => log.info({ queue: queue.name }, "taking events from the queue"),
    onFailure: (reason) => log.warn({ queue: queue.name, reason }, "the queue cannot be used; trying again"),
  });
  const count = metrics.addIntake({ isConnected: () => reach.isGood, waiting: () => source?.waiting() ?? 0 });
  const taker = createTaker({ queue, ingest, log, count, maxBodyBytes, now });

  /** Takes until the signal aborts. @throws where the queue is lost. */
  const takeAll = async (): Promise<void> => {
    source = await queue.open(signal);
    reach.succeed();
    while (!signal.aborted) {
      const messages = await source.fetch(MAX_MESSAGES);
      const groups = inGroups(messages, { maxMessages: MAX_MESSAGES, maxBytes: MAX_GROUP_BYTES });
      for (const group of groups) if (!signal.aborted) await pause(await taker.take(group), signal);
    }
  };

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; failures++) {
      const begunAt = performance.now();
      try {
        await takeAll();
      } catch (error) {
        // A queue that lets us in and soon out again is not to be asked ten times a second.
        if (performance.now() - begunAt > STEADY_MS) failures = 0;
        reach.fail(error instanceof Error ? error.message : String(error));
      }
      await source?.close();
      source = null;
      await pause(pauseMs(failures), signal);
    }
  };
  const running = run();

  return {
    close: async () => {
      stopping.abort();
      await running;
    },
  };
};

interface TakerDeps extends Omit<IntakeDeps, "metrics"> {
  readonly count: IntakeMetrics;
}

const createTaker = ({ queue, ingest, log, count, maxBodyBytes, now }: TakerDeps) => {
  let failures = 0;
  const writing = createCondition({
    isGood: true,
    onSuccess: () => log.info({ queue: queue.name }, "events of the queue are written again"),
    onFailure: (reason) =>
      log.warn({ queue: queue.name, reason }, "events of the queue cannot be written; the queue keeps them"),
  });

  const commit = async (messages: readonly Message[]): Promise<readonly Result[]> =>
    ingest.ingest(
      messages.map((message) => readMessage(message, maxBodyBytes)),
      { isUnlimited: true },
    );

  const acknowledge = (messages: readonly Message[], results: readonly Result[]): void => {
    const nowMs = now() / 1000;
    messages.forEach((message, index) => {
      const result = results[index];
      if (result === undefined) throw new Error("A message has no result.");
      message.acknowledge();
      count.countAcknowledged(result.outcome);
      count.observeAge(Math.max(0, nowMs - message.publishedAtMs) / 1000);
    });
  };

  const release = (messages: readonly Message[], delayOf: (message: Message) => number): void => {
    for (const message of messages) message.release(delayOf(message));
    count.countReleased(messages.length);
  };

  const giveUp = (messages: readonly Message[], error: AppError): number => {
    writing.fail(error.message);
    const delayMs = pauseMs(failures++);
    release(messages, () => delayMs);
    return delayMs;
  };

  /** Nobody's neighbour may suffer for one event that fails: each is tried by itself, and they share their commits. */
  const takeEach = async (messages: readonly Message[]): Promise<number> => {
    const attempts = await Promise.allSettled(messages.map((message) => commit([message])));
    const failed: Message[] = [];
    let fault: unknown;
    for (const [index, attempt] of attempts.entries()) {
      const own = messages.slice(index, index + 1);
      if (attempt.status === "fulfilled") acknowledge(own, attempt.value);
      else {
        failed.push(...own);
        fault ??= attempt.reason;
      }
    }
    if (isUnavailable(fault)) return giveUp(failed, fault);
    release(failed, delayAfter);
    if (fault !== undefined)
      log.error({ err: fault, messages: failed.length }, "events of the queue failed; it keeps them");
    // Where not one could be committed, the next will hardly fare better.
    return failed.length === messages.length ? pauseMs(failures++) : 0;
  };

  return {
    /** Commits the messages, and acknowledges or releases each. Gives how long to wait before the next. */
    take: async (messages: readonly Message[]): Promise<number> => {
      for (const { deliveries } of messages) if (deliveries > 1) count.countRedelivered();
      try {
        acknowledge(messages, await commit(messages));
      } catch (error) {
        return isUnavailable(error) ? giveUp(messages, error) : takeEach(messages);
      }
      failures = 0;
      writing.succeed();
      return 0;
    },
  };
};

const pauseMs = (failures: number): number => Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** failures);

const delayAfter = ({ deliveries }: Message): number => Math.min(MAX_DELAY_MS, 1_000 * 2 ** Math.min(deliveries, 12));

/** Ends early when the signal aborts. */
const pause = async (delayMs: number, signal: AbortSignal): Promise<void> => {
  if (delayMs > 0) await wait(delayMs, undefined, { signal }).catch(() => undefined);
};
