// PgBouncer for tests, which lends the connections of a PostgreSQL to more clients than that would take.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { putOnLeash } from "../bench/leash.ts";
import { queryOnce } from "../bench/postgres.ts";
import { postgresAccount } from "../bench/postgres-binaries.ts";
import { freePort } from "../bench/program.ts";
import { temporaryFolder } from "./temporary.ts";

// Debian's is in a folder that is not on everybody's path.
const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
const program = folders.map((folder) => join(folder, "pgbouncer")).find((path) => existsSync(path));

/** Where it is false, tests that need PgBouncer are left out, which services.test.ts says. */
export const hasPgBouncer = program !== undefined;

/** Whether it can carry prepared statements from session to session. */
export const knowsPrepared = (): boolean => {
  const said = spawnSync(program ?? "", ["--version"], { encoding: "utf8" }).stdout;
  return Number(/PgBouncer 1\.(\d+)/.exec(said)?.[1]) >= 21;
};

export interface PgBouncer {
  /** Of the database, through it. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it before a database. @throws Error where it does not serve. */
export const startPgBouncer = async (
  database: string,
  settings: Readonly<Record<string, string>>,
): Promise<PgBouncer> => {
  const { hostname, port, username, pathname } = new URL(database);
  const account = postgresAccount();
  const folder = temporaryFolder();
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const listenPort = await freePort();
  const pidFile = join(folder, "pid");
  const all = {
    ...{ listen_addr: "127.0.0.1", listen_port: listenPort, unix_socket_dir: "", pidfile: pidFile },
    ...{ auth_type: "trust", auth_file: file("users", `"${username}" ""\n`) },
    ...{ ignore_startup_parameters: "statement_timeout", ...settings },
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const databases = `${pathname.slice(1)} = host=${hostname} port=${port}`;
  const ini = file("ini", ["[databases]", databases, "[pgbouncer]", ...lines, ""].join("\n"));
  putOnLeash({ ownerPid: process.pid, pidFile, signal: "KILL", folder });
  const child = spawn(program ?? "", ["-q", ini], { ...account, cwd: folder, stdio: "ignore" });
  const url = Object.assign(new URL(database), { port: listenPort }).href;
  await untilItServes(child, url);
  return {
    url,
    stop: async () => {
      if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
    },
  };
};

const untilItServes = async (child: ChildProcess, url: string): Promise<void> => {
  while (child.exitCode === null) {
    const isServing = await queryOnce(url, "select").then(
      () => true,
      () => false,
    );
    if (isServing) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("PgBouncer does not start.");
};
