// What the database takes of the disk. Apart from what is asked of the database: the main thread needs no Drizzle.
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseFigures } from "../storage.ts";

type Taken = Pick<DatabaseFigures, "sizeBytes" | "walBytes" | "freeBytes">;

/** Without opening the file: to close it again would give up the locks that this process has on it. */
export const takenBy = async (file: string): Promise<Taken> => {
  const [database, wal, disk] = await Promise.all([
    stat(file),
    stat(`${file}-wal`).catch(() => ({ size: 0 })),
    statfs(dirname(file)),
  ]);
  return { sizeBytes: database.size, walBytes: wal.size, freeBytes: disk.bavail * disk.bsize };
};
