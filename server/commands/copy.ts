// Copies the database of the settings into PostgreSQL; the exit code says whether both sides are equal.
import { copyToPostgres } from "../app.ts";
import type { CommandOptions } from "../cli.ts";
import { ConfigError, describeDatabase, readConfig, readPostgresUrl } from "../config.ts";
import { tellStep } from "../progress.ts";
import { CopyRefused } from "../storage/copy.ts";
import { isEqual } from "../transfer/copy.ts";
import { reportLines } from "../transfer/report.ts";
import { isTold, messageOf, reasonOf } from "./complaint.ts";

export const copy = async ({ to }: CommandOptions<"copy">): Promise<void> => {
  const { database, partitionLength } = readConfig(process.env);
  const url = readPostgresUrl("--to", to);
  if (database.kind !== "sqlite")
    throw new ConfigError("DATABASE_URL names the database to copy, and must be the path of a SQLite file.");
  const { file } = database;
  const startedAt = performance.now();
  const target = describeDatabase({ kind: "postgres", url });
  tellStep(process.stderr, `Copying ${file} to ${target}`, { step: "begin", from: file, to: target });
  const copying = copyToPostgres({ file, url, partitionLength, output: process.stderr });
  const report = await copying.catch((error: unknown) => {
    if (isTold(error)) throw new CopyRefused(messageOf(error), { cause: error });
    throw new CopyRefused(
      `The copy stopped: ${reasonOf(error)}. Run the same command again: it goes on where it stopped.`,
      { cause: error },
    );
  });
  for (const line of reportLines(report, (performance.now() - startedAt) / 1000)) console.log(line);
  process.exitCode = isEqual(report) ? 0 : 1;
};
