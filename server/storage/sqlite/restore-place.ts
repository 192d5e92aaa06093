// The place that a backup is restored to. This process owns it meanwhile, so no server can run there. What is restored
// lies beside it until it is known to be sound; what was there is never removed, it only gets another name.
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import BetterSqlite from "better-sqlite3";
import { BackupRefused } from "../backup.ts";
import { openDatabase } from "./database.ts";
import { ownFile } from "./owner.ts";
import { rebuildWhereDue } from "./rollup-rebuild.ts";

export interface RestorePlace {
  /** Where the copy of the backup lies. */
  readonly staged: string;
  /** Copies the backup, and brings the copy up to date. @throws Error where it is no database, or of a newer version. */
  stage(backup: string): Promise<void>;
  /** Puts the copy in place. Gives the name that what was there has now; null where nothing was. */
  take(databaseId: string): string | null;
  /** Leaves nothing but what is in place. */
  close(): void;
}

interface PlaceOptions {
  readonly file: string;
  /** Whether a database that is there may be put aside. */
  readonly replace: boolean;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
}

/** Takes the place. @throws BackupRefused where there is a database, Error where a server has it. */
export const openRestorePlace = ({ file, replace, now }: PlaceOptions): RestorePlace => {
  if (!replace) refuseExisting(file);
  const { place, tellMade, release } = ownFile({ file, url: null, now });
  const staged = `${place}.restoring`;
  try {
    if (!replace) refuseExisting(place);
    discard(staged);
  } catch (error) {
    release();
    throw error;
  }
  return {
    staged,
    stage: async (backup) => {
      await copyFile(backup, staged);
      // A copy that was made by hand may have its newest transactions beside it.
      if (sizeOf(`${backup}-wal`) > 0) await copyFile(`${backup}-wal`, `${staged}-wal`);
      bringUpToDate(staged);
    },
    take: (databaseId) => {
      const aside = isThere(place) ? putAside(place, now()) : null;
      try {
        renameSync(staged, place);
      } catch (error) {
        if (aside !== null && !existsSync(place)) renameSync(aside, place);
        throw error;
      }
      sync(dirname(place));
      tellMade(databaseId);
      return aside;
    },
    close: () => {
      discard(staged);
      release();
    },
  };
};

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
const isThere = (place: string): boolean => sizeOf(place) > 0 || sizeOf(`${place}-wal`) > 0;

const refuseExisting = (place: string): void => {
  if (isThere(place))
    throw new BackupRefused(
      `There is a database at ${place} already, and nothing was changed. With --replace it is kept under another name.`,
    );
};

const discard = (staged: string): void => {
  for (const end of ["", "-journal", "-wal", "-shm"]) rmSync(`${staged}${end}`, { force: true });
};

const bringUpToDate = (staged: string): void => {
  chmodSync(staged, 0o600);
  const db = openDatabase(staged);
  try {
    rebuildWhereDue(db);
    // One file alone can be put in place in one step.
    db.$client.pragma("journal_mode = DELETE");
  } finally {
    db.$client.close();
  }
  sync(staged);
};

/** The database first: without it no server begins, and with another's log beside it none would be sound. */
const putAside = (place: string, nowUs: number): string => {
  foldLog(place);
  const stamp = new Date(nowUs / 1_000).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const aside = join(dirname(place), `replaced-${stamp}-${basename(place)}`);
  if (existsSync(place)) renameSync(place, aside);
  if (sizeOf(`${place}-wal`) > 0) renameSync(`${place}-wal`, `${aside}-wal`);
  for (const end of ["-wal", "-shm"]) rmSync(`${place}${end}`, { force: true });
  return aside;
};

/** So that it is one file, where it can be read. Else its log is kept beside it. */
const foldLog = (place: string): void => {
  if (sizeOf(place) === 0) return;
  try {
    const connection = new BetterSqlite(place);
    try {
      connection.pragma("wal_checkpoint(TRUNCATE)");
    } finally {
      connection.close();
    }
  } catch {
    // It is damaged, which may be why it is replaced.
  }
};

const sync = (path: string): void => {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
