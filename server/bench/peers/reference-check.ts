// What the reference design has stored, counted in its tables, against what it acknowledged.
import BetterSqlite from "better-sqlite3";
import { z } from "zod";
import { acknowledgedBy, checkAnswers } from "../check.ts";
import type { LoadReport } from "../load/job.ts";
import type { Check } from "../table.ts";

const rowCounts = z.object({ events: z.number(), failed: z.number() });

export const checkReference = (file: string, reports: readonly LoadReport[]): readonly Check[] => {
  const { accepted, rejected } = acknowledgedBy(reports);
  const connection = new BetterSqlite(file, { readonly: true, fileMustExist: true });
  const statement =
    "select (select count(*) from normalized_events) as events, (select count(*) from failed_events) as failed";
  const { events, failed } = rowCounts.parse(connection.prepare(statement).get());
  connection.close();
  return [
    ...checkAnswers("reference", reports),
    { what: "reference: rows in normalized_events", expected: accepted, actual: events },
    { what: "reference: rows in failed_events", expected: rejected, actual: failed },
  ];
};
