// What the writing connection can do. There is one in a server, and only it changes anything.
import type { Micros } from "../../domain/calendar.ts";
import type { Storage } from "../storage.ts";
import { createPerform } from "./acts.ts";
import { type Append, createAppend } from "./append.ts";
import { type Drizzle, databaseIdOf, inTransaction } from "./database.ts";
import { writeHistory } from "./history.ts";
import { advanceJob } from "./jobs.ts";
import { createLeases } from "./leases.ts";
import { createLogWriter } from "./log-writer.ts";
import { removeRawEvents } from "./retention.ts";
import { createRollupStore } from "./rollup-store.ts";
import { createSpace, spaceFor } from "./space.ts";
import { meta } from "./tables.ts";
import { createTokenWrites } from "./tokens.ts";
import { createWebhookWriter } from "./webhooks.ts";

interface WriterOptions {
  readonly file: string;
  /** Called with how long a group of events waited for the lock, in milliseconds. */
  readonly onLocked: (waitedMs: number) => void;
  /** How many entries old the deltas of rollups become before they are folded. */
  readonly foldAfterEntries?: number;
}

export const createWriter = (db: Drizzle, { file, onLocked, foldAfterEntries }: WriterOptions) => {
  const databaseId = databaseIdOf(db);
  const log = createLogWriter(db, databaseId);
  const rollups = createRollupStore(db, foldAfterEntries);
  const append = createAppend(db, { log, rollupStore: rollups, onLocked });
  const space = createSpace(file);
  return {
    databaseId: () => databaseId,
    append: (...call: Parameters<Append>) => space.using(spaceFor(call[0]), () => append(...call)),
    perform: createPerform(db, log, rollups),
    advanceJob: (progress: Parameters<Storage["advanceJob"]>[0]) => advanceJob(db, progress),
    ...createLeases(db),
    ...createTokenWrites(db),
    ...createWebhookWriter(db),
    writeHistory: (...call: Parameters<Storage["history"]["write"]>) => writeHistory(db, ...call),
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
