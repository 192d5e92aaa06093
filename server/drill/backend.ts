// Where the drill's databases are: files in a folder of its own, or databases of a PostgreSQL of its own.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createDatabase } from "../bench/database.ts";
import { startPostgres } from "../bench/postgres.ts";
import { createDisk, type Disk } from "./disk.ts";
import type { BackendKind } from "./points.ts";

/** An empty database. */
export interface Scratch {
  /** As the setting DATABASE_URL. */
  readonly database: string;
  /** The disk on which it is, where that can be filled. */
  readonly disk: Disk | null;
  remove(): void;
}

export interface Backend {
  readonly kind: BackendKind;
  /** The name must be new. Where it may get full and the backend can, it is on a disk that can be filled. */
  createScratch(name: string, options?: { readonly mayGetFull?: boolean }): Promise<Scratch>;
  /** Kills the database's own server and starts it again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export const createBackend = (kind: BackendKind, folder: string): Promise<Backend> | Backend =>
  kind === "sqlite" ? sqliteIn(folder) : postgresBackend();

const sqliteIn = (folder: string): Backend => ({
  kind: "sqlite",
  createScratch: async (name, { mayGetFull = false } = {}) => {
    const home = join(folder, name);
    const disk = mayGetFull ? createDisk(home) : null;
    if (disk === null) mkdirSync(home);
    return {
      ...{ database: join(home, "surecount.db"), disk },
      remove: () => (disk === null ? rmSync(home, { recursive: true, force: true }) : disk.remove()),
    };
  },
  // It has none.
  crash: async () => {},
  stop: async () => {},
});

const postgresBackend = async (): Promise<Backend> => {
  const postgres = await startPostgres();
  return {
    kind: "postgres",
    createScratch: async () => ({ database: (await createDatabase(postgres)).url, disk: null, remove: () => {} }),
    crash: () => postgres.restart("immediate"),
    stop: postgres.stop,
  };
};
