// Watches the system calls of a process that runs, where strace is installed and may look.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

export interface Trace {
  /** Stops watching, and gives all that strace has written. */
  end(): Promise<string>;
}

const ATTACH_LIMIT_MS = 5_000;

/** Whether it is installed and may watch. */
export const hasStrace = (): boolean => spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;

/** Resolves when all threads of the process are watched; with null where that is not possible. */
export const traceProcess = async (pid: number, ...args: readonly string[]): Promise<Trace | null> => {
  const tracer = spawn("strace", ["-f", ...args, "-p", String(pid)], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(tracer, "close").catch(() => null);
  let output = "";
  const attached = new Promise<true>((resolve) => {
    tracer.stderr.on("data", (chunk: Buffer) => {
      output += chunk;
      // What is done before it says so may be done unseen.
      if (output.includes(" attached")) resolve(true);
    });
  });
  const end = async (): Promise<string> => {
    tracer.kill("SIGINT");
    await ended;
    return output;
  };
  const isAttached = await Promise.race([attached, ended, delay(ATTACH_LIMIT_MS, false, { ref: false })]);
  if (isAttached === true) return { end };
  await end();
  return null;
};
