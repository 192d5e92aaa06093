// How many bytes each table takes, its indexes included, counted in whole pages by SQLite's dbstat.
import BetterSqlite from "better-sqlite3";
import { z } from "zod";

export interface TableSize {
  readonly table: string;
  readonly sizeBytes: number;
}

const sizes = z.array(z.object({ table: z.string(), sizeBytes: z.number() }));

/** The largest first. Nobody else should have the file open. */
export const tableSizes = (databaseFile: string): readonly TableSize[] => {
  const connection = new BetterSqlite(databaseFile, { readonly: true, fileMustExist: true });
  const statement = connection.prepare(`
    select coalesce(s.tbl_name, d.name) as "table", sum(d.pgsize) as sizeBytes
    from dbstat d left join sqlite_schema s on s.name = d.name
    where d.aggregate = 1 group by 1 order by 2 desc`);
  const found = sizes.parse(statement.all());
  connection.close();
  return found;
};
