// The conditions that several lists have in common.
import { asc, desc, gt, inArray, lt, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Range } from "../../domain/filter.ts";

/** No condition where nothing was asked for; nothing passes an empty list. */
export const oneOf = <T>(column: SQLiteColumn, values: readonly T[] | undefined): SQL | undefined =>
  values === undefined ? undefined : inArray(column, [...values]);

/** The text stands somewhere in the column, in any letter case as far as ASCII goes. */
export const contains = (column: SQLiteColumn, text: string): SQL =>
  sql`${column} like ${`%${text.replace(/[\\%_]/g, "\\$&")}%`} escape '\\'`;

/** The rows between the bounds of a range, whose order and limit `orderOf` and the caller apply. */
export const inRange = (position: SQLiteColumn, { above, below }: Range): (SQL | undefined)[] => [
  above === undefined ? undefined : gt(position, above),
  below === undefined ? undefined : lt(position, below),
];

export const orderOf = (position: SQLiteColumn, { order }: Range): SQL =>
  order === "ascending" ? asc(position) : desc(position);
