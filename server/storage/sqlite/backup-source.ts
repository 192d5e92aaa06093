// What a backup of a SQLite file reads: its pages, from one snapshot that a second connection holds. Whoever writes goes
// on beside it; until it ends, the log of transactions only grows.
import { closeSync, fdatasyncSync, openSync, statSync } from "node:fs";
import BetterSqlite from "better-sqlite3";
import type { BackupSource, Pace } from "../backup.ts";
import { type Drizzle, databaseIdOf, openReadOnly } from "./database.ts";
import { codeOf } from "./faults.ts";
import { wasMadeAt } from "./owner.ts";
import { placeOf, refuseLoss } from "./place.ts";

const STEP_BYTES = 1_048_576;
/** What was written is synced in portions, so that the syncs of whoever commits need not wait for all of it at once. */
const SYNCED_BYTES = 8 * STEP_BYTES;

/** Opens the file as one snapshot. @throws Error where it cannot be opened, or has lost what was in it. */
export const openBackupSource = (name: string): BackupSource => {
  const file = placeOf(name);
  refuseLoss(file, { wasMade: wasMadeAt(file) });
  const db = openReadOnly(file);
  const { $client } = db;
  $client.exec("begin");
  // The first question takes the snapshot.
  const databaseId = databaseIdOf(db);
  const pageBytes = $client.pragma("page_size", { simple: true }) as number;
  const pages = $client.pragma("page_count", { simple: true }) as number;
  return {
    databaseId,
    sizeBytes: pages * pageBytes,
    writeTo: async (path, pace) => {
      await copyPages($client, path, { pace, pageBytes });
      $client.exec("rollback");
      settleLog(file);
      completeFile(path);
    },
    close: async () => {
      $client.close();
    },
  };
};

interface CopyOptions {
  readonly pace: Pace;
  readonly pageBytes: number;
}

const copyPages = async (
  connection: Drizzle["$client"],
  path: string,
  { pace, pageBytes }: CopyOptions,
): Promise<void> => {
  const descriptor = openSync(path, "r+");
  let remaining: number | null = null;
  let unsyncedBytes = 0;
  try {
    await connection.backup(path, {
      progress: ({ totalPages, remainingPages }) => {
        const bytes = ((remaining ?? totalPages) - remainingPages) * pageBytes;
        remaining = remainingPages;
        unsyncedBytes += bytes;
        if (unsyncedBytes >= SYNCED_BYTES) {
          fdatasyncSync(descriptor);
          unsyncedBytes = 0;
        }
        rest(pace.restAfter(bytes));
        return Math.ceil(STEP_BYTES / pageBytes);
      },
    });
  } finally {
    closeSync(descriptor);
  }
};

/** The steps are taken by the driver, which waits for nothing. */
const rest = (delayMs: number): void => {
  if (delayMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs);
};

const LARGE_LOG_BYTES = 16_777_216;

/**
 * What was committed meanwhile is copied to its place from here. The server would do it between two commits, and all
 * who send would wait.
 */
const settleLog = (file: string): void => {
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) < LARGE_LOG_BYTES) return;
  const connection = new BetterSqlite(file);
  try {
    connection.pragma("synchronous = FULL");
    connection.pragma("wal_checkpoint(PASSIVE)");
  } catch (error) {
    // Whether the disk of the database is full is no matter of the backup, which may lie on another.
    if (codeOf(error) !== "SQLITE_FULL") throw error;
  } finally {
    connection.close();
  }
};

/** A file that needs no other beside it, and that can be read where nothing may be written. */
const completeFile = (path: string): void => {
  const connection = new BetterSqlite(path);
  try {
    connection.pragma("synchronous = FULL");
    connection.pragma("journal_mode = DELETE");
  } finally {
    connection.close();
  }
};
