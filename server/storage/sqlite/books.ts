// The books: the identities that must hold, recomputed from the tables. Every pair of columns below is counted in
// another way, so that a fault in one of them shows.
import type { BooksDifference } from "../storage.ts";
import type { Drizzle } from "./database.ts";
import { sql } from "./drizzle.ts";

interface Ledger {
  readonly client: string;
  readonly received: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly rejected: number;
  readonly entries: number;
  readonly acceptedEntries: number;
  readonly duplicateEntries: number;
  readonly events: number;
  readonly rollupsAllTime: number;
  readonly rollupsByTime: number;
  readonly timesFailed: number;
}

const ledgers = sql`
  with sums as (
    select client, received, accepted, duplicates, conflicts, rejected,
      0 as entries, 0 as acceptedEntries, 0 as duplicateEntries, 0 as events, 0 as rollupsAllTime, 0 as rollupsByTime, 0 as timesFailed
      from counters
    union all
    select ifnull(client, ''), 0, 0, 0, 0, 0, count(*), sum(action = 'ACCEPTED'), sum(action = 'DUPLICATE'), 0, 0, 0, 0
      from processing_log group by 1
    union all
    select client, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0 from normalized_events group by 1
    union all
    select client, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(iif(grain_minutes = 0, count, 0)), sum(iif(grain_minutes = 15, count, 0)), 0
      from rollups group by 1
    union all
    select ifnull(client, ''), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(times_seen) from failed_events group by 1
  )
  select client, sum(received) as received, sum(accepted) as accepted, sum(duplicates) as duplicates,
    sum(conflicts) as conflicts, sum(rejected) as rejected, sum(entries) as entries,
    sum(acceptedEntries) as acceptedEntries, sum(duplicateEntries) as duplicateEntries, sum(events) as events,
    sum(rollupsAllTime) as rollupsAllTime, sum(rollupsByTime) as rollupsByTime, sum(timesFailed) as timesFailed
  from sums group by client order by client`;

type Identity = readonly [name: string, expected: (of: Ledger) => number, actual: (of: Ledger) => number];

const identities: readonly Identity[] = [
  [
    "received = accepted + duplicates + conflicts + rejected",
    (of) => of.received,
    (of) => of.accepted + of.duplicates + of.conflicts + of.rejected,
  ],
  ["received = entries in the log", (of) => of.received, (of) => of.entries],
  ["accepted = accepted entries in the log", (of) => of.accepted, (of) => of.acceptedEntries],
  ["duplicates = duplicate entries in the log", (of) => of.duplicates, (of) => of.duplicateEntries],
  ["accepted = rows in normalized_events", (of) => of.accepted, (of) => of.events],
  ["accepted = sum of rollup counts of all time", (of) => of.accepted, (of) => of.rollupsAllTime],
  ["accepted = sum of rollup counts by quarter-hour", (of) => of.accepted, (of) => of.rollupsByTime],
  [
    "rejected + conflicts = sum of failed_events.times_seen",
    (of) => of.rejected + of.conflicts,
    (of) => of.timesFailed,
  ],
];

/** All identities that do not hold, first in total, then by client. One statement, so one snapshot. */
export const books = (db: Drizzle): readonly BooksDifference[] => {
  const byClient = db.all<Ledger>(ledgers);
  return [
    ...differencesIn(sumUp(byClient), null),
    // Events whose client could not be read have no client to name.
    ...byClient.filter(({ client }) => client !== "").flatMap((ledger) => differencesIn(ledger, ledger.client)),
  ];
};

const differencesIn = (ledger: Ledger, client: string | null): readonly BooksDifference[] =>
  identities
    .map(([identity, expected, actual]) => ({
      identity,
      client,
      expected: expected(ledger),
      actual: actual(ledger),
    }))
    .filter(({ expected, actual }) => expected !== actual);

const sumUp = (all: readonly Ledger[]): Ledger => {
  const sumOf = (field: Exclude<keyof Ledger, "client">): number => all.reduce((sum, ledger) => sum + ledger[field], 0);
  return {
    client: "",
    received: sumOf("received"),
    accepted: sumOf("accepted"),
    duplicates: sumOf("duplicates"),
    conflicts: sumOf("conflicts"),
    rejected: sumOf("rejected"),
    entries: sumOf("entries"),
    acceptedEntries: sumOf("acceptedEntries"),
    duplicateEntries: sumOf("duplicateEntries"),
    events: sumOf("events"),
    rollupsAllTime: sumOf("rollupsAllTime"),
    rollupsByTime: sumOf("rollupsByTime"),
    timesFailed: sumOf("timesFailed"),
  };
};
