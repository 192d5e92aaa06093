// Retention: removes the raw events of long ago, once they are in the archive where there is one. What they meant stays:
// identity, events, rollups, counters, the log.
import { setTimeout as sleep } from "node:timers/promises";
import { type Micros, SECONDS_PER_DAY } from "../domain/calendar.ts";
import type { Log } from "../log.ts";
import type { Leases } from "../storage/leases.ts";
import type { OldEvent, Storage } from "../storage/storage.ts";
import type { Archive } from "./archive.ts";
import { type Around, createWorker, type Worker } from "./worker.ts";

const KIND = "retention";
const INTERVAL_MS = 3_600_000;
const POLL_MS = 60_000;
const LEASE_MS = 60_000;
const BACKOFF = { baseMs: 10_000, capMs: INTERVAL_MS };
/** An event may have 256 KiB. */
const READ_EVENTS = 200;
/** In SQLite such a step takes 0.7 ms where events have 200 bytes, and 22 ms where they have 200 kB. */
const STEP_EVENTS = 500;
/** Rests this many times as long as a step takes leave most of the writer's time to what comes in. */
const REST_FACTOR = 4;
/** To read and to compress holds nobody up, but takes a share of the processor. */
const ARCHIVE_REST_FACTOR = 1;

interface RetentionDeps {
  readonly storage: Pick<Storage, "leases" | "removeRawEvents" | "oldEvents">;
  /** How old a raw event may become. */
  readonly days: number;
  /** Where raw events are kept instead; null where they are not. */
  readonly archive: Archive | null;
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly around?: Around | undefined;
}

interface Removing {
  readonly receivedBeforeUs: Micros;
  readonly throughSeq?: number;
  readonly signal: AbortSignal;
}

/** Removes what is too old every hour, at one server at a time, until it is stopped. */
export const createRetentionWorker = ({ storage, days, archive, now, log, around }: RetentionDeps): Worker => {
  const { leases } = storage;
  // With every look for work, so that it needs no beginning that could fail: where it is there, it keeps its place.
  const claim: Leases["claim"] = async (options) => {
    await leases.schedule({ kind: KIND, item: "raw_events" }, 0);
    return leases.claim(options);
  };

  /** Removes in steps with rests between. Resolves to how many were removed. */
  const remove = async ({ signal, ...which }: Removing): Promise<number> => {
    let total = 0;
    for (let isDone = false; !isDone && !signal.aborted; ) {
      const startedAt = performance.now();
      const step = await storage.removeRawEvents({ ...which, limit: STEP_EVENTS });
      total += step.removed;
      isDone = step.isDone;
      if (!isDone) await sleep(REST_FACTOR * (performance.now() - startedAt));
    }
    return total;
  };

  const read = async (receivedBeforeUs: Micros, afterSeq: number): Promise<readonly OldEvent[]> => {
    const startedAt = performance.now();
    const events = await storage.oldEvents({ receivedBeforeUs, afterSeq, limit: READ_EVENTS });
    if (events.length === READ_EVENTS) await sleep(ARCHIVE_REST_FACTOR * (performance.now() - startedAt));
    return events;
  };

  /** Removes what a file of the archive holds once it is there, one file after the other. */
  const archiveAll = async (to: Archive, { receivedBeforeUs, signal }: Removing): Promise<number> => {
    await to.prepare();
    let total = 0;
    for (let afterSeq = 0; ; ) {
      const file = await to.write({ read: (after) => read(receivedBeforeUs, after), afterSeq, signal });
      if (file === null) return total;
      log.info({ file: file.path, events: file.events }, "raw events archived");
      total += await remove({ receivedBeforeUs, throughSeq: file.lastSeq, signal });
      afterSeq = file.lastSeq;
    }
  };

  return createWorker({
    ...{ leases: { ...leases, claim }, kind: KIND, log, around, backoff: BACKOFF },
    // What is in hand can be left after any step.
    ...{ leaseMs: LEASE_MS, pollMs: POLL_MS, maxInHand: 1, drainMs: 0 },
    handle: async (_claim, signal) => {
      const receivedBeforeUs = now() - days * SECONDS_PER_DAY * 1_000_000;
      const which = { receivedBeforeUs, signal };
      const removed = await (archive === null ? remove(which) : archiveAll(archive, which));
      if (removed > 0) log.info({ removed, olderThanDays: days }, "raw events removed");
      return { delayMs: signal.aborted ? 0 : INTERVAL_MS };
    },
  });
};
