// A real PostgreSQL on a folder of its own, for the benchmark and for tests, which may restart and kill it.
import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { putOnLeash } from "./leash.ts";
import { findPostgres, postgresAccount, preparePostgres } from "./postgres-binaries.ts";
import { type Account, freePort } from "./program.ts";

/** How it ends: `fast` closes every connection in order, `immediate` as a crash would. */
type Ending = "fast" | "immediate";

export interface Postgres {
  readonly url: string;
  readonly port: number;
  readonly version: string;
  /** Runs SQL on a connection of its own. @throws Error where there is none, or of the SQL. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Ends it and starts it again on the same port and data. */
  restart(ending: Ending): Promise<void>;
  /** Ends it as a crash would; its data stay. */
  kill(): Promise<void>;
  /** Starts it again after `kill`. */
  start(): Promise<void>;
  /** Another PostgreSQL that follows this one and can be read; `select pg_promote()` makes it a primary. Restarts this one. */
  replicate(): Promise<Postgres>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

interface PostgresOptions {
  /** Settings beyond the defaults, such as `max_connections`. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface Place {
  readonly folder: string;
  readonly binaries: string;
  readonly account: Account;
}

const START_LIMIT_SECONDS = 60;
/** Case and accents count, as in most databases, so that a query that relies on the order of bytes is found out. */
const INITDB = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--locale-provider=icu"];

/** @throws Error where it is not installed or does not start. */
export const startPostgres = async (options: PostgresOptions = {}): Promise<Postgres> => {
  const place = preparePlace();
  await makeData(place);
  return startServer(place, options);
};

const CACHE = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));

/** Made once for each version and copied from then on, which takes a tenth of the time. */
const makeData = async (place: Place): Promise<void> => {
  const data = join(place.folder, "data");
  const version = (await run(place, "initdb", ["--version"])).trim().replaceAll(/[^\w.]+/g, "-");
  const template = join(CACHE, version);
  if (existsSync(template)) return copyFolder(template, data);
  await run(place, "initdb", [...INITDB, "--icu-locale=en-US", "--no-sync", "-D", data]);
  const draft = `${template}-${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  await copyFolder(data, draft);
  // Somebody else may have been faster, and has left the same.
  await rename(draft, template).catch(() => rm(draft, { recursive: true }));
};

/** With its owners. Not as the account that runs PostgreSQL: it may not reach the folder of the project. */
const copyFolder = async (from: string, to: string): Promise<void> => {
  await promisify(execFile)("cp", ["-a", from, to]);
};

const preparePlace = (): Place => {
  const found = findPostgres();
  if (found === null) throw new Error("PostgreSQL is not installed (no initdb).");
  const account = postgresAccount();
  const folder = mkdtempSync(join(tmpdir(), "surecount-postgres-"));
  const binaries = preparePostgres(found, account, folder);
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
  return { folder, binaries, account };
};

/** Runs one of its programs, and gives what it wrote. @throws Error with what it said where it fails. */
const run = async ({ folder, binaries, account }: Place, program: string, args: readonly string[]): Promise<string> =>
  (await promisify(execFile)(join(binaries, program), args, { ...account, cwd: folder })).stdout;

const startServer = async (place: Place, { settings = {} }: PostgresOptions): Promise<Postgres> => {
  const { folder } = place;
  const data = join(folder, "data");
  const port = Number(await freePort());
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const all = { ...settings, port, listen_addresses: "127.0.0.1", unix_socket_directories: folder };
  const flags = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
  const log = join(folder, "log");
  const control = async (command: string, ...args: readonly string[]): Promise<void> => {
    await run(place, "pg_ctl", [command, "-D", data, "-w", "-t", String(START_LIMIT_SECONDS), ...args]);
  };
  const start = (): Promise<void> =>
    control("start", "-l", log, "-o", flags.join(" ")).catch((cause: unknown) => {
      const said = existsSync(log) ? readFileSync(log, "utf8").slice(-1_000) : "";
      throw new Error(`PostgreSQL did not start: ${said}`, { cause });
    });
  const end = (ending: Ending): Promise<void> => control("stop", "-m", ending);
  const query: Postgres["query"] = (sql, values) => queryOnce(url, sql, values);
  putOnLeash({ ownerPid: process.pid, pidFile: join(data, "postmaster.pid"), signal: "QUIT", folder });
  await start();
  return {
    ...{ url, port, query, start },
    version: String((await query("show server_version"))[0]?.server_version),
    restart: async (ending) => {
      await end(ending);
      await start();
    },
    kill: () => end("immediate"),
    replicate: async () => {
      const replica = preparePlace();
      await end("fast");
      await copyData(data, replica, port);
      await start();
      return startServer(replica, { settings });
    },
    stop: async () => {
      await end("immediate").catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Gives the replica the data of a primary that has ended in order, and the primary's port. */
const copyData = async (data: string, { folder, account }: Place, port: number): Promise<void> => {
  const copy = join(folder, "data");
  await promisify(execFile)("cp", ["-a", data, copy], { ...account, cwd: folder });
  writeFileSync(join(copy, "standby.signal"), "");
  writeFileSync(join(copy, "postgresql.auto.conf"), `primary_conninfo = 'host=127.0.0.1 port=${port} user=postgres'\n`);
};

/** Runs SQL on a connection of its own. @throws Error where there is none, or of the SQL. */
export const queryOnce = async (
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  // The query is rejected as well; without a listener the end of a connection would end the process.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql, [...values])).rows;
  } finally {
    await client.end();
  }
};
