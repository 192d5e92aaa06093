// Backups by the clock: at one server at a time, as often as was asked for, and as many kept.
import type { Micros } from "../domain/calendar.ts";
import type { Log } from "../log.ts";
import type { Leases } from "../storage/leases.ts";
import type { Storage } from "../storage/storage.ts";
import { type Around, createWorker, type Worker } from "./worker.ts";

const KIND = "backup";
const MAX_POLL_MS = 60_000;
const LEASE_MS = 60_000;
const BACKOFF = { baseMs: 60_000, capMs: 3_600_000 };

interface BackupDeps {
  readonly storage: Pick<Storage, "leases">;
  readonly everySeconds: number;
  /** How many stay. */
  readonly kept: number;
  readonly folder: { next(nowUs: Micros): string; prune(kept: number): number };
  /** Writes a backup into the file. @throws Error where it could not be made. */
  readonly run: (file: string, signal: AbortSignal) => Promise<void>;
  /** Told of each attempt: how long it took, in seconds; null where it failed. */
  readonly onAttempt: (seconds: number | null) => void;
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly around?: Around | undefined;
}

/** Makes a backup whenever one is due, until it is stopped. */
export const createBackupWorker = (deps: BackupDeps): Worker => {
  const { storage, everySeconds, log, around } = deps;
  const { leases } = storage;
  // Another interval is another item, so that it counts from its first server on.
  const item = `every ${everySeconds} s`;
  const claim: Leases["claim"] = async (options) => {
    await leases.schedule({ kind: KIND, item }, 0);
    return leases.claim(options);
  };
  return createWorker({
    ...{ leases: { ...leases, claim }, kind: KIND, log, around, backoff: BACKOFF },
    ...{ leaseMs: LEASE_MS, pollMs: Math.min(MAX_POLL_MS, everySeconds * 1_000), maxInHand: 1, drainMs: 0 },
    handle: async (claimed, signal) => {
      if (claimed.item !== item) return undefined;
      const startedAtMs = performance.now();
      await attempt(deps, signal);
      const tookMs = performance.now() - startedAtMs;
      // From beginning to beginning.
      return { delayMs: Math.max(0, everySeconds * 1_000 - tookMs) };
    },
  });
};

const attempt = async ({ folder, run, kept, onAttempt, now, log }: BackupDeps, signal: AbortSignal): Promise<void> => {
  const startedAtMs = performance.now();
  try {
    const file = folder.next(now());
    await run(file, signal);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    onAttempt(seconds);
    log.info({ file, seconds, removed: folder.prune(kept) }, "a backup was made");
  } catch (error) {
    if (!signal.aborted) onAttempt(null);
    throw error;
  }
};
