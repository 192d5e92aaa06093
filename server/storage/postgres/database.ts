// Opens the PostgreSQL database: migrations, of which several servers that start at once run each once, the id, and the
// pools. The writers have connections of their own, so that no number of questions keeps an event waiting.
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { AppError } from "../../domain/error.ts";
import type { Log } from "../../log.ts";
import { type Addresses, createAddresses } from "./addresses.ts";
import { refuseUnfinishedCopy } from "./copy-state.ts";
import { type Drizzle, drizzle, eq, readMigrationFiles } from "./drizzle.ts";
import { causeOf, isWorthRetrying, lostPrepared } from "./faults.ts";
import { migrateTables } from "./migrate.ts";
import { connectionSettings, createPool } from "./pool.ts";
import { retrying } from "./retry.ts";
import { rebuildWhereDue } from "./rollup-rebuild.ts";
import { meta } from "./tables.ts";

interface DatabaseOptions {
  readonly url: string;
  /** Where questions that may be long are asked, such as a standby; the same database where it is left out. */
  readonly readUrl: string | null;
  /** Most connections that are opened. */
  readonly connections: number;
  readonly log?: Pick<Log, "warn"> | undefined;
}

export interface Database {
  readonly id: string;
  readonly addresses: Addresses;
  /** For transactions that write. */
  readonly writer: pg.Pool;
  /** For reads that are bounded by an index and a limit: the live feed waits for them. */
  readonly lookups: Drizzle;
  /** For reads that may be long. */
  readonly questions: Drizzle;
  close(): Promise<void>;
}

export const MIGRATIONS = fileURLToPath(new URL("../../../drizzle/postgres", import.meta.url));
/** The two halves of an advisory lock's key, chosen at random: others may use such locks in the same database. */
const MIGRATION_LOCK = "1398098511, 1";
const WRITERS = 2;
const WRITE_TIMEOUT_MS = 6_000;
const LOOKUP_TIMEOUT_MS = 5_000;
const QUESTION_TIMEOUT_MS = 30_000;
/** A server may be started at the same moment as its database, or while that recovers. */
const OPENING_LIMIT_MS = 10_000;

/** @throws Error where the database cannot be reached, is a standby, or cannot be brought up to date. */
export const openDatabase = async ({ url, readUrl, connections, log }: DatabaseOptions): Promise<Database> => {
  const addresses = createAddresses(url);
  // One of the connections listens.
  const readers = connections - WRITERS - 1;
  const common = { addresses, log };
  const writer = createPool({
    ...common,
    ...{ max: WRITERS, writes: true, statementTimeoutMs: WRITE_TIMEOUT_MS, pipeline: true },
  });
  const lookups = createPool({
    ...common,
    ...{ max: Math.ceil(readers / 2), writes: true, statementTimeoutMs: LOOKUP_TIMEOUT_MS },
  });
  const questions = createPool({
    ...common,
    ...(readUrl === null ? {} : { addresses: createAddresses(readUrl) }),
    ...{ max: Math.floor(readers / 2), writes: false, statementTimeoutMs: QUESTION_TIMEOUT_MS },
  });
  const close = async (): Promise<void> => {
    await Promise.all([writer.end(), lookups.end(), questions.end()]);
  };
  try {
    await migrateSomewhere(addresses, log);
    const reader = drizzle({ client: lookups });
    await retrying(() => refuseUnfinishedCopy(reader));
    const id = await retrying(() => databaseIdOf(reader));
    const asked = drizzle({ client: questions });
    if (readUrl !== null) await expectSame(asked, id, log);
    return { id, addresses, writer, lookups: reader, questions: asked, close };
  } catch (error) {
    await close();
    throw toOpeningError(error);
  }
};

/** What to tell an operator whose database cannot be opened. */
export const toOpeningError = (error: unknown): Error => {
  const cause = error instanceof AppError ? error.cause : causeOf(error);
  return new Error(`the database cannot be opened: ${cause instanceof Error ? cause.message : cause}.`, { cause });
};

/**
 * Brings the tables up to date. Waits for a database that is away, and goes from address to address for one that is no
 * standby. @throws Error where there is none.
 */
export const migrateSomewhere = (addresses: Addresses, log?: DatabaseOptions["log"]): Promise<void> => {
  let hasWarned = false;
  return retrying(async () => {
    const connectionString = addresses.current();
    try {
      await migrateOnce(connectionString);
    } catch (error) {
      if (isWorthRetrying(error)) addresses.fail(connectionString);
      if (!hasWarned) log?.warn({ err: causeOf(error) }, "cannot open the database yet");
      hasWarned = true;
      throw error;
    }
  }, OPENING_LIMIT_MS);
};

// Two connections: the lock must be held for longer than the migrator's own transaction, and one of a session would be
// lost behind a pooler of transactions.
const migrateOnce = async (connectionString: string): Promise<void> => {
  const [guard, migrator] = [1, 2].map(() => new pg.Client({ ...connectionSettings, connectionString }));
  if (guard === undefined || migrator === undefined) return;
  // Whoever waits for a connection that breaks is told; without a listener it would end the process.
  for (const client of [guard, migrator]) client.on("error", () => undefined);
  try {
    await Promise.all([guard.connect(), migrator.connect()]);
    await migrator.query(PROBE);
    await guard.query("begin");
    await guard.query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await migrator.query(PROBE).catch(refusePooler);
    await refuseNewer(migrator);
    await migrateTables(migrator, MIGRATIONS);
    await rebuildWhereDue(migrator);
  } finally {
    await Promise.allSettled([guard.end(), migrator.end()]);
  }
};

/** Prepared in a session that the guard's transaction then takes, where a pooler lends sessions by transaction. */
const PROBE = { name: "surecount_probe", text: "select" };

const refusePooler = (error: unknown): never => {
  if (!lostPrepared(error)) throw error;
  throw new Error(
    "the pooler before it gives each transaction another session, and knows no prepared statements: let it pool sessions, or use PgBouncer 1.21 or newer with max_prepared_statements",
    { cause: error },
  );
};

/** Servers of this version that run already go on; one that starts cannot know what a newer one expects of it. */
const refuseNewer = async (client: pg.Client): Promise<void> => {
  const { rows: found } = await client.query(
    "select to_regclass('drizzle.__drizzle_migrations') is not null as is_there",
  );
  if (!found[0]?.is_there) return;
  const known = new Set(readMigrationFiles({ migrationsFolder: MIGRATIONS }).map(({ hash }) => hash));
  const { rows: applied } = await client.query("select hash from drizzle.__drizzle_migrations");
  if (applied.some(({ hash }) => !known.has(hash)))
    throw new Error(
      "a newer version of Surecount has changed its tables: start that version, or restore a backup from before",
    );
};

const ID = "database_id";

const findId = async (db: Drizzle): Promise<string | undefined> =>
  (await db.select().from(meta).where(eq(meta.name, ID)))[0]?.value;

/** A standby that is away or far behind may come yet; another database would answer with the figures of others. */
const expectSame = async (questions: Drizzle, id: string, log: DatabaseOptions["log"]): Promise<void> => {
  const found = await findId(questions).catch((error: unknown) => {
    log?.warn({ err: causeOf(error) }, "questions cannot be asked at READ_DATABASE_URL yet");
  });
  if (found !== undefined && found !== id) throw new Error("READ_DATABASE_URL leads to another database");
};

/** The id drawn when the database was made: that of the first server that drew one. */
const databaseIdOf = async (db: Drizzle): Promise<string> => {
  if ((await findId(db)) === undefined) {
    const drawn = { name: ID, value: randomBytes(6).toString("hex") };
    await db.insert(meta).values(drawn).onConflictDoNothing();
  }
  const id = await findId(db);
  if (id === undefined) throw new Error("the database has no id");
  return id;
};
