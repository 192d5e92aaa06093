// Sends hostile messages to a server of its own for as long as one likes.
// Usage: npm run fuzz -- [--count N] [--seed N]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readConfig } from "../config.ts";
import { barOf, drawLine, leaveLine } from "../progress.ts";
import { runFuzz } from "./run.ts";

const HELP = `Sends hostile messages over HTTP and WebSocket to a server of its own, and looks for faults, changed prototypes and
books that do not balance.

Usage: npm start -- fuzz [OPTION ...]

  --count N    Messages, 1 to 1,000,000,000. Default: 100000.
  --seed N     The same seed gives the same messages. Default: a new one each time.
  --help       This text.

Exit code: 0 where nothing was found, 1 with a line for each thing that was, 2 where the command line cannot be used.
`;

/** What is wrong with the command line: one line for the user. */
class OptionError extends Error {}

const readNumber = (name: string, text: string, max: number): number => {
  if (/^\d{1,10}$/.test(text) && Number(text) >= 1 && Number(text) <= max) return Number(text);
  throw new OptionError(
    `--${name} must be a whole number from 1 to ${max}, not ${JSON.stringify(text)}. Use --help to see the options.`,
  );
};

const readOptions = (args: readonly string[]) => {
  const option = { type: "string" } as const;
  const options = { count: option, seed: option, help: { type: "boolean", short: "h" } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/, 1);
    throw new OptionError(`${reason}. Use --help to see the options.`, { cause: error });
  }
};

/** Runs it. The exit code is 0 where nothing was found, 1 where something was, 2 where the command line cannot be used. */
export const fuzz = async (args: readonly string[]): Promise<0 | 1 | 2> => {
  try {
    const options = readOptions(args);
    if (!options.help) {
      const count = readNumber("count", options.count ?? "100000", 1_000_000_000);
      const seed = readNumber("seed", options.seed ?? String(1 + Math.floor(Math.random() * 2 ** 31)), 2 ** 32);
      return await sendAndTell({ count, seed });
    }
    console.log(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    console.error(error.message);
    return 2;
  }
};

const sendAndTell = async ({ count, seed }: { readonly count: number; readonly seed: number }): Promise<0 | 1> => {
  // Whoever asks for help need not wait for it.
  const { createApp } = await import("../app.ts");
  console.log(`npm run fuzz -- --count ${count} --seed ${seed}`);
  const folder = mkdtempSync(join(tmpdir(), "surecount-fuzz-"));
  const settings = {
    PORT: "0",
    LOG_LEVEL: "error",
    FAULT_INJECTION: "off",
    DATABASE_URL: join(folder, "surecount.db"),
  };
  const app = await createApp({ config: readConfig(settings), dashboard: folder });
  const startedAt = performance.now();
  const { sent, findings } = await runFuzz({
    ...{ url: app.url, count, seed },
    onProgress: (done) => tellProgress(done, count),
  });
  await app.close();
  rmSync(folder, { recursive: true, force: true });
  leaveLine(process.stderr);
  for (const finding of findings) console.log(finding);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`${sent.toLocaleString("en")} messages in ${seconds} s, ${findings.length} findings.`);
  return findings.length === 0 ? 0 : 1;
};

const tellProgress = (done: number, count: number): void => {
  const megabytes = Math.round(process.memoryUsage().rss / 1_000_000);
  const words = `${barOf(done / count)}  ${done.toLocaleString("en")} sent, ${megabytes} MB`;
  drawLine(
    process.stderr,
    process.stderr.isTTY ? words : JSON.stringify({ step: "sending", done, of: count, megabytes }),
  );
};
