// A database of its own on a PostgreSQL that several share.
import { randomBytes } from "node:crypto";
import { type Postgres, queryOnce } from "./postgres.ts";

export type Database = Pick<Postgres, "url" | "query">;

/** Makes a new, empty database. */
export const createDatabase = async ({ url, query }: Database): Promise<Database> => {
  const name = `surecount_${randomBytes(6).toString("hex")}`;
  await query(`create database ${name}`);
  const own = Object.assign(new URL(url), { pathname: name }).href;
  return { url: own, query: (sql, values) => queryOnce(own, sql, values) };
};

/** What the server says about when a commit is on disk. */
export const durabilityOf = async ({ query }: Pick<Database, "query">): Promise<string> => {
  const settings = ["fsync", "synchronous_commit"];
  const shown = settings.map(async (name) => `${name}=${(await query(`show ${name}`))[0]?.[name]}`);
  return (await Promise.all(shown)).join(", ");
};
