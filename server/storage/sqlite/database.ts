// Opens the SQLite file: durable settings on every connection, and migrations, but none of a newer version's file.
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite, { type Database as Connection } from "better-sqlite3";
import { addDecimals, billionthsOf, decimalOf, maxDecimal, minDecimal } from "../../domain/decimal.ts";
import { type BetterSQLite3Database, drizzle, eq, migrate, readMigrationFiles } from "./drizzle.ts";
import { codeOf, toOpeningError } from "./faults.ts";
import { meta } from "./tables.ts";

export type Drizzle = BetterSQLite3Database<Record<string, never>> & {
  readonly $client: Connection;
};

export const MIGRATIONS = fileURLToPath(new URL("../../../drizzle/sqlite", import.meta.url));
/** How long to wait for a lock that another process holds. While a server starts, nobody waits for it. */
const OPENING_BUSY_TIMEOUT_MS = 5_000;
export const BUSY_TIMEOUT_MS = 2_000;
const READ_CACHE_KIB = 16_384;

/**
 * Opens the file, creates it where there is none, and brings its tables up to date.
 * @throws Error where it cannot be opened, is not a database, or does not accept the durable settings.
 */
export const openDatabase = (file: string): Drizzle => {
  try {
    const connection = openPrivately(file);
    try {
      return prepare(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    throw toOpeningError(file, error);
  }
};

const prepare = (connection: Connection): Drizzle => {
  refuseForeign(connection);
  configure(connection);
  defineDecimals(connection);
  const db = drizzle({ client: connection });
  syncLog(connection);
  migrateDatabase(db);
  connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return db;
};

/** Opens a file that `openDatabase` has made, for reading alone. @throws Error where it cannot be opened. */
export const openReadOnly = (file: string): Drizzle => {
  const connection = new BetterSqlite(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  connection.pragma(`cache_size = -${READ_CACHE_KIB}`);
  connection.pragma("trusted_schema = OFF");
  defineDecimals(connection);
  return drizzle({ client: connection });
};

/** Opens a file that a server of this version has, to change what no server remembers. @throws Error where it cannot. */
export const openBeside = (file: string): Drizzle => {
  const connection = new BetterSqlite(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    configure(connection);
    return drizzle({ client: connection });
  } catch (error) {
    connection.close();
    throw toOpeningError(file, error);
  }
};

/** SQLite gives the files beside the database its permissions, so these are set before there is any other. */
const openPrivately = (file: string): Connection => {
  mkdirSync(dirname(file), { recursive: true });
  // Only where there is none: closing any descriptor of a file gives up all locks that the process has on it, of other
  // connections too. SQLite would not notice, and the next process to leave would delete the WAL that is written to.
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);
  return new BetterSqlite(file, { timeout: OPENING_BUSY_TIMEOUT_MS });
};

/** The fact that a migration has left the rollups to be counted (rollup-rebuild.ts). */
export const ROLLUPS_DUE = "rollups_due";

const MIGRATED = "__drizzle_migrations";

const knownHashes = (): ReadonlySet<string> =>
  new Set(readMigrationFiles({ migrationsFolder: MIGRATIONS }).map(({ hash }) => hash));

/** Whether the file has all tables as this version knows them. @throws Error where it cannot be read. */
export const isUpToDate = (file: string): boolean => {
  const connection = new BetterSqlite(file, { readonly: true, timeout: OPENING_BUSY_TIMEOUT_MS });
  try {
    const isMade = connection.prepare("select count(*) from sqlite_schema where name = ?").pluck().get(MIGRATED) === 1;
    if (!isMade || connection.prepare(`select count(*) from ${MIGRATED}`).pluck().get() !== knownHashes().size)
      return false;
    return connection.prepare("select count(*) from meta where name = ?").pluck().get(ROLLUPS_DUE) === 0;
  } catch (error) {
    throw toOpeningError(file, error);
  } finally {
    connection.close();
  }
};

/** Nothing is changed in a file that this version cannot know. @throws Error where there is more in it. */
const refuseForeign = (connection: Connection): void => {
  const tables = connection.prepare("select name from sqlite_schema where type = 'table'").pluck().all();
  if (tables.length === 0) return;
  if (!tables.includes(MIGRATED)) throw new Error("it belongs to another program");
  const known = knownHashes();
  const applied = connection.prepare(`select hash from ${MIGRATED}`).pluck().all() as string[];
  if (applied.some((hash) => !known.has(hash)))
    throw new Error("a newer version of Surecount has written it: start that version, or restore a backup from before");
};

/**
 * What a server wrote that died before it could sync it is in the log of transactions all the same. Before anybody is told
 * that it was counted it must be on disk: written once more, since of what could not be synced the kernel may only have
 * the copy in its memory.
 */
const syncLog = (connection: Connection): void => {
  try {
    connection.pragma("wal_checkpoint(PASSIVE)");
  } catch (error) {
    // The log itself is synced before anything is copied from it.
    if (codeOf(error) !== "SQLITE_FULL") throw error;
  }
};

/** The id drawn when the database was made. Looked for first: a database that is locked can still be opened. */
export const databaseIdOf = (db: Drizzle): string => {
  const find = () => db.select().from(meta).where(eq(meta.name, "database_id")).get()?.value;
  const drawn = { name: "database_id", value: randomBytes(6).toString("hex") };
  if (find() === undefined) db.insert(meta).values(drawn).onConflictDoNothing().run();
  const id = find();
  if (id === undefined) throw new Error("The database has no id.");
  return id;
};

const configure = (connection: Connection): void => {
  connection.pragma("journal_mode = WAL");
  // Only the connection that creates a WAL has FULL by itself; with NORMAL an acknowledged event can be lost when the
  // power fails.
  connection.pragma("synchronous = FULL");
  connection.pragma("cache_size = -65536");
  // Not within a commit, which would then fail although it is on disk: see guard.ts.
  connection.pragma("wal_autocheckpoint = 0");
  connection.pragma("trusted_schema = OFF");
  const isDurable =
    connection.pragma("journal_mode", { simple: true }) === "wal" &&
    connection.pragma("synchronous", { simple: true }) === 2;
  if (!isDurable)
    throw new Error(
      "The database does not accept WAL with synchronous=FULL: acknowledged events would not be durable here.",
    );
};

// SQLite has no exact decimals. These let one statement add and compare the canonical texts.
const defineDecimals = (connection: Connection): void => {
  const scalar = { deterministic: true, directOnly: false };
  connection.function("decimal_add", scalar, (left, right) => addDecimals(String(left), String(right)));
  connection.function("decimal_min", scalar, (left, right) => minDecimal(String(left), String(right)));
  connection.function("decimal_max", scalar, (left, right) => maxDecimal(String(left), String(right)));
  const aggregate = (name: string, step: (total: bigint | null, next: bigint) => bigint): void => {
    connection.aggregate<bigint | null>(name, {
      start: null,
      deterministic: true,
      step: (total, next) => step(total, billionthsOf(String(next))),
      result: (total) => (total === null ? null : decimalOf(total)),
    });
  };
  aggregate("decimal_sum", (total, next) => (total ?? 0n) + next);
  aggregate("decimal_least", (total, next) => (total === null || next < total ? next : total));
  aggregate("decimal_greatest", (total, next) => (total === null || next > total ? next : total));
};

const migrateDatabase = (db: Drizzle): void => {
  // Rebuilding a table inside the migrator's transaction would delete the rows that refer to it.
  db.$client.pragma("foreign_keys = OFF");
  migrate(db, { migrationsFolder: MIGRATIONS });
  if ((db.$client.pragma("foreign_key_check") as unknown[]).length > 0)
    throw new Error("The migration left rows that refer to nothing. Restore the database from a backup.");
};

/**
 * Runs `work` in one IMMEDIATE transaction: it has the write lock from the start, so it can never fail half way
 * because another writer came first. `work` must be synchronous: a promise would be committed before it settles.
 */
export const inTransaction = <T>(db: Drizzle, work: () => T): T => {
  const run = db.$client.transaction(() => {
    const result = work();
    if (result instanceof Promise) throw new Error("A transaction must not wait.");
    return result;
  });
  return run.immediate();
};
