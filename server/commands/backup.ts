// backup and restore: what came of it is a sentence on a terminal, else a line of JSON.
import { constants, setPriority } from "node:os";
import { discard, unfinishedOf } from "../backup/files.ts";
import { reportLine } from "../backup/report.ts";
import { type CommandOptions, UsageError } from "../cli.ts";
import { describeDatabase, readConfig } from "../config.ts";
import { BackupRefused } from "../storage/backup.ts";
import { backupDatabase, restoreDatabase } from "../upkeep.ts";
import { isTold, messageOf } from "./complaint.ts";

const DEFAULT_RATE = "50";
const MEGABYTE = 1_000_000;

/** Makes a backup of the database of the settings. */
export const backup = async ({ file, rate = DEFAULT_RATE }: CommandOptions<"backup">): Promise<void> => {
  const { database } = readConfig(process.env);
  if (!/^[1-9]\d{0,4}$/.test(rate))
    throw new UsageError("--rate must be a whole number of megabytes a second, from 1 to 99999.");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      discard(unfinishedOf(file));
      process.exit(1);
    });
  const bytesPerSecond = Number(rate) * MEGABYTE;
  // Who serves has the first claim on the processor.
  const onCopied = (): void => setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const making = backupDatabase({ database, file, bytesPerSecond, onCopied, output: process.stderr });
  const report = await making.catch(refusedAs("The backup was not made"));
  console.log(process.stdout.isTTY ? reportLine(report, `Backed up to ${file}:`) : JSON.stringify(report));
};

export const restore = async ({ file, replace }: CommandOptions<"restore">): Promise<void> => {
  const { database, partitionLength } = readConfig(process.env);
  const restoring = restoreDatabase({
    database,
    file,
    replace: replace === true,
    partitionLength,
    output: process.stderr,
  });
  const report = await restoring.catch(refusedAs("The backup was not restored"));
  const words = `Restored to ${describeDatabase(database)}:`;
  console.log(process.stdout.isTTY ? reportLine(report, words) : JSON.stringify(report));
};

/** Says of a fault what it was that failed; a refusal says that itself. */
const refusedAs =
  (what: string) =>
  (error: unknown): never => {
    if (!(error instanceof Error) || isTold(error)) throw error;
    throw new BackupRefused(`${what}: ${messageOf(error)}`, { cause: error });
  };
