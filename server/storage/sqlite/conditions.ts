// The conditions that several lists have in common.
import type { Range } from "../../domain/filter.ts";
import { asc, desc, gt, inArray, lt, type SQL, type SQLiteColumn, sql } from "./drizzle.ts";
import { processingLog } from "./tables.ts";

/** No condition where nothing was asked for; nothing passes an empty list. */
export const oneOf = <T>(column: SQLiteColumn, values: readonly T[] | undefined): SQL | undefined =>
  values === undefined ? undefined : inArray(column, [...values]);

/** The text stands somewhere in the column, in any letter case as far as ASCII goes. */
export const contains = (column: SQLiteColumn, text: string): SQL =>
  // A pattern ends at NUL for SQLite, and would match everything.
  text.includes("\0") ? sql`false` : sql`${column} like ${`%${text.replace(/[\\%_]/g, "\\$&")}%`} escape '\\'`;

/** The text stands somewhere in a column of JSON text, as JSON or as part of one of its strings. */
export const containsInJson = (column: SQLiteColumn, text: string): SQL => {
  const escaped = JSON.stringify(text).slice(1, -1);
  return escaped === text ? contains(column, text) : sql`(${contains(column, text)} or ${contains(column, escaped)})`;
};

/** The rows between the bounds of a range, whose order and limit `orderOf` and the caller apply. */
export const inRange = (position: SQLiteColumn, { above, below }: Range): (SQL | undefined)[] => [
  above === undefined ? undefined : gt(position, above),
  below === undefined ? undefined : lt(position, below),
];

export const orderOf = (position: SQLiteColumn, { order }: Range): SQL =>
  order === "ascending" ? asc(position) : desc(position);

/** The entry is not about an event that was received. Spelled as the partial index asks for. */
export const isAct = sql`${processingLog.action} not in ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED')`;
