// A database of rows as the source of a backup: each row goes into a new SQLite file.
import { setTimeout as sleep } from "node:timers/promises";
import type { BackupSource, Pace, Portion, RowFile, RowSource } from "../storage/backup.ts";
import { appendedTables, replacedTables } from "../storage/copy.ts";

/** A number or an instant, and what a row takes besides, about. */
const VALUE_BYTES = 8;

/** `createFile` makes the tables in an empty file. */
export const backupOfRows = (source: RowSource, createFile: (file: string) => RowFile): BackupSource => ({
  databaseId: source.databaseId,
  sizeBytes: source.sizeBytes,
  writeTo: async (path, pace) => {
    const file = createFile(path);
    try {
      for (const table of [...appendedTables, ...replacedTables])
        for await (const portion of source.portions(table)) {
          file.write(table, portion);
          await rest(pace, portion);
        }
      file.complete(source);
    } finally {
      file.close();
    }
  },
  close: source.close,
});

/** Short rests are saved up by the clock, which cannot wait for less than a millisecond. */
const rest = async (pace: Pace, portion: Portion): Promise<void> => {
  const delayMs = pace.restAfter(sizeOf(portion));
  if (delayMs >= 1) await sleep(delayMs);
};

const sizeOf = (portion: Portion): number => {
  let bytes = 0;
  for (const values of portion)
    for (const value of values)
      bytes += typeof value === "string" || value instanceof Uint8Array ? value.length : VALUE_BYTES;
  return bytes;
};
