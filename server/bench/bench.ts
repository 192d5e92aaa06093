// Measures the server and its peers, prints a table for each question, saves all figures as JSON, and fails where
// something acknowledged is not stored. npm run bench
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describeMachine, machineText } from "./machine.ts";
import { helpText, OptionError, type Options, parseOptions } from "./options.ts";
import { isWrong, type Table, tableText } from "./table.ts";
import * as batches from "./tables/batches.ts";
import * as singles from "./tables/singles.ts";
import { createWorkshop, type Workshop } from "./workshop.ts";

interface TableMaker {
  readonly title: string;
  readonly run: (workshop: Workshop) => Promise<Table>;
}

const makers: Readonly<Record<string, TableMaker>> = { singles, batches };
const tables = {
  titles: Object.fromEntries(Object.entries(makers).map(([name, { title }]) => [name, title])),
  defaults: Object.keys(makers),
};
const here = fileURLToPath(new URL("../..", import.meta.url));

const runBench = async (options: Options): Promise<0 | 1> => {
  const folder = mkdtempSync(join(options.dir ?? tmpdir(), "surecount-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const machine = describeMachine(folder);
  console.log(`${machineText(machine)}\n`);
  const made: Table[] = [];
  for (const name of options.names) made.push(...(await makeTable(name, { options, folder })));
  saveJson(options, { machine, options, tables: made });
  const isComplete = made.length === options.names.length;
  return isComplete && !made.some(({ checks }) => checks.some(isWrong)) ? 0 : 1;
};

/** A table that fails does not take the others with it; it is shown where it would have stood. */
const makeTable = async (
  name: string,
  { options, folder }: { readonly options: Options; readonly folder: string },
): Promise<readonly Table[]> => {
  const progress = (text: string): void => console.error(`… ${name}: ${text}`);
  const projectDir = resolve(options.server ?? here);
  const workshop = createWorkshop({ options, projectDir, folder: join(folder, name), progress });
  try {
    const table = await makers[name]?.run(workshop);
    if (table === undefined) return [];
    console.log(tableText(table));
    return [table];
  } catch (error) {
    console.log(`## ${name}: FAILED\n\n${error instanceof Error ? error.stack : error}\n`);
    return [];
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

try {
  const options = parseOptions(process.argv.slice(2), tables);
  if (options === "help") console.log(helpText(tables));
  else process.exitCode = await runBench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof OptionError ? 2 : 1;
}
