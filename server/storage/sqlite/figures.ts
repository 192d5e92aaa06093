// What the database takes and holds, for those who run it.
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
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

type Taken = Pick<DatabaseFigures, "sizeBytes" | "walBytes" | "freeBytes">;

/** Without opening the file: to close it again would give up the locks that this process has on it. */
export const takenBy = async (file: string): Promise<Taken> => {
  const [database, wal, disk] = await Promise.all([
    stat(file),
    stat(`${file}-wal`).catch(() => ({ size: 0 })),
    statfs(dirname(file)),
  ]);
  return { sizeBytes: database.size, walBytes: wal.size, freeBytes: disk.bavail * disk.bsize };
};
