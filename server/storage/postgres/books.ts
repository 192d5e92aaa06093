// The books, recomputed from the tables.
import { differencesOf, type Ledger, type Whole } from "../ledger.ts";
import type { BooksDifference, Totals } from "../storage.ts";
import { type Drizzle, drizzle, type Queries, sql } from "./drizzle.ts";
import { BEGIN_SNAPSHOT, transact } from "./pool.ts";
import { eventIdentities, logHead, processingLog } from "./tables.ts";

// Sums are float8, whole numbers up to 2^53, because the driver gives others as text.
const ledgers = sql`
  with sums as (
    select client, received, accepted, duplicates, conflicts, rejected, 0 as entries, 0 as all_entries,
      0 as accepted_entries, 0 as duplicate_entries, 0 as events, 0 as voided, 0 as merged, 0 as rollups_all_time,
      0 as rollups_by_time, 0 as rollups_by_hour, 0 as rollups_by_six_hours, 0 as rollups_by_day, 0 as rollups_by_month,
      0 as times_failed
      from counters
    union all
    select coalesce(client, ''), 0, 0, 0, 0, 0,
      count(*) filter (where action in ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED')), count(*),
      count(*) filter (where action = 'ACCEPTED'), count(*) filter (where action = 'DUPLICATE'), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
      from processing_log group by 1
    union all
    select client, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), count(voided_by), count(same_as), 0, 0, 0, 0, 0, 0, 0
      from normalized_events group by 1
    union all
    select client, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, coalesce(sum(count) filter (where grain_minutes = 0), 0),
      coalesce(sum(count) filter (where grain_minutes = 15), 0), coalesce(sum(count) filter (where grain_minutes = 60), 0),
      coalesce(sum(count) filter (where grain_minutes = 360), 0),
      coalesce(sum(count) filter (where grain_minutes = 1440), 0),
      coalesce(sum(count) filter (where grain_minutes = 44640), 0), 0
      from rollups group by 1
    union all
    select client, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(count), sum(count), sum(count), sum(count), sum(count), sum(count), 0
      from rollup_deltas group by 1
    union all
    select coalesce(client, ''), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(times_seen)
      from failed_events where kind in ('VALIDATION', 'CONFLICT') group by 1
  )
  select client, sum(received)::float8 as received, sum(accepted)::float8 as accepted,
    sum(duplicates)::float8 as duplicates, sum(conflicts)::float8 as conflicts, sum(rejected)::float8 as rejected,
    sum(entries)::float8 as entries, sum(all_entries)::float8 as "allEntries",
    sum(accepted_entries)::float8 as "acceptedEntries", sum(duplicate_entries)::float8 as "duplicateEntries",
    sum(events)::float8 as events, sum(voided)::float8 as voided,
    sum(merged)::float8 as merged, sum(rollups_all_time)::float8 as "rollupsAllTime",
    sum(rollups_by_time)::float8 as "rollupsByTime", sum(rollups_by_hour)::float8 as "rollupsByHour",
    sum(rollups_by_six_hours)::float8 as "rollupsBySixHours", sum(rollups_by_day)::float8 as "rollupsByDay",
    sum(rollups_by_month)::float8 as "rollupsByMonth", sum(times_failed)::float8 as "timesFailed"
  from sums group by client order by client`;

// A copy that is not complete has no head yet.
const whole = sql`
  select (select count(*) from ${eventIdentities})::float8 as identities,
    coalesce((select ${logHead.seq} from ${logHead}), (select max(${processingLog.seq}) from ${processingLog}), 0)::float8
      as "lastSeq"`;

const minutes = sql`
  select coalesce(sum(received), 0)::float8 as received, coalesce(sum(accepted), 0)::float8 as accepted,
    coalesce(sum(duplicates), 0)::float8 as duplicates, coalesce(sum(conflicts), 0)::float8 as conflicts,
    coalesce(sum(rejected), 0)::float8 as rejected
  from activity`;

/** All identities that do not hold, in one snapshot. */
export const books = (db: Drizzle): Promise<readonly BooksDifference[]> =>
  transact(db.$client, BEGIN_SNAPSHOT, (client) => booksIn(drizzle({ client })));

/** The same, in a snapshot that is there. */
export const booksIn = async (snapshot: Queries): Promise<readonly BooksDifference[]> => {
  const byClient = await snapshot.execute(ledgers);
  const inTotal = await snapshot.execute(whole);
  const byMinute = await snapshot.execute(minutes);
  return differencesOf(byClient.rows as unknown as readonly Ledger[], {
    ...(inTotal.rows[0] as unknown as Omit<Whole, "minutes">),
    minutes: byMinute.rows[0] as unknown as Totals,
  });
};
