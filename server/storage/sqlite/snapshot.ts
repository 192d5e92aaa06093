// Whole lists, read from one state of the file: by a connection of its own, in a transaction that only reads.
import type { EventFilter, FailureFilter } from "../../domain/filter.ts";
import { PORTION_LENGTH, PORTION_POSITIONS, PORTION_ROWS, portionOf } from "../portions.ts";
import { type EventRow, type FailureRow, toEvent, toFailure } from "../rows.ts";
import type { Portion, StoredEvent, StoredFailure } from "../storage.ts";
import type { Drizzle } from "./database.ts";
import { and, asc, eq, getTableColumns, gt, isNull, lte, type SQL } from "./drizzle.ts";
import { eventCondition } from "./events.ts";
import { conditionOf, failureColumns } from "./failures.ts";
import { head } from "./log.ts";
import { failedEvents, normalizedEvents, rawEvents } from "./tables.ts";

const CACHE_KIB = 2_048;

/** Begins to see one state. Gives the last entry that it includes. */
export const beginSnapshot = (db: Drizzle): number => {
  // Each page is read once.
  db.$client.pragma(`cache_size = -${CACHE_KIB}`);
  db.$client.exec("begin");
  return head(db);
};

export interface Place {
  readonly after: number;
  /** The end of the list. */
  readonly asOfSeq: number;
}

const endOf = ({ after, asOfSeq }: Place): number => Math.min(after + PORTION_POSITIONS, asOfSeq);

export const eventPortion = (db: Drizzle, filter: EventFilter, place: Place): Portion<StoredEvent> => {
  const { seq, voidedBy } = normalizedEvents;
  const columns = { ...getTableColumns(normalizedEvents), raw: rawEvents.raw };
  const query = db
    .select(columns)
    .from(normalizedEvents)
    .leftJoin(rawEvents, eq(rawEvents.seq, seq))
    .where(and(isNull(voidedBy), eventCondition(db, filter), gt(seq, place.after), lte(seq, endOf(place))))
    .orderBy(asc(seq))
    .limit(PORTION_ROWS);
  const { rows, isCut } = take<EventRow & { readonly raw: string | null }>(db, query.toSQL(), Object.keys(columns));
  return portionOf(
    rows.map(({ raw, ...row }) => ({ event: toEvent(row), raw })),
    { upTo: endOf(place), isCut, positionOf: ({ event }) => event.seq },
  );
};

export const failurePortion = (db: Drizzle, filter: FailureFilter, place: Place): Portion<StoredFailure> => {
  const { id, raw } = failedEvents;
  const columns = { ...failureColumns, raw };
  const isAsked: SQL | undefined = and(conditionOf(db, filter), gt(id, place.after), lte(id, endOf(place)));
  const query = db.select(columns).from(failedEvents).where(isAsked).orderBy(asc(id)).limit(PORTION_ROWS);
  const { rows, isCut } = take<FailureRow & { readonly raw: string }>(db, query.toSQL(), Object.keys(columns));
  return portionOf(
    rows.map(({ raw, ...row }) => ({ failure: toFailure(row), raw })),
    { upTo: endOf(place), isCut, positionOf: ({ failure }) => failure.id },
  );
};

interface Query {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** Row by row, since some are large, until there is enough. */
const take = <Row extends { readonly raw: string | null }>(
  db: Drizzle,
  { sql, params }: Query,
  names: readonly string[],
): { readonly rows: readonly Row[]; readonly isCut: boolean } => {
  const rows: Row[] = [];
  let length = 0;
  for (const values of db.$client
    .prepare(sql)
    .raw()
    .iterate(...params) as Iterable<readonly unknown[]>) {
    const row = Object.fromEntries(names.map((name, index) => [name, values[index]])) as unknown as Row;
    rows.push(row);
    length += row.raw?.length ?? 0;
    if (rows.length === PORTION_ROWS || length >= PORTION_LENGTH) return { rows, isCut: true };
  }
  return { rows, isCut: false };
};
