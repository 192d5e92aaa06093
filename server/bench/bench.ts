// Measures the server and its peers, prints a table for each question, saves all figures as JSON, and fails where
// something acknowledged is not stored or was not synced. npm run bench
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { assertSynced, type Durability, durabilityText, observeDurability } from "./durability.ts";
import { describeMachine, machineText } from "./machine.ts";
import { helpText, OptionError, type Options, parseOptions } from "./options.ts";
import { measureSyncs } from "./probe.ts";
import { isWrong, type Table, tableText } from "./table.ts";
import * as aggregations from "./tables/aggregations.ts";
import * as batches from "./tables/batches.ts";
import * as builds from "./tables/builds.ts";
import * as delay from "./tables/delay.ts";
import * as exporting from "./tables/export.ts";
import * as fairness from "./tables/fairness.ts";
import * as fanout from "./tables/fanout.ts";
import * as growth from "./tables/growth.ts";
import * as mix from "./tables/mix.ts";
import * as peers from "./tables/peers.ts";
import * as postgres from "./tables/postgres.ts";
import * as rollups from "./tables/rollups.ts";
import * as singles from "./tables/singles.ts";
import * as socket from "./tables/socket.ts";
import { createWorkshop, type Workshop } from "./workshop.ts";

interface TableMaker {
  readonly title: string;
  readonly run: (workshop: Workshop) => Promise<readonly Table[]>;
}

const usual: Readonly<Record<string, TableMaker>> = {
  ...{ singles, socket, batches, rollups, mix, delay, fairness, fanout, growth, aggregations },
};
const makers: Readonly<Record<string, TableMaker>> = { ...usual, export: exporting, peers, postgres, builds };
const tables = {
  titles: Object.fromEntries(Object.entries(makers).map(([name, { title }]) => [name, title])),
  defaults: Object.keys(usual),
};
const here = fileURLToPath(new URL("../..", import.meta.url));

/** @throws OptionError where the server's project is none. */
const runBench = async (options: Options): Promise<0 | 1> => {
  for (const project of [options.server, options.against])
    if (project !== null && !existsSync(join(project, "server/main.ts")))
      throw new OptionError(`${JSON.stringify(project)} is no checkout of this project: it has no server/main.ts.`);
  mkdirSync(options.dir ?? tmpdir(), { recursive: true });
  const folder = mkdtempSync(join(resolve(options.dir ?? tmpdir()), "surecount-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const machine = { ...describeMachine(folder), syncsPerSecond: measureSyncs(folder) };
  console.log(machineText(machine));
  const made: Table[] = [];
  const failed: string[] = [];
  const work = async (name: string, make: (workshop: Workshop) => Promise<void>): Promise<void> => {
    if (!(await makeOrReport(name, { options, folder, make }))) failed.push(name);
  };
  let durability: readonly Durability[] = [];
  await work("durability", async (workshop) => {
    durability = await observeDurability(workshop);
    console.log(`${durabilityText(durability)}\n`);
    assertSynced(durability);
  });
  for (const name of options.names)
    await work(name, async (workshop) => {
      const tables = (await makers[name]?.run(workshop)) ?? [];
      for (const table of tables) console.log(tableText(table));
      made.push(...tables);
    });
  saveJson(options, { machine, durability, options, tables: made, failed });
  return failed.length === 0 && !made.some(({ checks }) => checks.some(isWrong)) ? 0 : 1;
};

interface Work {
  readonly options: Options;
  readonly folder: string;
  readonly make: (workshop: Workshop) => Promise<void>;
}

/** Whether it was made. A table that fails does not take the others with it; it is shown where it would have stood. */
const makeOrReport = async (name: string, { options, folder, make }: Work): Promise<boolean> => {
  const progress = (text: string): void => console.error(`… ${name}: ${text}`);
  const projectDir = resolve(options.server ?? here);
  const workshop = createWorkshop({ options, projectDir, folder: join(folder, name), progress });
  try {
    await make(workshop);
    return true;
  } catch (error) {
    console.log(`## ${name}: FAILED\n\n${error instanceof Error ? error.stack : error}\n`);
    return false;
  } finally {
    await workshop.close();
  }
};

const saveJson = ({ out }: Options, report: object): void => {
  const file = resolve(out ?? join(here, "data/bench", `${new Date().toISOString().replaceAll(":", "-")}.json`));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`All single measurements are in ${file}`);
};

/** Runs the benchmark. The exit code is 2 where it could not begin. */
export const bench = async (args: readonly string[]): Promise<0 | 1 | 2> => {
  try {
    const options = parseOptions(args, tables);
    if (options !== "help") return await runBench(options);
    console.log(helpText(tables));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error instanceof OptionError ? 2 : 1;
  }
};
