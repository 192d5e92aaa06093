// What the log and the tables say of each client, counted on the way: the counters must be the same, and the books must
// balance.
import type { Action } from "../domain/event.ts";
import { differencesOf, type Ledger } from "../storage/ledger.ts";
import type { ClientTotals, MinuteTotals, Totals } from "../storage/storage.ts";
import type { LogRow, VerifySource } from "../storage/verification.ts";
import type { Findings } from "./findings.ts";

type Counts = { -readonly [Name in Exclude<keyof Ledger, "client">]: number };

interface Tally {
  /** What goes into the books, each figure counted where it is stored. */
  readonly ledger: Counts;
  /** What the log says: these are the counters as they should be. */
  readonly counted: { -readonly [Name in keyof Omit<ClientTotals, "client">]: number };
}

export interface Tallies {
  /** Counts an entry of the log. */
  addEntry(entry: Pick<LogRow, "client" | "action" | "atUs">): void;
  /** Adds to a figure of a client's books. A client that could not be read is null. */
  add(client: string | null, figure: keyof Counts, count: number): void;
  /** Adds what was received in a minute to the books. */
  addMinute(minute: MinuteTotals): void;
  /** Compares the counters with the log. */
  verifyCounters(source: Pick<VerifySource, "counters">): Promise<void>;
  /** Compares all figures with each other. Everything must have been counted. */
  verifyBooks(whole: { readonly lastSeq: number; readonly identities?: number }): void;
}

const outcomes: Partial<Record<Action, "accepted" | "duplicates" | "conflicts" | "rejected">> = {
  ACCEPTED: "accepted",
  DUPLICATE: "duplicates",
  CONFLICT: "conflicts",
  REJECTED: "rejected",
};

export const createTallies = (findings: Findings): Tallies => {
  const tallies = new Map<string, Tally>();
  const minutes = emptyTotals();

  const tallyOf = (client: string | null): Tally => {
    const name = client ?? "";
    const known = tallies.get(name);
    if (known !== undefined) return known;
    const tally = emptyTally();
    tallies.set(name, tally);
    return tally;
  };

  const compareCounter = ({ client, ...stored }: ClientTotals): void => {
    const { ledger, counted } = tallyOf(client);
    for (const name of ["received", "accepted", "duplicates", "conflicts", "rejected", "lastSeenAtUs"] as const)
      findings.compare(["counters", `client ${JSON.stringify(client)}`], name, stored[name], counted[name]);
    for (const name of totalNames) ledger[name] += stored[name];
  };

  return {
    addEntry: ({ client, action, atUs }) => {
      const { ledger, counted } = tallyOf(client);
      ledger.allEntries += 1;
      const outcome = outcomes[action];
      if (outcome === undefined) return;
      ledger.entries += 1;
      if (outcome === "accepted") ledger.acceptedEntries += 1;
      if (outcome === "duplicates") ledger.duplicateEntries += 1;
      counted.received += 1;
      counted[outcome] += 1;
      counted.lastSeenAtUs = atUs;
    },
    add: (client, figure, count) => {
      tallyOf(client).ledger[figure] += count;
    },
    addMinute: (minute) => {
      for (const name of totalNames) minutes[name] += minute[name];
    },
    verifyCounters: async (source) => {
      const seen = new Set<string>();
      for await (const rows of source.counters())
        for (const row of rows) {
          if (seen.has(row.client)) findings.add("counters", `client ${JSON.stringify(row.client)}`, "is there twice");
          else compareCounter(row);
          seen.add(row.client);
        }
      for (const [client, { counted }] of tallies)
        if (counted.received > 0 && !seen.has(client))
          findings.add("counters", `client ${JSON.stringify(client)}`, "is missing, and the log has entries of it");
    },
    verifyBooks: (whole) => {
      const ledgers = Array.from(tallies, ([client, { ledger }]): Ledger => ({ client, ...ledger }));
      for (const { identity, client, expected, actual } of differencesOf(ledgers, { ...whole, minutes })) {
        const whose = client === null ? "of all clients" : `of client ${JSON.stringify(client)}`;
        findings.add("books", whose, `${identity} does not hold: ${expected} and ${actual}`);
      }
    },
  };
};

const totalNames = ["received", "accepted", "duplicates", "conflicts", "rejected"] as const;

const emptyTotals = (): { -readonly [Name in keyof Totals]: number } => ({
  ...{ received: 0, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 },
});

const emptyTally = (): Tally => ({
  ledger: {
    ...{ ...emptyTotals(), entries: 0, allEntries: 0, acceptedEntries: 0, duplicateEntries: 0 },
    ...{ events: 0, voided: 0, merged: 0, timesFailed: 0, rollupsAllTime: 0, rollupsByTime: 0 },
    ...{ rollupsByHour: 0, rollupsBySixHours: 0, rollupsByDay: 0, rollupsByMonth: 0 },
  },
  counted: { ...emptyTotals(), lastSeenAtUs: 0 },
});
