// PostgreSQL for tests: each test file that asks for a database gets a server of its own (0.4 s), which ends with the
// file's process. So no file feels what another does to its server. Tests that restart one start it by startPostgres.
import { randomBytes } from "node:crypto";
import { type Postgres, startPostgres } from "../bench/postgres.ts";
import { findPostgres } from "../bench/postgres-binaries.ts";

/** Where it is false, tests that need PostgreSQL are left out, which services.test.ts says. */
export const hasPostgres = findPostgres() !== null;

let shared: Promise<Postgres> | undefined;

/** The URL of a new, empty database. @throws Error where PostgreSQL does not start. */
export const createDatabase = async (): Promise<string> => {
  // Nothing in it grows old enough to be tidied up; what is dropped with the server need not be.
  shared ??= startPostgres({ settings: { autovacuum: "off" } });
  return createDatabaseOn(await shared);
};

/** The URL of a new, empty database on this PostgreSQL, as its owner, who may do nothing else. Both have one name. */
export const createDatabaseOn = async ({ url, query }: Postgres): Promise<string> => {
  const name = `surecount_${randomBytes(6).toString("hex")}`;
  await query(`create role ${name} login`);
  await query(`create database ${name} owner ${name}`);
  return Object.assign(new URL(url), { username: name, pathname: name }).href;
};
