// What the database holds, for those who run it.
import type { Micros } from "../../domain/calendar.ts";
import type { DatabaseFigures } from "../storage.ts";
import type { Drizzle } from "./database.ts";
import { sql } from "./drizzle.ts";

type Held = Pick<DatabaseFigures, "version" | "scheduledFailures" | "dueFailures" | "deadFailures" | "runningJobs">;

/** Each count by an index that has only what is counted. */
const held = (nowUs: Micros) => sql`
  select sqlite_version() as version,
    (select count(*) from failed_events where state = 'SCHEDULED') as scheduledFailures,
    (select count(*) from failed_events where state = 'SCHEDULED' and next_attempt_at_us <= ${nowUs}) as dueFailures,
    (select count(*) from failed_events where state = 'DEAD') as deadFailures,
    (select count(*) from jobs where state = 'RUNNING') as runningJobs`;

export const heldIn = (db: Drizzle, nowUs: Micros): Held => db.get<Held>(held(nowUs));
