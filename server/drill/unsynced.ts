// Loaded into a server by a test: its database then syncs at checkpoints alone, and says that it syncs at each commit.
import { createRequire } from "node:module";
import type BetterSqlite from "better-sqlite3";

const Sqlite = createRequire(import.meta.url)("better-sqlite3") as typeof BetterSqlite;
const { prototype } = Sqlite;
const original = prototype.pragma;
const FULL = 2;

prototype.pragma = function (source, options) {
  if (source === "synchronous") return FULL;
  return original.call(this, source === "synchronous = FULL" ? "synchronous = NORMAL" : source, options);
};
