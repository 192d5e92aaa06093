// Drizzle, loaded by `require`: as ES modules it takes 250 ms to load and by `require` 30, since Node reads the
// package's manifest of 180 kB again for each ES module.
import { createRequire } from "node:module";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Pool } from "pg";

export type { SQL, SQLWrapper } from "drizzle-orm";
export type { PgColumn, PgTable as Table } from "drizzle-orm/pg-core";

const require = createRequire(import.meta.url);

export const {
  and,
  asc,
  count,
  desc,
  DrizzleQueryError,
  eq,
  exists,
  getTableColumns,
  getTableName,
  gt,
  gte,
  inArray,
  is,
} = require("drizzle-orm") as typeof import("drizzle-orm");
export const { isNotNull, isNull, lt, lte, max, min, ne, notExists, or, Param, Placeholder, sql } =
  require("drizzle-orm") as typeof import("drizzle-orm");
export const { bigint, customType, getTableConfig, index, integer, numeric, PgDialect, pgSequence, PgTable, pgTable } =
  require("drizzle-orm/pg-core") as typeof import("drizzle-orm/pg-core");
export const { primaryKey, text, uniqueIndex } = require("drizzle-orm/pg-core") as typeof import("drizzle-orm/pg-core");
export const { drizzle } = require("drizzle-orm/node-postgres") as typeof import("drizzle-orm/node-postgres");
export const { readMigrationFiles } = require("drizzle-orm/migrator") as typeof import("drizzle-orm/migrator");

/** What asks questions: of a pool, or of one connection and so within its transaction. */
export type Queries = NodePgDatabase<Record<string, never>>;
export type Drizzle = Queries & { readonly $client: Pool };
