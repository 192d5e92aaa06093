// The imports that this server does or has done: their reports, kept in memory for those who watch. What an import has
// counted rests in the database; a report that is gone is written anew by importing the same file again.
import { randomUUID } from "node:crypto";
import { AppError } from "../domain/error.ts";
import {
  type ImportReport,
  type ImportState,
  type ImportTally,
  MAX_REJECTED_LINES,
  type RejectedLine,
} from "../domain/import.ts";
import { followToEnd } from "./follow.ts";

/** At once: each holds a batch of events in memory. */
const MAX_RUNNING = 4;
const MAX_KEPT = 100;
const RETRY_AFTER_MS = 5_000;

interface Beginning {
  /** Null draws one. */
  readonly id: string | null;
  readonly totalBytes: number | null;
  /** Those that its sender is bound to; null: none in particular. */
  readonly clients: readonly string[] | null;
}

/** The report of an import while it is written. */
export interface ImportWriter {
  readonly report: ImportReport;
  addBytes(bytes: number): void;
  addLines(tally: ImportTally, rejected: readonly RejectedLine[]): void;
  end(state: ImportState, error?: string): void;
}

export interface Imports {
  /** @throws AppError BAD_USER_INPUT for an id that cannot be used, UNAVAILABLE where too many are running. */
  begin(beginning: Beginning): ImportWriter;
  /** Null where there is none, or it was long ago. */
  report(id: string): ImportReport | null;
  /** The newest first. */
  reports(): readonly ImportReport[];
  /**
   * The report now, and again whenever it has changed, until its import has ended. Waits for one that has not begun.
   * One that is not to be seen is not there. `return()` ends it at once.
   * @throws AppError BAD_USER_INPUT for an id that cannot be one.
   */
  follow(id: string, isSeen?: (report: ImportReport) => boolean): AsyncGenerator<ImportReport, void>;
}

/** Whether all that was imported is about clients of whoever is bound to these. */
export const isImportOf = (clients: readonly string[], { clients: senders }: Pick<ImportReport, "clients">): boolean =>
  senders?.every((client) => clients.includes(client)) ?? false;

/** `now`: the clock, in microseconds since 1970. */
export const createImports = (now: () => number): Imports => {
  const reports = new Map<string, ImportReport>();

  const begin: Imports["begin"] = ({ id: chosen, totalBytes, clients }) => {
    const id = chosen ?? randomUUID();
    checkId(id);
    const running = [...reports.values()].filter(({ state }) => state === "RUNNING");
    if (running.some((report) => report.id === id))
      throw new AppError("BAD_USER_INPUT", "An import with this id is under way. Choose another id, or wait for it.");
    const before = reports.get(id);
    if (before !== undefined && clients !== null && !isImportOf(clients, before))
      throw new AppError("BAD_USER_INPUT", "This id is taken. Choose another.");
    if (running.length >= MAX_RUNNING)
      throw new AppError(
        "UNAVAILABLE",
        `${MAX_RUNNING} imports are under way. Nothing was read: send it again later.`,
        {
          retryAfterMs: RETRY_AFTER_MS,
        },
      );
    reports.delete(id);
    reports.set(id, { ...emptyReport, id, totalBytes, clients, startedAtUs: now() });
    forgetOldest(reports);
    return writerOf(id);
  };

  const writerOf = (id: string): ImportWriter => {
    // Not the one in the map: once it has ended, another import may have its id.
    let report = reports.get(id) as ImportReport;
    const change = (next: Partial<ImportReport>): void => {
      const isStillHere = reports.get(id) === report;
      report = { ...report, ...next };
      if (isStillHere) reports.set(id, report);
    };
    return {
      get report() {
        return report;
      },
      addBytes: (bytes) => change({ bytes: report.bytes + bytes }),
      addLines: (tally, rejected) => change(withLines(report, tally, rejected)),
      end: (state, error) => change({ state, error: error ?? null, endedAtUs: now() }),
    };
  };

  return {
    begin,
    report: (id) => reports.get(id) ?? null,
    reports: () => [...reports.values()].reverse(),
    follow: (id, isSeen = () => true) => {
      checkId(id);
      return followToEnd<ImportReport>({
        look: () => {
          const report = reports.get(id);
          return report !== undefined && isSeen(report) ? report : null;
        },
        mayCome: true,
        isSame: (left, right) => left === right,
        hasEnded: ({ state }) => state !== "RUNNING",
      });
    },
  };
};

const emptyReport = {
  ...{ state: "RUNNING", lines: 0, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0, broken: 0, bytes: 0 },
  ...{ endedAtUs: null, rejectedLines: [], error: null },
} as const satisfies Omit<ImportReport, "id" | "totalBytes" | "clients" | "startedAtUs">;

const withLines = (
  report: ImportReport,
  tally: ImportTally,
  rejected: readonly RejectedLine[],
): Partial<ImportReport> => ({
  lines: report.lines + tally.lines,
  accepted: report.accepted + tally.accepted,
  duplicates: report.duplicates + tally.duplicates,
  conflicts: report.conflicts + tally.conflicts,
  rejected: report.rejected + tally.rejected,
  broken: report.broken + tally.broken,
  rejectedLines: [...report.rejectedLines, ...rejected].slice(0, MAX_REJECTED_LINES),
});

/** A map keeps the order of beginning. */
const forgetOldest = (reports: Map<string, ImportReport>): void => {
  for (const { id, state } of [...reports.values()])
    if (reports.size > MAX_KEPT && state !== "RUNNING") reports.delete(id);
};

/** @throws AppError BAD_USER_INPUT where it can be none. */
const checkId = (id: string): void => {
  if (!/^[\w.-]{1,100}$/.test(id))
    throw new AppError(
      "BAD_USER_INPUT",
      "The id of an import is 1 to 100 letters, digits, dots, hyphens and underscores, such as a UUID.",
    );
};
