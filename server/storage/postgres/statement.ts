// The statements of the hot path: Drizzle writes their SQL once, the driver runs them. A group of rows travels as one
// array for each column, so that it is one statement however many they are.
import { hash } from "node:crypto";
import { getTableColumns, is, Param, Placeholder, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { QueryConfig } from "pg";

interface Query {
  toSQL(): { readonly sql: string; readonly params: readonly unknown[] };
}

/** A statement with its values, as the driver takes it. */
export type Statement = QueryConfig<unknown[]>;

/** Values by the names of their placeholders, as the driver takes them. */
type Values = Readonly<Record<string, unknown>>;

/**
 * Turns a query into one that the driver can run with values for its placeholders. It is parsed and planned once for
 * each connection: at every run that would take as long as the work itself, where a group has one event.
 */
export const prepare = (query: Query): ((values: Values) => Statement) => {
  const { sql: text, params } = query.toSQL();
  const name = hash("sha256", text).slice(0, 16);
  const readers = params.map(readerOf);
  return (values) => ({ name, text, values: readers.map((read) => read(values)) });
};

const readerOf = (param: unknown): ((values: Values) => unknown) => {
  const value = is(param, Param) ? param.value : param;
  if (!is(value, Placeholder)) return () => value;
  const { name } = value;
  return (values) => values[name];
};

type Columns = Readonly<Record<string, PgColumn>>;

/** `unnest` of one array for each column. */
export const unnest = (columns: Columns): SQL => {
  const arrays = Object.entries(columns).map(
    ([name, column]) => sql`${sql.placeholder(name)}::${sql.raw(column.getSQLType())}[]`,
  );
  return sql`unnest(${sql.join(arrays, sql`, `)})`;
};

/** The arrays that `unnest` of the same columns takes. */
export const arraysOf = (columns: Columns, rows: readonly object[]): Values => {
  const arrayOf = (name: string, column: PgColumn): readonly unknown[] =>
    rows.map((row) => {
      const value = (row as Values)[name] ?? null;
      return value === null ? null : column.mapToDriverValue(value);
    });
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, arrayOf(name, column)]));
};

/** The same with the values in place. */
export const unnestOf = (columns: Columns, rows: readonly object[]): SQL => {
  const values = arraysOf(columns, rows);
  const arrays = Object.entries(columns).map(
    ([name, column]) => sql`${sql.param(values[name])}::${sql.raw(column.getSQLType())}[]`,
  );
  return sql`unnest(${sql.join(arrays, sql`, `)})`;
};

/** For `insert(table).select(rowsOf(table))`: all rows of a group in one statement. */
export const rowsOf = (table: PgTable): SQL => sql`select * from ${unnest(getTableColumns(table))}`;
