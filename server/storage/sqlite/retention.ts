// Removes what was sent and keeps what it meant: the raw events of long ago, in steps that hold the writer up briefly.
import type { Micros } from "../../domain/calendar.ts";
import type { Removal } from "../storage.ts";
import { type Drizzle, inTransaction } from "./database.ts";
import { asc, inArray, lte } from "./drizzle.ts";
import { lastSeqBefore } from "./log.ts";
import { rawEvents } from "./tables.ts";

export const removeRawEvents = (
  db: Drizzle,
  { receivedBeforeUs, limit }: { readonly receivedBeforeUs: Micros; readonly limit: number },
): Removal => {
  const border = lastSeqBefore(db, receivedBeforeUs);
  const oldest = db
    .select({ seq: rawEvents.seq })
    .from(rawEvents)
    .where(lte(rawEvents.seq, border))
    .orderBy(asc(rawEvents.seq))
    .limit(limit);
  const { changes } = inTransaction(db, () => db.delete(rawEvents).where(inArray(rawEvents.seq, oldest)).run());
  return { removed: changes, isDone: changes < limit };
};
