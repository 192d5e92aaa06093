// What the database holds, for those who run it.
import type { DatabaseFigures } from "../storage.ts";
import type { Drizzle } from "./database.ts";
import { sql } from "./drizzle.ts";

type Held = Pick<DatabaseFigures, "version" | "scheduledFailures" | "runningJobs">;

/** Each count by an index that has only what is counted. */
const held = sql`
  select sqlite_version() as version,
    (select count(*) from failed_events where state = 'SCHEDULED') as scheduledFailures,
    (select count(*) from jobs where state = 'RUNNING') as runningJobs`;

export const heldIn = (db: Drizzle): Held => db.get<Held>(held);
