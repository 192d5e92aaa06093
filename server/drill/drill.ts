// The crash drill: proves that nothing acknowledged is lost and nothing counted twice, by killing real servers in the
// midst of real clients; or the same of what is restored from backups that are made meanwhile. npm start -- drill
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { groupedText } from "../demo/exact.ts";
import type { Output } from "../progress.ts";
import { type Backend, createBackend } from "./backend.ts";
import { type BackupTally, createBackupTally, drillBackups } from "./backups.ts";
import { commandOf, help, type Options, parseOptions } from "./options.ts";
import { backupsLine, createProgress, cyclesLine, type Progress } from "./progress.ts";
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
  let ending: Ending;
  try {
    const run = options.backups === null ? crash : backUp;
    ending = await run({ ...drill, backend, folder });
  } catch (error) {
    ending = { wrong: [error instanceof Error ? error.message : String(error)], text: "" };
  } finally {
    await backend.stop();
    process.off("exit", removeFolder);
    removeFolder();
  }
  const { wrong, text } = ending;
  output.write(wrong.length === 0 ? text : listOf(wrong, commandOf(options)));
  return wrong.length === 0 ? 0 : 1;
};

interface Running extends Drill {
  readonly backend: Backend;
  readonly folder: string;
}

interface Ending {
  /** Everything that does not hold, in words. */
  readonly wrong: readonly string[];
  /** What is said where all holds. */
  readonly text: string;
}

const crash = async (running: Running): Promise<Ending> => {
  const { options, output } = running;
  const tally = createTally();
  const startedAt = performance.now();
  const total = options.cycles;
  const progress = createProgress({ output, total, line: (done) => cyclesLine(tally, { done, total }) });
  try {
    const wrong = await runRounds({ ...running, tally, progress });
    progress.close();
    const unsynced = wrong.length === 0 ? await watchSyncs(running) : [];
    return { wrong: [...wrong, ...unsynced], text: closingText(tally, secondsSince(startedAt)) };
  } finally {
    progress.close();
  }
};

const backUp = async ({ options, output, ...deps }: Running): Promise<Ending> => {
  const tally = createBackupTally();
  const startedAt = performance.now();
  const total = options.backups ?? 0;
  const progress = createProgress({ output, total, line: (done) => backupsLine(tally, { done, total }) });
  try {
    const { clients, servers, seed } = options;
    const counted = { backups: total, clients, servers, seed, tally, onBackup: progress.advance };
    const wrong = await drillBackups({ ...deps, ...counted });
    return { wrong, text: backupsText(tally, secondsSince(startedAt)) };
  } finally {
    progress.close();
  }
};

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;

interface Rounds extends Running {
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
const watchSyncs = async ({ options: { seed }, output, ...deps }: Running): Promise<readonly string[]> => {
  if (deps.backend.kind !== "sqlite") return [];
  const report = await observeSyncs({ ...deps, seed });
  output.write(
    report === null
      ? "SKIPPED: strace is missing or may not look, so the order of syncs and answers was not watched.\n"
      : `Watched ${report.acknowledged} acknowledgements leave the server, ${report.wrong.length} of them before what they acknowledge was synced.\n`,
  );
  return report?.wrong ?? [];
};

const number = (value: number): string => groupedText(String(value));

const backupsText = ({ backups, asked, meanwhile, seconds: making }: BackupTally, seconds: number): string =>
  `${number(backups)} backups, all restored, verified and served, and none has forgotten anything: ${number(asked)} events ` +
  `asked again in ${seconds.toFixed(0)} s.\nWhile they were made, ${(making / backups).toFixed(1)} s each, ${number(meanwhile)} ` +
  `more events were answered.\n`;

const closingText = (tally: Tally, seconds: number): string => {
  const { totalKills, answers, cuts, fulls, crashes } = tally;
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
