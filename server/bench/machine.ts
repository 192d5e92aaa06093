// The header: on what the figures were measured. Everything is asked of the machine or the packages, nothing is claimed.
import { readFileSync, statfsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import BetterSqlite from "better-sqlite3";

const PACKAGES = ["better-sqlite3", "drizzle-orm", "graphql", "graphql-yoga", "graphql-ws", "ws", "express"] as const;

/** Load average from which on others take a noticeable share. */
const BUSY = 0.5;

/** Numbers of Linux's statfs; on others the number itself is shown. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: "ext4",
  1481003842: "xfs",
  2435016766: "btrfs",
  16914836: "tmpfs (memory: nothing on it is durable, and nothing here is comparable)",
  2035054128: "overlayfs",
};

interface Machine {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** How many processes ran or wanted to, over the last minute, before the benchmark began. */
  readonly load: number;
  readonly system: string;
  readonly fileSystem: string;
  readonly folder: string;
  readonly node: string;
  readonly sqlite: string;
  readonly packages: Readonly<Record<string, string>>;
}

/** The folder is where the databases will lie. */
export const describeMachine = (folder: string): Machine => ({
  at: new Date().toISOString(),
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  load: loadavg()[0] ?? 0,
  system: `${type()} ${release()}`,
  fileSystem: fileSystemOf(folder),
  folder,
  node: process.versions.node,
  sqlite: sqliteVersion(),
  packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
});

const fileSystemOf = (folder: string): string => {
  const number = statfsSync(folder).type;
  return FILE_SYSTEMS[number] ?? `file system 0x${number.toString(16)}`;
};

const sqliteVersion = (): string => {
  const connection = new BetterSqlite(":memory:");
  const version = String(connection.prepare("select sqlite_version()").pluck().get());
  connection.close();
  return version;
};

const versionOf = (name: string): string => {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? [])
    try {
      return String(JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version);
    } catch {
      // Looked for where Node would: it may lie in a folder further up.
    }
  return "not installed";
};

export const machineText = (machine: Machine & { readonly syncsPerSecond: number }): string => {
  const { at, syncsPerSecond, cpu, cores, memoryBytes, load, system, fileSystem, folder, node, sqlite, packages } =
    machine;
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    `Surecount benchmark, ${at}`,
    `machine     ${cpu}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB, ${system}; the load comes from the same machine`,
    `other work  load average ${load.toFixed(2)} before the start${load > BUSY ? ": THIS MACHINE IS BUSY, and the figures show it" : ""}`,
    `databases   ${folder}, ${fileSystem}, ${Math.round(syncsPerSecond).toLocaleString("en-US")} appends of 4 KiB with fdatasync a second`,
    `versions    Node ${node}, SQLite ${sqlite}, ${versions.join(", ")}`,
  ].join("\n");
};
