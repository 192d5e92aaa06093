// Drizzle, loaded by `require`. As ES modules it takes a thread 250 ms to load, and by `require` 30: for each ES module
// Node reads the package's manifest again, and this one has 180 kB.
import { createRequire } from "node:module";

export type { SQL, SQLWrapper } from "drizzle-orm";
export type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
export type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";

const require = createRequire(import.meta.url);

export const {
  and,
  asc,
  count,
  desc,
  eq,
  exists,
  getTableColumns,
  getTableName,
  gt,
  gte,
  inArray,
  is,
  isNotNull,
  isNull,
} = require("drizzle-orm") as typeof import("drizzle-orm");
export const { lt, lte, max, min, ne, notExists, or, Param, Placeholder, sql } =
  require("drizzle-orm") as typeof import("drizzle-orm");
export const { blob, getTableConfig, index, integer, primaryKey, sqliteTable, text, uniqueIndex } =
  require("drizzle-orm/sqlite-core") as typeof import("drizzle-orm/sqlite-core");
export const { drizzle } = require("drizzle-orm/better-sqlite3") as typeof import("drizzle-orm/better-sqlite3");
export const { migrate } =
  require("drizzle-orm/better-sqlite3/migrator") as typeof import("drizzle-orm/better-sqlite3/migrator");
export const { readMigrationFiles } = require("drizzle-orm/migrator") as typeof import("drizzle-orm/migrator");
