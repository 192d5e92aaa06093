// The books: the identities that must hold between what the tables of a backend say of each client. Every pair of
// figures is counted in another way, so that a fault in one of them shows.
import type { BooksDifference, Totals } from "./storage.ts";

/** What the tables say of one client. */
export interface Ledger {
  /** Empty where the client could not be read. */
  readonly client: string;
  readonly received: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly rejected: number;
  /** Entries about events that were received. */
  readonly entries: number;
  /** Those, and the entries about what was done later. */
  readonly allEntries: number;
  readonly acceptedEntries: number;
  readonly duplicateEntries: number;
  readonly events: number;
  /** Of these, those that were taken out of the figures. */
  readonly voided: number;
  /** Of these, those that were found to be the same as another. */
  readonly merged: number;
  /** Their counts at each grain, what is not folded yet included. */
  readonly rollupsAllTime: number;
  readonly rollupsByTime: number;
  readonly rollupsByHour: number;
  readonly rollupsBySixHours: number;
  readonly rollupsByDay: number;
  readonly rollupsByMonth: number;
  readonly timesFailed: number;
}

/** What they say of all clients together. */
export interface Whole {
  readonly lastSeq: number;
  /** What was received in all minutes together. */
  readonly minutes: Totals;
  /** Rows of event_identities; left out where the events themselves hold the identities. */
  readonly identities?: number;
}

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
  ...(
    [
      ["of all time", (of) => of.rollupsAllTime],
      ["by quarter-hour", (of) => of.rollupsByTime],
      ["by hour", (of) => of.rollupsByHour],
      ["by six hours", (of) => of.rollupsBySixHours],
      ["by day", (of) => of.rollupsByDay],
      ["by month", (of) => of.rollupsByMonth],
    ] as const satisfies readonly (readonly [string, (of: Ledger) => number])[]
  ).map(
    ([which, actual]): Identity => [
      `accepted - voided = sum of rollup counts ${which}`,
      (of) => of.accepted - of.voided,
      actual,
    ],
  ),
  [
    "rejected + conflicts = sum of failed_events.times_seen",
    (of) => of.rejected + of.conflicts,
    (of) => of.timesFailed,
  ],
];

/** All identities that do not hold, first in total, then by client. */
export const differencesOf = (byClient: readonly Ledger[], whole: Whole): readonly BooksDifference[] => [
  ...differencesIn(sumUp(byClient), null),
  ...differencesInWhole(sumUp(byClient), whole),
  ...differencesInMinutes(sumUp(byClient), whole),
  // Events whose client could not be read have no client to name.
  ...byClient.filter(({ client }) => client !== "").flatMap((ledger) => differencesIn(ledger, ledger.client)),
];

const differencesIn = (ledger: Ledger, client: string | null): readonly BooksDifference[] =>
  identities
    .map(([identity, expected, actual]) => ({
      identity,
      client,
      expected: expected(ledger),
      actual: actual(ledger),
    }))
    .filter(({ expected, actual }) => expected !== actual);

const differencesInWhole = (
  { allEntries, accepted, merged }: Ledger,
  { lastSeq, identities = accepted - merged }: Whole,
) =>
  [
    { identity: "entries in the log = seq of the last entry", client: null, expected: allEntries, actual: lastSeq },
    {
      ...{ identity: "accepted - merged = rows in event_identities", client: null },
      ...{ expected: accepted - merged, actual: identities },
    },
  ].filter(({ expected, actual }) => expected !== actual);

const differencesInMinutes = (total: Ledger, { minutes }: Whole): readonly BooksDifference[] =>
  (["received", "accepted", "duplicates", "conflicts", "rejected"] as const)
    .map((name) => ({
      ...{ identity: `${name} = sum of ${name} by minute`, client: null },
      ...{ expected: total[name], actual: minutes[name] },
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
    allEntries: sumOf("allEntries"),
    acceptedEntries: sumOf("acceptedEntries"),
    duplicateEntries: sumOf("duplicateEntries"),
    events: sumOf("events"),
    voided: sumOf("voided"),
    merged: sumOf("merged"),
    rollupsAllTime: sumOf("rollupsAllTime"),
    rollupsByTime: sumOf("rollupsByTime"),
    rollupsByHour: sumOf("rollupsByHour"),
    rollupsBySixHours: sumOf("rollupsBySixHours"),
    rollupsByDay: sumOf("rollupsByDay"),
    rollupsByMonth: sumOf("rollupsByMonth"),
    timesFailed: sumOf("timesFailed"),
  };
};
