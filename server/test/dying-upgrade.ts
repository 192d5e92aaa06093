// Brings a database up to date and dies by SIGKILL at the statement with this number, counted from 1; ends in order where
// there are fewer. Usage: node server/start.js server/test/dying-upgrade.ts FILE|URL NUMBER
import { createRequire } from "node:module";
import type BetterSqlite from "better-sqlite3";
import type pg from "pg";

const require = createRequire(import.meta.url);
const [place = "", number = ""] = process.argv.slice(2);
let left = Number(number);

/** Called before each statement. */
const pass = (): void => {
  left -= 1;
  if (left === 0) process.kill(process.pid, "SIGKILL");
};

type Method = (this: unknown, ...args: unknown[]) => unknown;

const watch = (prototype: object, ...methods: readonly string[]): void => {
  const of = prototype as Record<string, Method>;
  for (const name of methods) {
    const original = of[name];
    if (original === undefined) throw new Error(`There is no ${name} to watch.`);
    of[name] = function (...args) {
      pass();
      return original.apply(this, args);
    };
  }
};

if (place.startsWith("postgres:")) {
  watch((require("pg") as typeof pg).Client.prototype, "query");
  const { migrateDatabase } = await import("../upkeep.ts");
  await migrateDatabase({ kind: "postgres", url: place });
} else {
  const Sqlite = require("better-sqlite3") as typeof BetterSqlite;
  const probe = new Sqlite(":memory:");
  watch(Object.getPrototypeOf(probe.prepare("select 1")), "run", "get", "all");
  watch(Object.getPrototypeOf(probe), "exec");
  probe.close();
  // Without what else is done to databases, which takes as long to load as all of this to run.
  (await import("../storage/sqlite/upgrade.ts")).bringUpToDate(place);
}
