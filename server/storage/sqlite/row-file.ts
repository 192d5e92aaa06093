// A SQLite file made of rows: how the database of another backend becomes one.
import BetterSqlite from "better-sqlite3";
import type { RowFile } from "../backup.ts";
import { type CopyTable, copyTables } from "../copy.ts";
import { copiedTables } from "./copy-tables.ts";
import { MIGRATIONS } from "./database.ts";
import { drizzle, getTableColumns, getTableName, migrate } from "./drizzle.ts";
import { meta } from "./tables.ts";

/** Makes the tables in a file that is empty. */
export const createRowFile = (file: string): RowFile => {
  const connection = new BetterSqlite(file);
  // Until it is complete it has another name, and is synced as a whole.
  connection.pragma("journal_mode = OFF");
  connection.pragma("synchronous = OFF");
  const db = drizzle({ client: connection });
  migrate(db, { migrationsFolder: MIGRATIONS });
  const writers = new Map<CopyTable, (values: readonly unknown[]) => void>();
  const writerOf = (table: CopyTable) => {
    const write = writers.get(table) ?? createWriter(connection, table);
    writers.set(table, write);
    return write;
  };
  return {
    write: (table, portion) => {
      const write = writerOf(table);
      connection.transaction(() => {
        for (const values of portion) write(values);
      })();
    },
    complete: ({ databaseId, lastFence }) => {
      const facts = [
        { name: "database_id", value: databaseId },
        { name: "last_fence", value: String(lastFence) },
      ];
      db.insert(meta).values(facts).run();
      connection.pragma("synchronous = FULL");
      connection.pragma("journal_mode = DELETE");
    },
    close: () => {
      connection.close();
    },
  };
};

/** What another backend needs besides is left out: this one has it in other columns. */
const createWriter = (connection: BetterSqlite.Database, table: CopyTable) => {
  const of = copiedTables[table];
  const known = getTableColumns(of);
  const columns = copyTables[table].columns.map((name) => known[name]?.name ?? null);
  const kept = columns.flatMap((column, index) => (column === null ? [] : [{ column, index }]));
  const names = kept.map(({ column }) => `"${column}"`).join(", ");
  const insert = connection.prepare(
    `insert into ${getTableName(of)} (${names}) values (${kept.map(() => "?").join(", ")})`,
  );
  return (values: readonly unknown[]): void => {
    insert.run(kept.map(({ index }) => values[index]));
  };
};
