// PostgreSQL for tests: each test file that asks for a database gets a server of its own (0.4 s), which ends with the
// file's process. So no file feels what another does to its server. Tests that restart one start it by startPostgres.
import { randomBytes } from "node:crypto";
import pg from "pg";
import { type Postgres, startPostgres } from "../bench/postgres.ts";
import { findPostgres } from "../bench/postgres-binaries.ts";

/** Where it is false, tests that need PostgreSQL are left out, which services.test.ts says. */
export const hasPostgres = findPostgres() !== null;

let shared: Promise<Postgres> | undefined;

/**
 * Nothing in it grows old enough to be tidied up; what is dropped with the server need not be. Nobody ends it but with its
 * data, and what a process has written survives that process in any case: only where power fails would it be missed.
 */
const SETTINGS = { autovacuum: "off", fsync: "off", full_page_writes: "off" };

/** The URL of a new, empty database. @throws Error where PostgreSQL does not start. */
export const createDatabase = async (): Promise<string> => {
  shared ??= startPostgres({ settings: SETTINGS });
  return createDatabaseOn(await shared);
};

/** The URL of a new, empty database on this PostgreSQL, as its owner, who may do nothing else. Both have one name. */
export const createDatabaseOn = async ({ url }: Pick<Postgres, "url">): Promise<string> => {
  const name = `surecount_${randomBytes(6).toString("hex")}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create role ${name} login`);
    // Copied as files, which takes a third of the time that writing each page to the log of transactions does.
    await client.query(`create database ${name} owner ${name} strategy file_copy`);
  } finally {
    await client.end();
  }
  return Object.assign(new URL(url), { username: name, pathname: name }).href;
};
