// Compares what was acknowledged with what is stored: with the server's own totals and books, and with the rows
// counted on a connection of the benchmark's own.
import BetterSqlite from "better-sqlite3";
import { z } from "zod";
import { addTotals, noTotals, type Totals } from "./events.ts";
import type { LoadReport } from "./load/job.ts";
import type { ServerUnderTest } from "./server.ts";
import type { Check } from "./table.ts";

const QUESTION = `{
  stats { received accepted duplicates conflicts rejected }
  books { balanced differences { identity client expected actual } }
}`;

const count = z.number();
const answer = z.object({
  stats: z.object({ received: count, accepted: count, duplicates: count, conflicts: count, rejected: count }),
  books: z.object({ balanced: z.boolean(), differences: z.array(z.object({ identity: z.string() })) }),
});

/** What a load was told, and what it had to be told. */
type Answered = Pick<LoadReport, "acknowledged" | "expected">;

/** What all loads on one server were told. */
export const acknowledgedBy = (reports: readonly Answered[]): Totals =>
  reports.map(({ acknowledged }) => acknowledged).reduce(addTotals, noTotals);

/** The answers against what had to be answered. A load with an answer without an outcome fails before. */
export const checkAnswers = (name: string, reports: readonly Answered[]): readonly Check[] => {
  const expected = reports.map((report) => report.expected).reduce(addTotals, noTotals);
  const acknowledged = acknowledgedBy(reports);
  return (["accepted", "duplicates", "conflicts", "rejected"] as const).map((field) => ({
    what: `${name}: sent to be ${field}, and answered so`,
    expected: expected[field],
    actual: acknowledged[field],
  }));
};

/** The totals, books and rows of a server on SQLite against what it acknowledged to the loads. */
export const checkServer = (
  { ask, database }: Pick<ServerUnderTest, "ask" | "database">,
  reports: readonly Answered[],
): Promise<readonly Check[]> => checkStored({ ask, countRows: async () => countRows(database) }, reports);

interface Stored extends Pick<ServerUnderTest, "ask"> {
  /** What ROW_COUNTS gives, on a connection of the benchmark's own. */
  countRows(): Promise<unknown>;
}

/** The totals, books and rows of all servers on one database against what they acknowledged to the loads. */
export const checkStored = async (
  { ask, countRows }: Stored,
  reports: readonly Answered[],
): Promise<readonly Check[]> => {
  const totals = acknowledgedBy(reports);
  const { stats, books } = answer.parse(await ask(QUESTION));
  const received = totals.accepted + totals.duplicates + totals.conflicts + totals.rejected;
  const rows = rowCounts.parse(await countRows());
  return [
    ...checkAnswers("Surecount", reports),
    { what: "stats.accepted", expected: totals.accepted, actual: stats.accepted },
    { what: "stats.duplicates", expected: totals.duplicates, actual: stats.duplicates },
    { what: "stats.conflicts", expected: totals.conflicts, actual: stats.conflicts },
    { what: "stats.rejected", expected: totals.rejected, actual: stats.rejected },
    { what: "stats.received", expected: received, actual: stats.received },
    { what: "differences in the books", expected: 0, actual: books.differences.length },
    { what: "rows in normalized_events", expected: totals.accepted, actual: rows.events },
    { what: "rows in raw_events", expected: totals.accepted, actual: rows.raw },
    { what: "rows in processing_log", expected: received, actual: rows.entries },
    { what: "sightings in failed_events", expected: totals.rejected + totals.conflicts, actual: rows.failed },
  ];
};

/** The same on SQLite and PostgreSQL. */
export const ROW_COUNTS = `select
  (select count(*) from normalized_events) as events, (select count(*) from raw_events) as raw,
  (select count(*) from processing_log) as entries, (select coalesce(sum(times_seen), 0) from failed_events) as failed`;

/** PostgreSQL's driver gives big integers as text. */
const rows = z.coerce.number();
const rowCounts = z.object({ events: rows, raw: rows, entries: rows, failed: rows });

const countRows = (databaseFile: string): unknown => {
  const connection = new BetterSqlite(databaseFile, { readonly: true, fileMustExist: true });
  try {
    return connection.prepare(ROW_COUNTS).get();
  } finally {
    connection.close();
  }
};
