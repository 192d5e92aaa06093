// The books, recomputed from the tables.

import { differencesOf, type Ledger } from "../ledger.ts";
import type { BooksDifference } from "../storage.ts";
import type { Queries } from "./database.ts";
import { sql } from "./drizzle.ts";

// Sums are float8, whole numbers up to 2^53, because the driver gives others as text.
const ledgers = sql`
  with sums as (
    select client, received, accepted, duplicates, conflicts, rejected, 0 as entries, 0 as accepted_entries,
      0 as duplicate_entries, 0 as events, 0 as rollups_all_time, 0 as rollups_by_time, 0 as times_failed
      from counters
    union all
    select coalesce(client, ''), 0, 0, 0, 0, 0, count(*), count(*) filter (where action = 'ACCEPTED'),
      count(*) filter (where action = 'DUPLICATE'), 0, 0, 0, 0
      from processing_log group by 1
    union all
    select client, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0 from normalized_events group by 1
    union all
    select client, 0, 0, 0, 0, 0, 0, 0, 0, 0, coalesce(sum(count) filter (where grain_minutes = 0), 0),
      coalesce(sum(count) filter (where grain_minutes = 15), 0), 0
      from rollups group by 1
    union all
    select coalesce(client, ''), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(times_seen) from failed_events group by 1
  )
  select client, sum(received)::float8 as received, sum(accepted)::float8 as accepted,
    sum(duplicates)::float8 as duplicates, sum(conflicts)::float8 as conflicts, sum(rejected)::float8 as rejected,
    sum(entries)::float8 as entries, sum(accepted_entries)::float8 as "acceptedEntries",
    sum(duplicate_entries)::float8 as "duplicateEntries", sum(events)::float8 as events,
    sum(rollups_all_time)::float8 as "rollupsAllTime", sum(rollups_by_time)::float8 as "rollupsByTime",
    sum(times_failed)::float8 as "timesFailed"
  from sums group by client order by client`;

/** All identities that do not hold. One statement, so one snapshot. */
export const books = async (db: Queries): Promise<readonly BooksDifference[]> => {
  const { rows } = await db.execute(ledgers);
  return differencesOf(rows as unknown as readonly Ledger[]);
};
