// The conditions that several lists have in common.
import type { Range } from "../../domain/filter.ts";
import { escapeNul } from "./columns.ts";
import { asc, desc, gt, inArray, lt, type PgColumn, type SQL, sql } from "./drizzle.ts";
import { processingLog } from "./tables.ts";

/** No condition where nothing was asked for; nothing passes an empty list. */
export const oneOf = <T>(column: PgColumn, values: readonly T[] | undefined): SQL | undefined => {
  if (values === undefined) return undefined;
  return values.length === 0 ? sql`false` : inArray(column, [...values]);
};

/** The text stands somewhere in the column, in any letter case as far as ASCII goes. */
export const contains = (column: PgColumn, text: string): SQL => containsStored(column, escapeNul(text));

const containsStored = (column: PgColumn, text: string): SQL =>
  sql`${column} ilike ${`%${text.replace(/[\\%_]/g, "\\$&")}%`} collate "C"`;

/** The text stands somewhere in a column of JSON text, as JSON or as part of one of its strings. */
export const containsInJson = (column: PgColumn, text: string): SQL => {
  const escaped = JSON.stringify(text).slice(1, -1);
  // JSON text holds no NUL, and is stored as it is.
  if (escaped === text || text.includes("\0")) return containsStored(column, escaped);
  return sql`(${containsStored(column, text)} or ${containsStored(column, escaped)})`;
};

/** The rows between the bounds of a range, whose order and limit `orderOf` and the caller apply. */
export const inRange = (position: PgColumn, { above, below }: Range): (SQL | undefined)[] => [
  above === undefined ? undefined : gt(position, above),
  below === undefined ? undefined : lt(position, below),
];

export const orderOf = (position: PgColumn, { order }: Range): SQL =>
  order === "ascending" ? asc(position) : desc(position);

/** The entry is not about an event that was received. Spelled as the partial index asks for. */
export const isAct = sql`${processingLog.action} not in ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED')`;
