// Loaded into a server by --import, before its own code and in each of its threads: watches the statements that go to
// the database's driver, and kills the process at the point that the drill has written into a file. So the server
// itself has no switch for it.
import { existsSync, readFileSync, rmSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type BetterSqlite from "better-sqlite3";
import type { Statement } from "better-sqlite3";
import type pg from "pg";
import {
  type BackendKind,
  backendVariable,
  fullFileVariable,
  lastWords,
  pointNames,
  pointOf,
  type Shot,
  type Spot,
  shotFileVariable,
  TOO_LATE,
} from "./points.ts";

const require = createRequire(import.meta.url);
const backend = process.env[backendVariable] as BackendKind;
const shotFile = process.env[shotFileVariable] ?? "";
const fullFile = process.env[fullFileVariable];
const STDERR = 2;

/** The last shot that the drill has written, with its spot. */
let aimed: { readonly shot: Shot; readonly spot: Spot; passes: number } | null = null;
let shooter: { shoot(delayMs: number): void } | null = null;

/** Whether any point is passed by this statement: only then is it worth looking into the file. */
const isWatched = ((known: Map<string, boolean>) => (sql: string) => {
  const found = known.get(sql);
  if (found !== undefined) return found;
  const isAny = pointNames.some((name) => pointOf(name)[backend]?.sql.test(sql));
  known.set(sql, isAny);
  return isAny;
})(new Map());

/** The spot that is passed now, where the time has come. */
const spotAt = (sql: string): { readonly spot: Spot; readonly shot: Shot } | null => {
  if (!isWatched(sql)) return null;
  if (existsSync(shotFile)) aimed = readShot();
  if (aimed === null || !aimed.spot.sql.test(sql)) return null;
  aimed.passes += 1;
  return aimed.passes === aimed.shot.pass ? aimed : null;
};

/** Takes it away, so that the drill can see that it is loaded, and write another. */
const readShot = (): typeof aimed => {
  const shot = JSON.parse(readFileSync(shotFile, "utf8")) as Shot;
  rmSync(shotFile);
  const spot = pointOf(shot.point)[backend];
  if (spot === undefined) return null;
  if (spot.when === "within") shooter = startShooter();
  return { shot, spot, passes: 0 };
};

/** Ends the process now. The kernel does it before the call returns. */
const die = ({ point }: Shot): void => {
  writeSync(STDERR, lastWords(point));
  process.kill(process.pid, "SIGKILL");
};

/** A thread that kills the process while this one is inside the driver. It is ready when this returns. */
const startShooter = () => {
  const [state, delayMicros] = [0, 1];
  const [isStarting, isReady, isAsked, isCounting] = [0, 1, 2, 3];
  const signals = new Int32Array(new SharedArrayBuffer(8));
  // Counts without sleeping: to be woken would take longer than what it is to hit.
  const code = `
    const { workerData: signals } = require("node:worker_threads");
    const become = (state) => { Atomics.store(signals, ${state}, state); Atomics.notify(signals, ${state}); };
    become(${isReady});
    Atomics.wait(signals, ${state}, ${isReady});
    const startedAt = performance.now();
    become(${isCounting});
    while (performance.now() - startedAt < signals[${delayMicros}] / 1000);
    process.kill(process.pid, "SIGKILL");`;
  new Worker(code, { eval: true, execArgv: [], workerData: signals }).unref();
  Atomics.wait(signals, state, isStarting);
  return {
    /** Returns when the time runs. */
    shoot: (delayMs: number): void => {
      Atomics.store(signals, delayMicros, Math.round(delayMs * 1000));
      Atomics.store(signals, state, isAsked);
      Atomics.notify(signals, state);
      Atomics.wait(signals, state, isAsked);
    },
  };
};

const shootWithin = (shot: Shot, work: () => unknown): void => {
  writeSync(STDERR, lastWords(shot.point));
  shooter?.shoot(shot.delayMs);
  work();
  writeSync(STDERR, TOO_LATE);
  process.kill(process.pid, "SIGKILL");
};

const watchSqlite = (): void => {
  const Sqlite = require("better-sqlite3") as typeof BetterSqlite;
  // What a commit says when its pages do not find room in the log.
  const diskFull = (): Error => new Sqlite.SqliteError("database or disk is full", "SQLITE_FULL");
  const probe = new Sqlite(":memory:");
  const prototype = Object.getPrototypeOf(probe.prepare("select 1")) as Statement;
  probe.close();
  for (const method of ["run", "get", "all"] as const) {
    const original: (this: Statement, ...values: unknown[]) => unknown = prototype[method];
    const watched: typeof original = function (...values) {
      const { source, database } = this;
      if (database.readonly) return original.apply(this, values);
      if (fullFile !== undefined && /^commit$/i.test(source) && existsSync(fullFile)) throw diskFull();
      const { shot, spot } = spotAt(source) ?? {};
      if (shot === undefined || spot === undefined) return original.apply(this, values);
      if (spot.when === "before") die(shot);
      if (spot.when === "within" && spot.next === undefined) shootWithin(shot, () => original.apply(this, values));
      const result = original.apply(this, values);
      if (spot.next !== undefined) shootWithin(shot, () => database.exec(spot.next ?? ""));
      die(shot);
      return result;
    };
    Object.assign(prototype, { [method]: watched });
  }
};

type Query = (this: pg.Client, ...args: unknown[]) => unknown;

const watchPostgres = (): void => {
  const { Client } = require("pg") as typeof pg;
  const prototype = Client.prototype as unknown as { query: Query };
  const original = prototype.query;
  prototype.query = function (...args) {
    const [first] = args;
    const sql = typeof first === "string" ? first : String((first as { text?: unknown } | undefined)?.text ?? "");
    const { shot, spot } = spotAt(sql) ?? {};
    if (shot === undefined || spot === undefined) return original.apply(this, args);
    if (spot.when === "before") die(shot);
    const answered = original.apply(this, args);
    if (answered instanceof Promise) void answered.then(() => die(shot));
    return answered;
  };
};

if (backend === "sqlite") watchSqlite();
else watchPostgres();
