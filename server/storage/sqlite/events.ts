// The counted events: find one, list them, count them.
import type { Event } from "../../domain/event.ts";
import type { EventFilter, Range } from "../../domain/filter.ts";
import { toEvent } from "../rows.ts";
import { contains, containsInJson, inRange, oneOf, orderOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, count, eq, exists, gte, inArray, isNotNull, isNull, lt, or, type SQL, sql } from "./drizzle.ts";
import { normalizedEvents, processingLog, rawEvents } from "./tables.ts";

export const eventCondition = (db: Drizzle, filter: EventFilter): SQL | undefined => {
  const { clients, metrics, units, fromUs, toUs, text } = filter;
  return and(
    oneOf(normalizedEvents.client, clients),
    oneOf(normalizedEvents.metric, metrics),
    isInOneOf(units),
    fromUs === undefined ? undefined : gte(normalizedEvents.timestampUs, fromUs),
    toUs === undefined ? undefined : lt(normalizedEvents.timestampUs, toUs),
    text === undefined ? undefined : hasText(db, text),
  );
};

/** The empty unit stands for none, as in rollups. */
const isInOneOf = (units: EventFilter["units"]): SQL | undefined => {
  const isNamed = oneOf(normalizedEvents.unit, units);
  return units?.includes("") ? or(isNull(normalizedEvents.unit), isNamed) : isNamed;
};

const hasText = (db: Drizzle, text: string): SQL | undefined =>
  or(
    contains(normalizedEvents.client, text),
    contains(normalizedEvents.metric, text),
    contains(normalizedEvents.idempotencyKey, text),
    exists(
      db
        .select({ one: sql`1` })
        .from(rawEvents)
        .where(and(eq(rawEvents.seq, normalizedEvents.seq), containsInJson(rawEvents.raw, text))),
    ),
  );

export const event = (db: Drizzle, seq: number): Event | null => {
  const row = db.select().from(normalizedEvents).where(eq(normalizedEvents.seq, seq)).get();
  return row === undefined ? null : toEvent(row);
};

export const events = (db: Drizzle, filter: EventFilter, range: Range): readonly Event[] =>
  db
    .select()
    .from(normalizedEvents)
    .where(and(eventCondition(db, filter), ...inRange(normalizedEvents.seq, range)))
    .orderBy(orderOf(normalizedEvents.seq, range))
    .limit(range.limit)
    .all()
    .map(toEvent);

export const rawEvent = (db: Drizzle, seq: number): string | null =>
  db.select({ raw: rawEvents.raw }).from(rawEvents).where(eq(rawEvents.seq, seq)).get()?.raw ?? null;

export const rawEventsOf = (db: Drizzle, seqs: readonly number[]): readonly (string | null)[] => {
  const rows = db
    .select()
    .from(rawEvents)
    .where(inArray(rawEvents.seq, [...seqs]))
    .all();
  const bySeq = new Map(rows.map(({ seq, raw }) => [seq, raw]));
  return seqs.map((seq) => bySeq.get(seq) ?? null);
};

/** How many of the events that the filter admits were taken out of the figures. */
export const countVoided = (db: Drizzle, filter: EventFilter): number =>
  db
    .select({ count: count() })
    .from(normalizedEvents)
    .where(and(isNotNull(normalizedEvents.voidedBy), eventCondition(db, filter)))
    .get()?.count ?? 0;

export const timesSeen = (db: Drizzle, seq: number): number => {
  const duplicates = db
    .select({ count: count() })
    .from(processingLog)
    .where(
      // The second condition is what the partial index asks for.
      sql`${processingLog.event} = ${seq} and ${processingLog.event} <> ${processingLog.seq} and ${processingLog.action} = 'DUPLICATE'`,
    )
    .get();
  return 1 + (duplicates?.count ?? 0);
};
