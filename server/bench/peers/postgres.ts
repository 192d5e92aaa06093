// A PostgreSQL server with its own defaults on an empty folder, from the binaries that the system has.
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type Account, freePort, runProgram, startProgram } from "../program.ts";

export interface Postgres {
  readonly url: string;
  readonly version: string;
  /** Runs SQL and gives what it printed. */
  query(sql: string): string;
  stop(): Promise<void>;
}

/** Where Debian puts them, newest first, and then wherever commands are found. */
const findBinaries = (): string => {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((left, right) => Number(right) - Number(left)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (found === undefined) throw new Error("PostgreSQL is not installed (no initdb)");
  return found;
};

/** It refuses to run as root. */
const accountOf = (): Account => {
  if (process.getuid?.() !== 0) return {};
  const idOf = (kind: string): number => Number(runProgram({ command: "id", args: [kind, "postgres"] }));
  return { uid: idOf("-u"), gid: idOf("-g") };
};

/** @throws Error where it is not installed or does not start. */
export const startPostgres = async (): Promise<Postgres> => {
  const binaries = findBinaries();
  const account = accountOf();
  const folder = mkdtempSync(join(tmpdir(), "surecount-bench-postgres-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
  const options = { ...account, cwd: folder };
  const data = join(folder, "data");
  runProgram({ command: join(binaries, "initdb"), args: ["-D", data, "-A", "trust", "-U", "postgres"], ...options });
  const port = await freePort();
  const query = (sql: string): string => {
    const args = ["-h", "127.0.0.1", "-p", port, "-U", "postgres", "-tAc", sql];
    return runProgram({ command: join(binaries, "psql"), args, ...options }).trim();
  };
  const args = ["-D", data, "-p", port, "-k", folder, "-c", "listen_addresses=127.0.0.1"];
  const server = await startProgram(
    { command: join(binaries, "postgres"), args, ...options },
    async () => query("select 1") === "1",
  );
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    version: query("show server_version"),
    query,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
