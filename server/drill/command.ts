// A command of the program, run to its end as an operator does.
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { killAtExit } from "../bench/child.ts";
import { serverEnvironment } from "./server.ts";

interface CommandOptions {
  /** The folder of the project. */
  readonly projectDir: string;
  /** As the setting DATABASE_URL. */
  readonly database: string;
  readonly args: readonly string[];
}

/** What went wrong with it, in words: nothing where it ended well. */
export const run = async ({ projectDir, database, args }: CommandOptions): Promise<readonly string[]> => {
  const child = spawn(process.execPath, ["server/start.js", "server/main.ts", ...args], {
    cwd: projectDir,
    env: { ...serverEnvironment(), DATABASE_URL: database },
    stdio: ["ignore", "pipe", "pipe"],
  });
  killAtExit(child);
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once("exit", resolve));
  const ending = child.signalCode ?? `exit code ${child.exitCode}`;
  return child.exitCode === 0 ? [] : [`${args.join(" ")} ended with ${ending}: ${said}${complained}`];
};
