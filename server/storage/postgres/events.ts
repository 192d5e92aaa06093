// The counted events: find one, list them, count them.
import type { Event } from "../../domain/event.ts";
import type { EventFilter, Range } from "../../domain/filter.ts";
import { toEvent } from "../rows.ts";
import { contains, containsInJson, inRange, oneOf, orderOf } from "./conditions.ts";
import { and, count, eq, exists, gte, isNotNull, isNull, lt, ne, or, type Queries, type SQL, sql } from "./drizzle.ts";
import { normalizedEvents, processingLog, rawEvents } from "./tables.ts";

export const eventCondition = (db: Pick<Queries, "select">, filter: EventFilter): SQL | undefined => {
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

const hasText = (db: Pick<Queries, "select">, text: string): SQL | undefined => {
  const isItsRaw = and(
    eq(rawEvents.seq, normalizedEvents.seq),
    eq(rawEvents.receivedAtUs, normalizedEvents.receivedAtUs),
  );
  return or(
    contains(normalizedEvents.client, text),
    contains(normalizedEvents.metric, text),
    contains(normalizedEvents.idempotencyKey, text),
    exists(
      db
        .select({ one: sql`1` })
        .from(rawEvents)
        .where(and(isItsRaw, containsInJson(rawEvents.raw, text))),
    ),
  );
};

export const event = async (db: Queries, seq: number): Promise<Event | null> => {
  const [row] = await db.select().from(normalizedEvents).where(eq(normalizedEvents.seq, seq));
  return row === undefined ? null : toEvent(row);
};

/** Those with one of these seqs. */
export const eventsOf = async (db: Queries, seqs: readonly number[]): Promise<readonly Event[]> => {
  if (seqs.length === 0) return [];
  const rows = await db.select().from(normalizedEvents).where(oneOf(normalizedEvents.seq, seqs));
  return rows.map(toEvent);
};

export const events = async (db: Queries, filter: EventFilter, range: Range): Promise<readonly Event[]> => {
  const rows = await db
    .select()
    .from(normalizedEvents)
    .where(and(eventCondition(db, filter), ...inRange(normalizedEvents.seq, range)))
    .orderBy(orderOf(normalizedEvents.seq, range))
    .limit(range.limit);
  return rows.map(toEvent);
};

export const rawEvent = async (db: Queries, seq: number): Promise<string | null> => {
  const [row] = await db.select({ raw: rawEvents.raw }).from(rawEvents).where(eq(rawEvents.seq, seq));
  return row?.raw ?? null;
};

export const rawEventsOf = async (db: Queries, seqs: readonly number[]): Promise<readonly (string | null)[]> => {
  const { seq, raw } = rawEvents;
  const rows = await db.select({ seq, raw }).from(rawEvents).where(oneOf(seq, seqs));
  const bySeq = new Map(rows.map((row) => [row.seq, row.raw]));
  return seqs.map((one) => bySeq.get(one) ?? null);
};

/** How many of the events that the filter admits were taken out of the figures. */
export const countVoided = async (db: Pick<Queries, "select">, filter: EventFilter): Promise<number> => {
  const isVoided = and(isNotNull(normalizedEvents.voidedBy), eventCondition(db, filter));
  const [row] = await db.select({ count: count() }).from(normalizedEvents).where(isVoided);
  return row?.count ?? 0;
};

export const timesSeen = async (db: Queries, seq: number): Promise<number> => {
  // The second condition is what the partial index asks for.
  const isSeenAgain = and(
    eq(processingLog.event, seq),
    ne(processingLog.event, processingLog.seq),
    eq(processingLog.action, "DUPLICATE"),
  );
  const [duplicates] = await db.select({ count: count() }).from(processingLog).where(isSeenAgain);
  return 1 + (duplicates?.count ?? 0);
};
