// Whole lists, read from one state of the database: by a connection of its own, in a transaction that only reads.
import type pg from "pg";
import type { EventFilter, FailureFilter } from "../../domain/filter.ts";
import { PORTION_LENGTH, PORTION_POSITIONS, PORTION_ROWS, portionOf } from "../portions.ts";
import { toEvent, toFailure } from "../rows.ts";
import type { Portion, Snapshot, StoredEvent, StoredFailure } from "../storage.ts";
import type { Addresses } from "./addresses.ts";
import { and, asc, drizzle, eq, getTableColumns, gt, isNull, lte, type Queries, sql } from "./drizzle.ts";
import { eventCondition, rawEventsOf } from "./events.ts";
import { conditionOf, failureColumns, rawFailuresOf } from "./failures.ts";
import { toAppError } from "./faults.ts";
import { head } from "./log.ts";
import { BEGIN_SNAPSHOT, createPool } from "./pool.ts";
import { retrying } from "./retry.ts";
import { failedEvents, normalizedEvents, rawEvents } from "./tables.ts";

const STATEMENT_TIMEOUT_MS = 60_000;
/** Longer than whoever reads may stand still; a server that has vanished loses its snapshot then. */
const IDLE_TIMEOUT_MS = 300_000;

/** @throws AppError UNAVAILABLE where the database cannot be reached. */
export const openSnapshot = async (addresses: Addresses): Promise<Snapshot> => {
  const pool = createPool({ addresses, max: 1, writes: false, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  try {
    const client = await retrying(() => begin(pool));
    const db = drizzle({ client });
    const asOfSeq = await head(db);
    return {
      asOfSeq,
      events: (filter, after) => telling(() => eventPortion(db, filter, { after, asOfSeq })),
      failures: (filter, after) => telling(() => failurePortion(db, filter, { after, asOfSeq })),
      close: async () => {
        client.release(true);
        await pool.end();
      },
    };
  } catch (error) {
    // What was not released ends with the process.
    void pool.end();
    throw error;
  }
};

const begin = async (pool: pg.Pool): Promise<pg.PoolClient> => {
  const client = await pool.connect();
  try {
    await client.query(BEGIN_SNAPSHOT);
    await client.query(`set local idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS}`);
    return client;
  } catch (error) {
    client.release(true);
    throw error;
  }
};

/** No second attempt: the state that was seen is gone with its connection. */
const telling = async <T>(read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    throw toAppError(error);
  }
};

interface Place {
  readonly after: number;
  /** The end of the list. */
  readonly asOfSeq: number;
}

const endOf = ({ after, asOfSeq }: Place): number => Math.min(after + PORTION_POSITIONS, asOfSeq);

// First the lengths, then as many of the texts as may be held: five hundred rows may have 128 MB.

const eventPortion = async (db: Queries, filter: EventFilter, place: Place): Promise<Portion<StoredEvent>> => {
  const { seq, voidedBy, receivedAtUs } = normalizedEvents;
  const found = await db
    .select({ ...getTableColumns(normalizedEvents), length: lengthOf(rawEvents.raw) })
    .from(normalizedEvents)
    .leftJoin(rawEvents, and(eq(rawEvents.seq, seq), eq(rawEvents.receivedAtUs, receivedAtUs)))
    .where(and(isNull(voidedBy), eventCondition(db, filter), gt(seq, place.after), lte(seq, endOf(place))))
    .orderBy(asc(seq))
    .limit(PORTION_ROWS);
  const { rows, isCut } = cut(found);
  const raws = await rawEventsOf(
    db,
    rows.map((row) => row.seq),
  );
  return portionOf(
    rows.map(({ length: _, ...row }, index) => ({ event: toEvent(row), raw: raws[index] ?? null })),
    { upTo: endOf(place), isCut, positionOf: ({ event }) => event.seq },
  );
};

const failurePortion = async (db: Queries, filter: FailureFilter, place: Place): Promise<Portion<StoredFailure>> => {
  const { id, raw } = failedEvents;
  const found = await db
    .select({ ...failureColumns, length: lengthOf(raw) })
    .from(failedEvents)
    .where(and(conditionOf(db, filter), gt(id, place.after), lte(id, endOf(place))))
    .orderBy(asc(id))
    .limit(PORTION_ROWS);
  const { rows, isCut } = cut(found);
  const raws = await rawFailuresOf(
    db,
    rows.map((row) => row.id),
  );
  const byId = new Map(raws.map((row) => [row.id, row.raw]));
  return portionOf(
    rows.map(({ length: _, ...row }) => ({ failure: toFailure(row), raw: byId.get(row.id) ?? "null" })),
    { upTo: endOf(place), isCut, positionOf: ({ failure }) => failure.id },
  );
};

const lengthOf = (column: typeof rawEvents.raw | typeof failedEvents.raw) =>
  sql`coalesce(octet_length(${column}), 0)`.mapWith(Number);

/** The first rows, as far as their texts may be held together. */
const cut = <Row extends { readonly length: number }>(
  found: readonly Row[],
): { readonly rows: readonly Row[]; readonly isCut: boolean } => {
  let sum = 0;
  const beyond = found.findIndex(({ length }, index) => {
    sum += length;
    return index > 0 && sum > PORTION_LENGTH;
  });
  if (beyond > 0) return { rows: found.slice(0, beyond), isCut: true };
  return { rows: found, isCut: found.length === PORTION_ROWS };
};
