// Reads what a copy has brought: each table in the order of its key, through a cursor of the database, so that no table
// has to fit into memory.
import pg from "pg";
import type { Portion } from "../backup.ts";
import { type CopyRow, type CopySnapshot, type CopyTable, type CopyValue, copyTables } from "../copy.ts";
import { booksIn } from "./books.ts";
import { copiedColumns, copiedTables } from "./copy-tables.ts";
import { drizzle, type PgColumn, sql } from "./drizzle.ts";

/** A row may have 256 KiB. */
const FETCHED_ROWS = 250;

/** Opens a snapshot on a connection of its own. */
export const openCopySnapshot = async (pool: pg.Pool): Promise<CopySnapshot> => {
  const client = await pool.connect();
  const db = drizzle({ client });
  try {
    await client.query("begin isolation level repeatable read read only");
  } catch (error) {
    client.release(true);
    throw error;
  }
  return {
    rows: (table) => rowsOf(client, table),
    books: () => booksIn(db),
    close: async () => client.release(true),
  };
};

async function* rowsOf(client: pg.ClientBase, table: CopyTable): AsyncGenerator<CopyRow> {
  const names = copyTables[table].columns;
  for await (const portion of portionsOf(client, table))
    for (const values of portion) yield Object.fromEntries(names.map((name, index) => [name, values[index] ?? null]));
}

/** All rows of a table in portions, each row with its values in the order of the columns. */
export async function* portionsOf(client: pg.ClientBase, table: CopyTable): AsyncGenerator<Portion> {
  const columns = copiedColumns(table);
  await client.query(`declare copied no scroll cursor for ${questionOf(table)}`);
  for (;;) {
    const { rows } = await client.query({ text: `fetch ${FETCHED_ROWS} from copied`, rowMode: "array", types });
    if (rows.length === 0) break;
    yield (rows as readonly (readonly unknown[])[]).map((row) =>
      columns.map(([, column], index) => readValue(column, row[index])),
    );
  }
  await client.query("close copied");
}

const questionOf = (table: CopyTable): string => {
  const columns = copiedColumns(table);
  // As the other backend sorts: by the bytes.
  const order = columns
    .slice(0, copyTables[table].keys)
    .map(([, column]) => (column.getSQLType() === "text" ? sql`${column} collate "C"` : sql`${column}`));
  return drizzle
    .mock()
    .select(Object.fromEntries(columns))
    .from(copiedTables[table])
    .orderBy(...order)
    .toSQL().sql;
};

// Instants as text: the driver would make dates of them, which have no microseconds.
export const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) =>
    id === pg.types.builtins.TIMESTAMPTZ ? (text: unknown) => text : pg.types.getTypeParser(id, format),
};

/** A value as both backends spell it. */
export const readValue = (column: PgColumn, value: unknown): CopyValue => {
  if (value === null) return null;
  const read = column.mapFromDriverValue(value) as CopyValue;
  // PostgreSQL keeps the zeros of a number as it was given.
  return column.getSQLType() === "numeric" && String(read).includes(".") ? String(read).replace(/\.?0+$/, "") : read;
};
