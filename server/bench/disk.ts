// How many bytes each table takes, its indexes included, counted in whole pages by SQLite's dbstat.
import BetterSqlite from "better-sqlite3";
import { z } from "zod";
import { figure, megabytes, type Table } from "./table.ts";

interface TableSize {
  readonly table: string;
  readonly sizeBytes: number;
}

const sizes = z.array(z.object({ table: z.string(), sizeBytes: z.number() }));

const SHOWN_BYTES_PER_EVENT = 0.05;

/** The largest first. */
const tableSizes = (databaseFile: string): readonly TableSize[] => {
  const connection = new BetterSqlite(databaseFile, { readonly: true, fileMustExist: true });
  const statement = connection.prepare(`
    select coalesce(s.tbl_name, d.name) as "table", sum(d.pgsize) as sizeBytes
    from dbstat d left join sqlite_schema s on s.name = d.name
    where d.aggregate = 1 group by 1 order by 2 desc`);
  const found = sizes.parse(statement.all());
  connection.close();
  return found;
};

/** What the file holds for so many events. Nobody else should have it open. */
export const diskTable = (databaseFile: string, events: number): Table => {
  const sizes = tableSizes(databaseFile);
  const counted = sizes.filter(({ table }) => table !== "raw_events");
  const sum = {
    table: "all but raw_events",
    sizeBytes: counted.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
  };
  const large = sizes.filter(({ sizeBytes }) => sizeBytes / events >= SHOWN_BYTES_PER_EVENT);
  const rows = [...large, sum].map(({ table, sizeBytes }) => [table, megabytes(sizeBytes), figure(sizeBytes / events)]);
  const columns = ["table with its indexes", "size", "bytes an event"];
  const notes = [
    "Whole pages, counted by dbstat after the server has ended. raw_events holds the payload as it was sent. Tables too small to matter are in the sum alone.",
  ];
  return { name: "disk", title: "what an event takes on disk", columns, rows, notes, checks: [], runs: sizes };
};
