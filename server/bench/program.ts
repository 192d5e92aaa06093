// Foreign programs: peers that are installed by the benchmark itself, and the database that one of them needs.
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { endProcess, killAtExit } from "./child.ts";

/** As whom it runs; the benchmark's own user where it is left out. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

interface Command extends Account {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

interface Program {
  readonly pid: number;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const POLL_MS = 100;

/** Runs a command to its end. @throws Error with what it said where it fails. */
export const runProgram = ({ command, args, ...options }: Command): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { ...options, encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${command} failed: ${error?.message ?? lastLines(`${stdout}\n${stderr}`)}`);
};

/** Starts a program and waits until it is ready. @throws Error with what it said where it ends before, or never is. */
export const startProgram = async (
  { command, args, ...options }: Command,
  isReady: () => Promise<boolean>,
): Promise<Program> => {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  killAtExit(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-4_000);
    });
  child.once("error", (error) => {
    output += error.message;
  });
  const startedAt = performance.now();
  while (!(await isReady().catch(() => false))) {
    const isOver = child.exitCode !== null || child.pid === undefined;
    if (isOver || performance.now() - startedAt > START_LIMIT_MS) {
      child.kill("SIGKILL");
      throw new Error(`${command} did not start: ${lastLines(output)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return { pid: child.pid ?? 0, stop: () => endProcess(child, "SIGINT") };
};

const lastLines = (output: string): string => output.trim().split("\n").slice(-3).join(" / ").slice(0, 400);

/**
 * Below those that a system gives to connections: there a connection of somebody else could take the port while a
 * server restarts.
 */
const FIRST_PORT = 10_000;
const PORTS = 22_000;

/** A port that nobody listens on now. */
export const freePort = (): Promise<string> => {
  const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
  return new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(freePort()));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(String(port))));
  });
};
