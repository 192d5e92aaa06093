// The folder of the backups that a server makes by itself: which there are, which go, and what is left of those that
// never were finished. Backups of other databases and files of others in it are never touched.
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Micros } from "../domain/calendar.ts";
import { isUnfinished } from "./files.ts";

export interface KeptBackup {
  /** When it was begun. */
  readonly atUs: Micros;
  readonly sizeBytes: number;
}

export interface BackupFolder {
  /** The file of a backup that begins now. The folder is made where there is none, and what never was finished removed. */
  next(nowUs: Micros): string;
  /** Removes all but the newest. Gives how many. */
  prune(kept: number): number;
  /** How many there are, and the newest. */
  look(): { readonly count: number; readonly newest: KeptBackup | null };
}

/** `databaseId` is in the name of each. */
export const openBackupFolder = (folder: string, databaseId: string): BackupFolder => {
  const shape = new RegExp(`^surecount-${databaseId}-(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)(\\d{3})Z\\.db`);
  const ours = (): readonly string[] => readdirSync(folder).filter((name) => shape.test(name));
  // The names sort by time.
  const finished = (): readonly string[] => ours().filter((name) => name.endsWith(".db"));
  const remove = (name: string): void => rmSync(join(folder, name), { force: true });

  return {
    next: (nowUs) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const name of ours()) if (isUnfinished(name)) remove(name);
      const stamp = new Date(nowUs / 1_000).toISOString().replaceAll(/[-:.]/g, "");
      return join(folder, `surecount-${databaseId}-${stamp}.db`);
    },
    prune: (kept) => {
      const old = finished().toSorted().slice(0, -kept);
      old.forEach(remove);
      return old.length;
    },
    look: () => {
      const names = existing(finished);
      const last = names.toSorted().at(-1);
      if (last === undefined) return { count: 0, newest: null };
      const [, ...parts] = (shape.exec(last) ?? []).map(Number);
      const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0] = parts;
      const atUs = Date.UTC(year, month - 1, day, hour, minute, second, ms) * 1_000;
      const sizeBytes = statSync(join(folder, last), { throwIfNoEntry: false })?.size ?? 0;
      return { count: names.length, newest: { atUs, sizeBytes } };
    },
  };
};

/** None where the folder is not there yet. */
const existing = (list: () => readonly string[]): readonly string[] => {
  try {
    return list();
  } catch {
    return [];
  }
};
