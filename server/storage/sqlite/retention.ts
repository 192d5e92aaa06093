// Removes what was sent and keeps what it meant: the raw events of long ago, in steps that hold the writer up briefly.
import { toEvent } from "../rows.ts";
import type { OldEvent, Removal, Storage } from "../storage.ts";
import { type Drizzle, inTransaction } from "./database.ts";
import { and, asc, eq, gt, inArray, lte } from "./drizzle.ts";
import { lastSeqBefore } from "./log.ts";
import { normalizedEvents, rawEvents } from "./tables.ts";

export const removeRawEvents = (
  db: Drizzle,
  { receivedBeforeUs, limit, throughSeq = Number.MAX_SAFE_INTEGER }: Parameters<Storage["removeRawEvents"]>[0],
): Removal => {
  const border = Math.min(lastSeqBefore(db, receivedBeforeUs), throughSeq);
  const oldest = db
    .select({ seq: rawEvents.seq })
    .from(rawEvents)
    .where(lte(rawEvents.seq, border))
    .orderBy(asc(rawEvents.seq))
    .limit(limit);
  const { changes } = inTransaction(db, () => db.delete(rawEvents).where(inArray(rawEvents.seq, oldest)).run());
  return { removed: changes, isDone: changes < limit };
};

/** The raw events that are to go, with what they were counted as. */
export const oldEvents = (
  db: Drizzle,
  { receivedBeforeUs, afterSeq, limit }: Parameters<Storage["oldEvents"]>[0],
): readonly OldEvent[] =>
  db
    .select({ event: normalizedEvents, raw: rawEvents.raw })
    .from(rawEvents)
    .innerJoin(normalizedEvents, eq(normalizedEvents.seq, rawEvents.seq))
    .where(and(gt(rawEvents.seq, afterSeq), lte(rawEvents.seq, lastSeqBefore(db, receivedBeforeUs))))
    .orderBy(asc(rawEvents.seq))
    .limit(limit)
    .all()
    .map(({ event, raw }) => ({ event: toEvent(event), raw }));
