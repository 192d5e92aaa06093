// What is done to a database besides serving it: backups, restoring them, bringing it up to date, copying it, its tokens.
// Like app.ts it names the concrete backends.
import { makeBackup } from "./backup/backup.ts";
import { runBackup } from "./backup/child.ts";
import { openBackupFolder } from "./backup/folder.ts";
import { type BackupReport, createSteps } from "./backup/report.ts";
import { type RestoreReport, restoreIntoFile, restoreIntoRows } from "./backup/restore.ts";
import { backupOfRows } from "./backup/rows.ts";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";
import type { Output } from "./progress.ts";
import type { BackupSource } from "./storage/backup.ts";
import type { RebuildReport, RecountWatch } from "./storage/rollup-recount.ts";
import type { Storage } from "./storage/storage.ts";
import type { TokenStore } from "./storage/tokens.ts";
import type { VerifySource } from "./storage/verification.ts";
import { type CopyReport, copyDatabase, isEqual } from "./transfer/copy.ts";
import { type BackupWatch, createBackupWatch } from "./watch/backups.ts";
import { createBackupWorker } from "./workers/backup.ts";
import type { Around, Worker } from "./workers/worker.ts";

type Database = Config["database"];

/** Opens a database to look at it. @throws VerifyRefused, Unreadable, and Error where it cannot be reached. */
export const openVerifySource = async (database: Database): Promise<VerifySource> => {
  if (database.kind === "sqlite")
    return (await import("./storage/sqlite/verify-source.ts")).openVerifySource(database.file);
  return (await import("./storage/postgres/verify-source.ts")).openVerifySource(database.url);
};

const openFile = (file: string): Promise<VerifySource> => openVerifySource({ kind: "sqlite", file });

interface BackupOptions {
  readonly database: Database;
  readonly file: string;
  readonly bytesPerSecond: number;
  /** Called when what is left to do may take its time. */
  readonly onCopied?: () => void;
  /** Takes the progress. */
  readonly output: Output;
}

/** Makes a backup beside the servers that run. @throws BackupRefused, VerifyRefused, and whatever interrupts it. */
export const backupDatabase = ({ database, output, ...options }: BackupOptions): Promise<BackupReport> =>
  makeBackup({
    ...{ ...options, openVerify: openFile, steps: createSteps(output) },
    openSource: async () => {
      // What could not be verified later is refused now.
      await (await openVerifySource(database)).close();
      return openSource(database);
    },
  });

const openSource = async (database: Database): Promise<BackupSource> => {
  if (database.kind === "sqlite")
    return (await import("./storage/sqlite/backup-source.ts")).openBackupSource(database.file);
  const [{ openRowSource }, { createRowFile }] = await Promise.all([
    import("./storage/postgres/row-source.ts"),
    import("./storage/sqlite/row-file.ts"),
  ]);
  return backupOfRows(await openRowSource(database.url), createRowFile);
};

interface RestoreOptions extends Pick<Config, "database" | "partitionLength"> {
  readonly file: string;
  /** Whether a SQLite file that is there may be put aside. */
  readonly replace: boolean;
  readonly output: Output;
}

/** Restores a backup. @throws BackupRefused, CopyRefused, VerifyRefused, and whatever interrupts it. */
export const restoreDatabase = async (options: RestoreOptions): Promise<RestoreReport> => {
  const { database, file, replace, partitionLength, output } = options;
  const steps = createSteps(output);
  if (database.kind === "sqlite") {
    const { openRestorePlace } = await import("./storage/sqlite/restore-place.ts");
    const openPlace = () => openRestorePlace({ file: database.file, replace, now: () => Date.now() * 1000 });
    return restoreIntoFile({ file, openPlace, openVerify: openFile, steps });
  }
  const copy = () => copyInto({ file, url: database.url, partitionLength, output: steps.output });
  return restoreIntoRows({ file, openVerify: openFile, copy, openTarget: () => openVerifySource(database), steps });
};

interface CopyOptions extends Pick<Config, "partitionLength"> {
  readonly file: string;
  readonly url: string;
  readonly output: Output;
}

const copyInto = async ({ file, url, partitionLength, output }: CopyOptions): Promise<boolean> => {
  const [{ openBackupToCopy }, { openCopyTarget }] = await Promise.all([
    import("./storage/sqlite/copy-source.ts"),
    import("./storage/postgres/copy-target.ts"),
  ]);
  const source = openBackupToCopy(file);
  try {
    const target = await openCopyTarget({ url, partitionLength });
    return isEqual(await copyDatabase({ source, target, output }).finally(target.close));
  } finally {
    source.close();
  }
};

/** Brings the tables of a database up to date, as a server does when it starts. @throws Error where that cannot be. */
export const migrateDatabase = async (database: Database): Promise<void> => {
  if (database.kind === "sqlite") return (await import("./storage/sqlite/upgrade.ts")).bringUpToDate(database.file);
  const [{ createAddresses }, { migrateSomewhere, toOpeningError }] = await Promise.all([
    import("./storage/postgres/addresses.ts"),
    import("./storage/postgres/database.ts"),
  ]);
  await migrateSomewhere(createAddresses(database.url)).catch((error: unknown) => {
    throw toOpeningError(error);
  });
};

interface ScheduleDeps {
  readonly config: Pick<Config, "database" | "backupFolder" | "backupEverySeconds" | "backupsKept">;
  readonly storage: Pick<Storage, "leases" | "databaseId">;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

export interface Backups {
  readonly figures: BackupWatch["figures"];
  /** Begins to make them. */
  start(around: Around): Worker;
}

/** The backups that this server makes by itself; null where none are asked for. */
export const createBackups = ({ config, storage, now, log }: ScheduleDeps): Backups | null => {
  const { database, backupFolder, backupEverySeconds: everySeconds, backupsKept: kept } = config;
  if (backupFolder === null) return null;
  const folder = openBackupFolder(backupFolder, storage.databaseId);
  const watch = createBackupWatch({ everySeconds, look: folder.look });
  const databaseUrl = database.kind === "sqlite" ? database.file : database.url;
  return {
    figures: watch.figures,
    start: (around) =>
      createBackupWorker({
        ...{ storage, everySeconds, kept, folder, now, log, around, onAttempt: watch.record },
        run: (file, signal) => runBackup({ databaseUrl, file, signal }),
      }),
  };
};

/** Opens the tokens of a database, beside its servers or without. @throws Error where that is not possible. */
export const openTokenStore = async (
  database: Config["database"],
): Promise<{ readonly store: TokenStore; readonly close: () => Promise<void> }> => {
  if (database.kind === "sqlite")
    return (await import("./storage/sqlite/token-access.ts")).openTokenStore(database.file);
  return (await import("./storage/postgres/token-access.ts")).openTokenStore(database.url);
};

interface MoveDeps {
  /** The SQLite file. */
  readonly file: string;
  /** The PostgreSQL database. */
  readonly url: string;
  readonly partitionLength: Config["partitionLength"];
  /** Takes the progress. */
  readonly output: Output;
}

/** Copies a SQLite database into PostgreSQL. @throws CopyRefused where that must not be, Error where it is interrupted. */
export const copyToPostgres = async ({ file, url, partitionLength, output }: MoveDeps): Promise<CopyReport> => {
  const [{ openCopySource }, { openCopyTarget }] = await Promise.all([
    import("./storage/sqlite/copy-source.ts"),
    import("./storage/postgres/copy-target.ts"),
  ]);
  const source = openCopySource(file);
  try {
    const target = await openCopyTarget({ url, partitionLength });
    return await copyDatabase({ source, target, output }).finally(target.close);
  } finally {
    source.close();
  }
};

/** Counts the rollups of a database anew. @throws Error where it cannot be opened, or a server has the SQLite file. */
export const rebuildRollups = async (database: Config["database"], watch: RecountWatch): Promise<RebuildReport> => {
  if (database.kind === "sqlite")
    return (await import("./storage/sqlite/rollup-rebuild.ts")).rebuildRollupsOf(database.file, watch);
  return (await import("./storage/postgres/rollup-rebuild.ts")).rebuildRollupsOf(database.url, watch);
};
