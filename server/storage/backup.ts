// Backups: what a backend must give so that its database can be written to one file while servers go on writing. The
// file is a SQLite database whichever backend it comes from, so that each backup is verified, kept and restored alike.
import type { CopyTable, CopyValue } from "./copy.ts";

/** One snapshot of a database. It holds all that was acknowledged before it was opened. */
export interface BackupSource {
  readonly databaseId: string;
  /** About how many bytes the file will take. */
  readonly sizeBytes: number;
  /** Writes all of it into a file that is empty. Called once. @throws whatever interrupts it. */
  writeTo(file: string, pace: Pace): Promise<void>;
  close(): Promise<void>;
}

export interface Pace {
  /** Takes note of so many bytes, and says how long to rest before the next, in milliseconds. */
  restAfter(bytes: number): number;
}

/** The same from a database that is no file: its rows. */
export interface RowSource {
  readonly databaseId: string;
  /** The last fence that a lease was given. */
  readonly lastFence: number;
  readonly sizeBytes: number;
  /** All rows of a table in portions, in the order of their key. */
  portions(table: CopyTable): AsyncIterable<Portion>;
  close(): Promise<void>;
}

/** Rows, each with its values in the order of the table's columns. */
export type Portion = readonly (readonly CopyValue[])[];

/** A new SQLite file that rows are written into. */
export interface RowFile {
  write(table: CopyTable, portion: Portion): void;
  /** Makes it a database, with the id of its source. */
  complete(source: Pick<RowSource, "databaseId" | "lastFence">): void;
  close(): void;
}

/** A backup that cannot be made or restored: its message is one line for the operator. */
export class BackupRefused extends Error {}
