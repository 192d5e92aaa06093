// What the database takes and holds, for those who run it. Of its disk PostgreSQL tells nobody, and of its WAL only
// those who may watch it (pg_monitor).
import type { Micros } from "../../domain/calendar.ts";
import { formatMicros } from "../../domain/timestamp.ts";
import type { DatabaseFigures } from "../storage.ts";
import { type Queries, type SQL, sql } from "./drizzle.ts";

/** Each count by an index that has only what is counted. */
const held = (nowUs: Micros): SQL => sql`
  select current_setting('server_version') as version, pg_database_size(current_database())::float8 as "sizeBytes",
    (select count(*) from failed_events where state = 'SCHEDULED')::float8 as "scheduledFailures",
    (select count(*) from failed_events
      where state = 'SCHEDULED' and next_attempt_at <= ${formatMicros(nowUs)}::timestamptz)::float8 as "dueFailures",
    (select count(*) from failed_events where state = 'DEAD')::float8 as "deadFailures",
    (select count(*) from jobs where state = 'RUNNING')::float8 as "runningJobs",
    has_function_privilege('pg_ls_waldir()', 'execute') as "maySeeWal"`;

const wal = sql`select sum(size)::float8 as "walBytes" from pg_ls_waldir()`;

type Held = Omit<DatabaseFigures, "walBytes" | "freeBytes"> & { readonly maySeeWal: boolean };

export const figures = async (db: Queries, nowUs: Micros): Promise<DatabaseFigures> => {
  const [row] = (await db.execute(held(nowUs))).rows as unknown as readonly Held[];
  if (row === undefined) throw new Error("The database tells nothing of itself.");
  const { maySeeWal, ...figures } = row;
  const [seen] = maySeeWal ? (await db.execute(wal)).rows : [];
  return { ...figures, walBytes: seen === undefined ? null : Number(seen.walBytes), freeBytes: null };
};
