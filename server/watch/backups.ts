// What is known of the backups that servers make by themselves: the newest that is there, and how this server fared.
import type { Micros } from "../domain/calendar.ts";
import { createLatest } from "../latest.ts";

const EVERY_MS = 5_000;
const LIMIT_MS = 1_500;

export interface BackupFigures {
  readonly everySeconds: number;
  /** How many there are. */
  readonly count: number;
  /** Of the newest: when it was begun, and what it takes; null where there is none. */
  readonly newestAtUs: Micros | null;
  readonly sizeBytes: number | null;
  /** How long the last took that this server made; null where it has made none. */
  readonly durationSeconds: number | null;
  /** Those that this server has made or failed to make since it started. */
  readonly made: number;
  readonly failures: number;
}

export interface BackupWatch {
  /** An attempt has ended: how long it took, null where it failed. */
  record(seconds: number | null): void;
  figures(): Promise<BackupFigures | null>;
}

interface WatchDeps {
  readonly everySeconds: number;
  readonly look: () => {
    readonly count: number;
    readonly newest: { readonly atUs: Micros; readonly sizeBytes: number } | null;
  };
}

export const createBackupWatch = ({ everySeconds, look }: WatchDeps): BackupWatch => {
  let [made, failures] = [0, 0];
  let durationSeconds: number | null = null;
  const latest = createLatest({ ask: async () => look(), everyMs: EVERY_MS, limitMs: LIMIT_MS });
  return {
    record: (seconds) => {
      if (seconds === null) failures += 1;
      else [made, durationSeconds] = [made + 1, seconds];
    },
    figures: async () => {
      const seen = await latest();
      if (seen === null) return null;
      const { count, newest } = seen;
      const there = { newestAtUs: newest?.atUs ?? null, sizeBytes: newest?.sizeBytes ?? null };
      return { everySeconds, count, ...there, durationSeconds, made, failures };
    },
  };
};
