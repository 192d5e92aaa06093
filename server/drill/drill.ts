// The crash drill: proves that nothing acknowledged is lost and nothing counted twice, by killing real servers in the
// midst of real clients. npm start -- drill
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { groupedText } from "../demo/exact.ts";
import type { Output } from "../progress.ts";
import { type Backend, createBackend } from "./backend.ts";
import { commandOf, help, type Options, parseOptions } from "./options.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type Round, startRound } from "./round.ts";
import { observeSyncs } from "./synced.ts";
import { createTally, killsText, type Tally } from "./tally.ts";

/** After so many a new database is made, so that no drill grows, however long it lasts. */
const CYCLES_PER_ROUND = 8;
const MAX_SHOWN = 20;
const here = fileURLToPath(new URL("../..", import.meta.url));

interface DrillDeps {
  readonly args: readonly string[];
  readonly output: Output;
  /** The folder of the project whose servers are killed. */
  readonly projectDir?: string;
}

/** Runs the drill. The exit code is 0 where all holds, 1 where something does not, 2 where it could not begin. */
export const runDrill = async ({ args, output, projectDir = here }: DrillDeps): Promise<0 | 1 | 2> => {
  try {
    const parsed = parseOptions(args);
    if (parsed === "help") {
      output.write(help);
      return 0;
    }
    const options = { ...parsed, seed: parsed.seed ?? randomInt(2 ** 32) };
    output.write(`Seed ${options.seed}. To repeat: ${commandOf(options)}\n`);
    return await drillAndTell({ options, output, projectDir });
  } catch (error) {
    output.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
};

interface Drill {
  readonly options: Options & { readonly seed: number };
  readonly output: Output;
  readonly projectDir: string;
}

const drillAndTell = async (drill: Drill): Promise<0 | 1> => {
  const { options, output } = drill;
  const folder = mkdtempSync(join(tmpdir(), "surecount-drill-"));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeFolder);
  const backend = await createBackend(options.backend, folder);
  const tally = createTally();
  const startedAt = performance.now();
  const progress = createProgress({ output, tally, cycles: options.cycles });
  let wrong: readonly string[];
  try {
    wrong = await runRounds({ ...drill, backend, folder, tally, progress });
    progress.close();
    if (wrong.length === 0) wrong = await watchSyncs({ ...drill, backend, folder });
  } catch (error) {
    wrong = [error instanceof Error ? error.message : String(error)];
  } finally {
    progress.close();
    await backend.stop();
    process.off("exit", removeFolder);
    removeFolder();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  output.write(wrong.length === 0 ? closingText(tally, seconds) : listOf(wrong, commandOf(options)));
  return wrong.length === 0 ? 0 : 1;
};

interface Rounds extends Drill {
  readonly backend: Backend;
  readonly folder: string;
  readonly tally: Tally;
  readonly progress: Progress;
}

/** Stops where something does not hold: what comes after would only repeat it. */
const runRounds = async ({ options, progress, ...deps }: Rounds): Promise<readonly string[]> => {
  const { cycles, clients, servers, seed } = options;
  for (let done = 0, turn = 0; done < cycles; turn += 1) {
    const folder = join(deps.folder, `round-${turn}`);
    const round = await startRound({ ...deps, clients, servers, seed, turn, folder });
    const wrong = await runRound(round, Math.min(CYCLES_PER_ROUND, cycles - done), progress);
    if (wrong.length > 0) return wrong;
    done += CYCLES_PER_ROUND;
  }
  return [];
};

const runRound = async (round: Round, cycles: number, progress: Progress): Promise<readonly string[]> => {
  let isWell = false;
  try {
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const wrong = await round.cycle();
      if (wrong.length > 0) return wrong;
      progress.advance();
    }
    isWell = true;
  } finally {
    if (!isWell) await round.abandon();
  }
  return round.end();
};

/** Says what came of it. What is wrong, in words. */
const watchSyncs = async ({
  options: { seed },
  output,
  ...deps
}: Omit<Rounds, "tally" | "progress">): Promise<readonly string[]> => {
  if (deps.backend.kind !== "sqlite") return [];
  const report = await observeSyncs({ ...deps, seed });
  output.write(
    report === null
      ? "SKIPPED: strace is missing or may not look, so the order of syncs and answers was not watched.\n"
      : `Watched ${report.acknowledged} acknowledgements leave the server, ${report.wrong.length} of them before what they acknowledge was synced.\n`,
  );
  return report?.wrong ?? [];
};

const closingText = (tally: Tally, seconds: number): string => {
  const { totalKills, answers, cuts, fulls, crashes } = tally;
  const number = (value: number): string => groupedText(String(value));
  const more = [
    cuts > 0 ? `${number(cuts)} connections cut` : [],
    fulls > 0 ? `${number(fulls)} times the disk full` : [],
    crashes > 0 ? `${number(crashes)} times PostgreSQL killed` : [],
  ].flat();
  return (
    `Nothing lost, nothing counted twice, nothing invented: ${number(answers)} events answered in ${seconds.toFixed(0)} s ` +
    `through ${number(totalKills)} kills${more.map((text) => `, ${text}`).join("")}.\nKilled: ${killsText(tally)}.\n`
  );
};

const listOf = (wrong: readonly string[], command: string): string => {
  const shown = wrong.slice(0, MAX_SHOWN).map((text) => `  - ${text}\n`);
  const rest = wrong.length - shown.length;
  return `What is wrong, ${wrong.length} in number:\n${shown.join("")}${rest > 0 ? `  and ${rest} more\n` : ""}To repeat: ${command}\n`;
};
