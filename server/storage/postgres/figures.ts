// What the database takes and holds, for those who run it. Of its disk PostgreSQL tells nobody, and of its WAL only
// those who may watch it.
import type { DatabaseFigures } from "../storage.ts";
import { type Queries, sql } from "./drizzle.ts";

/** Each count by an index that has only what is counted. */
const held = sql`
  select current_setting('server_version') as version, pg_database_size(current_database())::float8 as "sizeBytes",
    (select count(*) from failed_events where state = 'SCHEDULED')::float8 as "scheduledFailures",
    (select count(*) from jobs where state = 'RUNNING')::float8 as "runningJobs"`;

export const figures = async (db: Queries): Promise<DatabaseFigures> => {
  const { rows } = await db.execute(held);
  const [row] = rows as unknown as readonly Omit<DatabaseFigures, "walBytes" | "freeBytes">[];
  if (row === undefined) throw new Error("The database tells nothing of itself.");
  return { ...row, walBytes: null, freeBytes: null };
};
