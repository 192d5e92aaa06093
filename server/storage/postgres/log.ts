// The log: every entry with the event and the failure that it is about.
import type { Micros } from "../../domain/calendar.ts";
import type { Entry } from "../../domain/event.ts";
import type { LogFilter, Range } from "../../domain/filter.ts";
import { toEntry } from "../rows.ts";
import { inRange, oneOf, orderOf } from "./conditions.ts";
import { and, eq, getTableColumns, inArray, ne, or, type Queries, type SQL } from "./drizzle.ts";
import { failedEvents, logHead, normalizedEvents, processingLog } from "./tables.ts";

const { raw: _raw, identity: _identity, ...failureColumns } = getTableColumns(failedEvents);

/** The seq of the last entry; 0 where there is none. */
export const head = async (db: Queries): Promise<number> => {
  const [row] = await db.select({ seq: logHead.seq }).from(logHead);
  return row?.seq ?? 0;
};

/** When the last entry was written; 0 where there is none. No entry can be earlier from then on, whatever a clock says. */
export const lastAtUs = async (db: Queries): Promise<Micros> => {
  const [row] = await db.select({ atUs: logHead.atUs }).from(logHead);
  return row?.atUs ?? 0;
};

export const entries = async (db: Queries, filter: LogFilter, range: Range): Promise<readonly Entry[]> => {
  const rows = await db
    .select({ entry: processingLog, event: normalizedEvents, failure: failureColumns })
    .from(processingLog)
    .leftJoin(
      normalizedEvents,
      and(
        eq(normalizedEvents.seq, processingLog.event),
        eq(normalizedEvents.receivedAtUs, processingLog.eventReceivedAtUs),
      ),
    )
    .leftJoin(failedEvents, eq(failedEvents.id, processingLog.failure))
    .where(and(conditionOf(filter), ...inRange(processingLog.seq, range)))
    .orderBy(orderOf(processingLog.seq, range))
    .limit(range.limit);
  return rows.map(toEntry);
};

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
          and(eq(processingLog.event, event), ne(processingLog.event, processingLog.seq)),
        ),
    event === undefined ? undefined : eq(processingLog.event, event),
    failure === undefined ? undefined : eq(processingLog.failure, failure),
  );
