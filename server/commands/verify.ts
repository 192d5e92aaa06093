// verify and checkpoint: what proves that the database says what it said, and what that can be held against.
import { readFileSync, writeFileSync } from "node:fs";
import { type CommandOptions, UsageError } from "../cli.ts";
import { describeDatabase, readConfig } from "../config.ts";
import { tellStep } from "../progress.ts";
import { openVerifySource } from "../upkeep.ts";
import { checkpointOf, checkpointText, parseCheckpoint } from "../verify/checkpoint.ts";
import { verifyLines } from "../verify/report.ts";
import { verifyDatabase } from "../verify/verify.ts";

/** Verifies the database of the settings; the exit code says whether everything is as it should be. */
export const verify = async ({ checkpoint: checkpointFile }: CommandOptions<"verify">): Promise<void> => {
  const { database } = readConfig(process.env);
  const checkpoint = checkpointFile === undefined ? null : parseCheckpoint(readText(checkpointFile));
  const name = describeDatabase(database);
  tellStep(process.stderr, `Verifying ${name}`, { step: "begin", database: name });
  const startedAt = performance.now();
  const source = await openVerifySource(database);
  try {
    const report = await verifyDatabase({ source, checkpoint, output: process.stderr });
    for (const line of verifyLines(report, (performance.now() - startedAt) / 1000)) console.log(line);
    process.exitCode = report.count === 0 ? 0 : 1;
  } finally {
    await source.close();
  }
};

/** Prints or writes what `verify` can be held against later. */
export const checkpoint = async ({ out }: CommandOptions<"checkpoint">): Promise<void> => {
  const source = await openVerifySource(readConfig(process.env).database);
  try {
    const text = checkpointText(await checkpointOf(source));
    if (out === undefined) process.stdout.write(text);
    else writeText(out, text);
  } finally {
    await source.close();
  }
};

const readText = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`The file ${JSON.stringify(file)} cannot be read.`);
  }
};

const writeText = (file: string, text: string): void => {
  try {
    writeFileSync(file, text);
  } catch {
    throw new UsageError(`The file ${JSON.stringify(file)} cannot be written.`);
  }
};
