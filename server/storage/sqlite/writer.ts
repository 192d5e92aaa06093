// What the writing connection can do. There is one in a server, and only it changes anything.
import type { Micros } from "../../domain/calendar.ts";
import type { Storage } from "../storage.ts";
import { type Append, createAppend } from "./append.ts";
import { type Drizzle, databaseIdOf, inTransaction } from "./database.ts";
import { createLeases } from "./leases.ts";
import { removeRawEvents } from "./retention.ts";
import { createSpace, spaceFor } from "./space.ts";
import { meta } from "./tables.ts";

export const createWriter = (db: Drizzle, file: string) => {
  const databaseId = databaseIdOf(db);
  const append = createAppend(db);
  const space = createSpace(file);
  return {
    databaseId: () => databaseId,
    append: (...call: Parameters<Append>) => space.using(spaceFor(call[0]), () => append(...call)),
    ...createLeases(db),
    removeRawEvents: (options: Parameters<Storage["removeRawEvents"]>[0]) => removeRawEvents(db, options),
    // A row is changed, because an empty transaction succeeds on a full disk too.
    checkWritable: (nowUs: Micros) => {
      const row = { name: "writable_at_us", value: String(nowUs) };
      inTransaction(db, () => db.insert(meta).values(row).onConflictDoUpdate({ target: meta.name, set: row }).run());
      space.expectEnough();
    },
    close: () => {
      db.$client.close();
    },
  };
};

export type Writer = ReturnType<typeof createWriter>;
