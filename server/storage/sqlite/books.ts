// The books, recomputed from the tables.
import { differencesOf, type Ledger } from "../ledger.ts";
import type { BooksDifference, Totals } from "../storage.ts";
import type { Drizzle } from "./database.ts";
import { sql } from "./drizzle.ts";
import { head } from "./log.ts";

const ledgers = sql`
  with sums as (
    select client, received, accepted, duplicates, conflicts, rejected, 0 as entries, 0 as allEntries,
      0 as acceptedEntries, 0 as duplicateEntries, 0 as events, 0 as voided, 0 as merged, 0 as rollupsAllTime, 0 as rollupsByTime,
      0 as rollupsByHour, 0 as rollupsBySixHours, 0 as rollupsByDay, 0 as rollupsByMonth, 0 as timesFailed
      from counters
    union all
    select ifnull(client, ''), 0, 0, 0, 0, 0, sum(action in ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED')), count(*),
      sum(action = 'ACCEPTED'), sum(action = 'DUPLICATE'), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
      from processing_log group by 1
    union all
    select client, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), sum(voided_by is not null), sum(same_as is not null),
      0, 0, 0, 0, 0, 0, 0
      from normalized_events group by 1
    union all
    select client, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(iif(grain_minutes = 0, count, 0)),
      sum(iif(grain_minutes = 15, count, 0)), sum(iif(grain_minutes = 60, count, 0)),
      sum(iif(grain_minutes = 360, count, 0)), sum(iif(grain_minutes = 1440, count, 0)),
      sum(iif(grain_minutes = 44640, count, 0)), 0
      from rollups group by 1
    union all
    select client, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(count), sum(count), sum(count), sum(count), sum(count), sum(count), 0
      from rollup_deltas group by 1
    union all
    select ifnull(client, ''), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(times_seen)
      from failed_events where kind in ('VALIDATION', 'CONFLICT') group by 1
  )
  select client, sum(received) as received, sum(accepted) as accepted, sum(duplicates) as duplicates,
    sum(conflicts) as conflicts, sum(rejected) as rejected, sum(entries) as entries, sum(allEntries) as allEntries,
    sum(acceptedEntries) as acceptedEntries, sum(duplicateEntries) as duplicateEntries, sum(events) as events,
    sum(voided) as voided, sum(merged) as merged, sum(rollupsAllTime) as rollupsAllTime, sum(rollupsByTime) as rollupsByTime,
    sum(rollupsByHour) as rollupsByHour, sum(rollupsBySixHours) as rollupsBySixHours, sum(rollupsByDay) as rollupsByDay,
    sum(rollupsByMonth) as rollupsByMonth, sum(timesFailed) as timesFailed
  from sums group by client order by client`;

const minutes = sql`
  select ifnull(sum(received), 0) as received, ifnull(sum(accepted), 0) as accepted,
    ifnull(sum(duplicates), 0) as duplicates, ifnull(sum(conflicts), 0) as conflicts, ifnull(sum(rejected), 0) as rejected
  from activity`;

/** All identities that do not hold, in one snapshot. */
export const books = (db: Drizzle): readonly BooksDifference[] =>
  db.$client.transaction(() =>
    differencesOf(db.all<Ledger>(ledgers), { lastSeq: head(db), minutes: db.get<Totals>(minutes) }),
  )();
