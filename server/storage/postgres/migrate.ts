// Applies what migrations are missing, all of them in one transaction: a server that is killed at any statement leaves the
// tables as they were. It keeps the same account of them as Drizzle's own migrator.
import type pg from "pg";
import { readMigrationFiles } from "./drizzle.ts";

const APPLIED = `"drizzle"."__drizzle_migrations"`;
const CREATE_ACCOUNT = [
  `create schema if not exists "drizzle"`,
  `create table if not exists ${APPLIED} (id serial primary key, hash text not null, created_at bigint)`,
];

/** The client must be nobody else's. A transaction that fails ends with its connection. */
export const migrateTables = async (client: pg.ClientBase, migrationsFolder: string): Promise<void> => {
  for (const sql of CREATE_ACCOUNT) await client.query(sql);
  const { rows } = await client.query(`select max(created_at)::float8 as last from ${APPLIED}`);
  const last = Number(rows[0]?.last ?? 0);
  const missing = readMigrationFiles({ migrationsFolder }).filter(({ folderMillis }) => folderMillis > last);
  if (missing.length === 0) return;
  await client.query("begin");
  for (const { sql, hash, folderMillis } of missing) {
    for (const statement of sql) await client.query(corrected(statement));
    await client.query(`insert into ${APPLIED} ("hash", "created_at") values ($1, $2)`, [hash, folderMillis]);
  }
  await client.query("commit");
};

// A migration that was released is known by the hash of its text, which therefore never changes. This one met values that
// PostgreSQL cannot read out of JSON, a NUL or half of a surrogate pair, where the problem of a failed event repeats
// what a client has sent; of which nothing is needed here.
const UNREADABLE = String.raw`(?<!\\)((?:\\\\)*)\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})`;
const errata: readonly (readonly [wrong: string, right: string])[] = [
  [
    `json_array_elements("failed_events"."problems"::json)`,
    String.raw`json_array_elements(regexp_replace("failed_events"."problems", '${UNREADABLE}', '\1?', 'g')::json)`,
  ],
];

const corrected = (statement: string): string =>
  errata.reduce((text, [wrong, right]) => text.replace(wrong, () => right), statement);
