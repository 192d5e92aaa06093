// A command of the program as a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { userEnvironment } from "./process.ts";

export interface Ended {
  readonly output: string;
  readonly complaint: string;
  readonly exitCode: number | null;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when it has said this on standard error. @throws Error where it ends before. */
  says(part: string): Promise<void>;
}

/** Starts it on a database. */
export const startCommand = (databaseUrl: string, ...args: readonly string[]): Started => {
  const child = spawn(process.execPath, ["server/start.js", "server/main.ts", ...args], {
    env: { ...userEnvironment(), DATABASE_URL: databaseUrl },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([output, complaint]) => ({ output, complaint, exitCode: child.exitCode }),
  );
  const says = (part: string): Promise<void> =>
    new Promise((resolve, reject) => {
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk;
        if (said.includes(part)) resolve();
      });
      child.once("close", () => reject(new Error(`It ended without saying ${part}: ${said}`)));
    });
  return { child, ended, says };
};

/** Runs it to its end. */
export const runCommand = (databaseUrl: string, ...args: readonly string[]): Promise<Ended> =>
  startCommand(databaseUrl, ...args).ended;
