// What the writing connection can do. There is one in a server, and only it changes anything.
import type { Micros } from "../../domain/calendar.ts";
import type { Storage } from "../storage.ts";
import { createPerform } from "./acts.ts";
import { createAppend } from "./append.ts";
import { databaseIdOf, inTransaction, openDatabase } from "./database.ts";
import { advanceJob } from "./jobs.ts";
import { createLeases } from "./leases.ts";
import { createLogWriter } from "./log-writer.ts";
import { removeRawEvents } from "./retention.ts";
import { meta } from "./tables.ts";

/** Opens the database, and makes it where there is none. @throws Error where that is not possible. */
export const openWriter = (file: string) => {
  const db = openDatabase(file);
  const databaseId = databaseIdOf(db);
  const log = createLogWriter(db, databaseId);
  return {
    databaseId: () => databaseId,
    append: createAppend(db, log),
    perform: createPerform(db, log),
    advanceJob: (progress: Parameters<Storage["advanceJob"]>[0]) => advanceJob(db, progress),
    ...createLeases(db),
    removeRawEvents: (options: Parameters<Storage["removeRawEvents"]>[0]) => removeRawEvents(db, options),
    // A row is changed, because an empty transaction succeeds on a full disk too.
    checkWritable: (nowUs: Micros) => {
      const row = { name: "writable_at_us", value: String(nowUs) };
      inTransaction(db, () => db.insert(meta).values(row).onConflictDoUpdate({ target: meta.name, set: row }).run());
    },
    close: () => {
      db.$client.close();
    },
  };
};

export type Writer = ReturnType<typeof openWriter>;
