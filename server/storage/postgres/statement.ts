// The statements of the hot path: Drizzle writes their SQL once, the driver runs them. A group of rows travels as one
// array for each column, so that it is one statement however many they are.
import { hash } from "node:crypto";
import type { QueryConfig } from "pg";
import {
  getTableColumns,
  is,
  Param,
  type PgColumn,
  PgDialect,
  PgTable,
  Placeholder,
  type SQL,
  type SQLWrapper,
  sql,
  type Table,
} from "./drizzle.ts";

/** A statement with its values, as the driver takes it. */
export type Statement = QueryConfig<unknown[]>;

/** Values by the names of their placeholders, as the driver takes them. */
type Values = Readonly<Record<string, unknown>>;

const dialect = new PgDialect();

/**
 * Turns a query into one that the driver can run with values for its placeholders. It is parsed and planned once for
 * each connection: at every run that would take as long as the work itself, where a group has one event.
 */
export const prepare = (query: SQLWrapper): ((values: Values) => Statement) => {
  const { sql: text, params } = dialect.sqlToQuery(query.getSQL());
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

/** Columns by the names of their values. */
export type Columns = Readonly<Record<string, PgColumn>>;

const columnsOf = (source: Table | Columns): Columns => (is(source, PgTable) ? getTableColumns(source) : source);

/** `unnest` of one array for each column, to be filled by `arraysOf` under the same prefix. */
export const unnest = (source: Table | Columns, prefix: string): SQL => {
  const arrays = Object.entries(columnsOf(source)).map(
    ([name, column]) => sql`${sql.placeholder(`${prefix}.${name}`)}::${sql.raw(column.getSQLType())}[]`,
  );
  return sql`unnest(${sql.join(arrays, sql`, `)})`;
};

/** The same under a name, which is the prefix, with the columns' own names. */
export const unnestAs = (source: Table | Columns, prefix: string): SQL => {
  const names = Object.values(columnsOf(source)).map(({ name }) => sql`${sql.identifier(name)}`);
  return sql`${unnest(source, prefix)} as ${sql.identifier(prefix)}(${sql.join(names, sql`, `)})`;
};

/** For `update … set`: all columns as the rows under this name say. */
export const settingAll = (source: Table | Columns, prefix: string): SQL => {
  const names = Object.values(columnsOf(source)).map(({ name }) => sql.identifier(name));
  return sql.join(
    names.map((name) => sql`${name} = ${sql.identifier(prefix)}.${name}`),
    sql`, `,
  );
};

/** For `insert(table).select(…)`: the rows of a group. */
export const rowsOf = (table: Table, prefix: string): SQL => sql`select * from ${unnest(table, prefix)}`;

/** The arrays that `unnest` of the same columns takes. */
export const arraysOf = (source: Table | Columns, prefix: string, rows: readonly object[]): Values =>
  Object.fromEntries(
    Object.entries(columnsOf(source)).map(([name, column]) => [`${prefix}.${name}`, arrayOf(rows, name, column)]),
  );

const arrayOf = (rows: readonly object[], name: string, column: PgColumn): readonly unknown[] =>
  rows.map((row) => {
    const value = (row as Values)[name] ?? null;
    return value === null ? null : column.mapToDriverValue(value);
  });

/** `unnest` with the values in place. */
export const unnestOf = (source: Table | Columns, rows: readonly object[]): SQL => {
  const arrays = Object.entries(columnsOf(source)).map(
    ([name, column]) => sql`${sql.param(arrayOf(rows, name, column))}::${sql.raw(column.getSQLType())}[]`,
  );
  return sql`unnest(${sql.join(arrays, sql`, `)})`;
};
