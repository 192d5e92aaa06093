// The log: every entry with the event and the failure that it is about.
import type { Micros } from "../../domain/calendar.ts";
import type { Entry } from "../../domain/event.ts";
import type { LogFilter, Range } from "../../domain/filter.ts";
import { toEntry } from "../rows.ts";
import { inRange, oneOf, orderOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, eq, getTableColumns, inArray, max, or, type SQL, sql } from "./drizzle.ts";
import { prepareGet } from "./statement.ts";
import { failedEvents, normalizedEvents, processingLog } from "./tables.ts";

const { raw: _raw, identity: _identity, ...failureColumns } = getTableColumns(failedEvents);

/** The seq of the last entry; 0 where there is none. */
export const head = (db: Drizzle): number => headQuery(db).get()?.seq ?? 0;

/** The same for who asks often. */
export const createHead = (db: Drizzle): (() => number) => {
  const get = prepareGet<readonly [number | null]>(db, headQuery(db));
  return () => get({})?.[0] ?? 0;
};

const headQuery = (db: Drizzle) => db.select({ seq: max(processingLog.seq) }).from(processingLog);

/**
 * The seq of the last entry that was written before then; 0 where there is none. The log's times never go back and its
 * seqs have no gaps, so it is found by halving instead of an index.
 */
export const lastSeqBefore = (db: Drizzle, atUs: Micros): number => {
  const atOf = db
    .select({ atUs: processingLog.atUs })
    .from(processingLog)
    .where(eq(processingLog.seq, sql.placeholder("seq")))
    .prepare();
  let before = 0;
  let after = head(db) + 1;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if ((atOf.get({ seq: middle })?.atUs ?? 0) < atUs) before = middle;
    else after = middle;
  }
  return before;
};

export const entries = (db: Drizzle, filter: LogFilter, range: Range): readonly Entry[] =>
  db
    .select({
      entry: processingLog,
      event: normalizedEvents,
      failure: failureColumns,
    })
    .from(processingLog)
    .leftJoin(normalizedEvents, eq(normalizedEvents.seq, processingLog.event))
    .leftJoin(failedEvents, eq(failedEvents.id, processingLog.failure))
    .where(and(conditionOf(filter), ...inRange(processingLog.seq, range)))
    .orderBy(orderOf(processingLog.seq, range))
    .limit(range.limit)
    .all()
    .map(toEntry);

const conditionOf = ({ clients, metrics, outcomes, actions, event, failure, job }: LogFilter): SQL | undefined =>
  and(
    oneOf(processingLog.client, clients),
    oneOf(processingLog.action, outcomes),
    oneOf(processingLog.action, actions),
    job === undefined ? undefined : eq(processingLog.job, job),
    metrics === undefined ? undefined : inArray(normalizedEvents.metric, [...metrics]),
    event === undefined
      ? undefined
      : // The parts are spelled as the partial index asks for.
        or(
          eq(processingLog.seq, event),
          sql`(${processingLog.event} = ${event} and ${processingLog.event} <> ${processingLog.seq})`,
        ),
    event === undefined ? undefined : eq(processingLog.event, event),
    failure === undefined ? undefined : eq(processingLog.failure, failure),
  );
