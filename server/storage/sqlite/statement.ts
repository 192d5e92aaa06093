// The statements of the hot path: Drizzle writes their SQL once, better-sqlite3 runs them.
import type { RunResult } from "better-sqlite3";
import type { Drizzle } from "./database.ts";
import { is, Param, Placeholder } from "./drizzle.ts";

interface Query {
  toSQL(): { readonly sql: string; readonly params: readonly unknown[] };
}

/** Values by the names of their placeholders; columns take them as they are. */
type Values = Readonly<Record<string, unknown>>;

/**
 * Prepares a query that writes, and says how many rows it changed.
 *
 * Drizzle's own prepared queries look through their placeholders at every run, which takes a sixth of the time of a
 * write: with them an event takes 22 µs in groups of 500, without 19 µs.
 */
export const prepareRun = (db: Drizzle, query: Query): ((values: Values) => RunResult) => {
  const { statement, paramsOf } = prepare(db, query);
  return (values) => statement.run(...paramsOf(values));
};

/** Prepares a query for its first row, as the list of its columns. */
export const prepareGet = <Row extends readonly unknown[]>(
  db: Drizzle,
  query: Query,
): ((values: Values) => Row | undefined) => {
  const { statement, paramsOf } = prepare(db, query);
  statement.raw();
  return (values) => statement.get(...paramsOf(values)) as Row | undefined;
};

const prepare = (db: Drizzle, query: Query) => {
  const { sql, params } = query.toSQL();
  const readers = params.map(readerOf);
  return { statement: db.$client.prepare(sql), paramsOf: (values: Values) => readers.map((read) => read(values)) };
};

const readerOf = (param: unknown): ((values: Values) => unknown) => {
  const value = is(param, Param) ? param.value : param;
  if (!is(value, Placeholder)) return () => value;
  const { name } = value;
  return (values) => values[name];
};
