// migrate and rebuild-rollups: what is put right in the tables themselves.
import { rebuildRollups } from "../app.ts";
import { describeDatabase, readConfig } from "../config.ts";
import { tellStep } from "../progress.ts";
import { createProgress, type Progress } from "../transfer/progress.ts";
import { migrateDatabase } from "../upkeep.ts";
import { rebuildLines } from "../verify/rebuild.ts";

export const migrate = async (): Promise<void> => {
  const { database } = readConfig(process.env);
  await migrateDatabase(database);
  console.log(`The tables of ${describeDatabase(database)} are up to date.`);
};

/** Puts the rollups right; the exit code is that of success whether anything differed or not. */
export const rebuild = async (): Promise<void> => {
  const { database } = readConfig(process.env);
  const name = describeDatabase(database);
  tellStep(process.stderr, `Counting the rollups of ${name}`, { step: "begin", database: name });
  const startedAt = performance.now();
  let progress: Progress | null = null;
  const report = await rebuildRollups(database, {
    begin: (total) => {
      progress = createProgress({ output: process.stderr, work: "counting", total });
    },
    add: (events) => progress?.add(events, "normalized_events"),
  }).finally(() => progress?.close());
  for (const line of rebuildLines(report, (performance.now() - startedAt) / 1000)) console.log(line);
};
