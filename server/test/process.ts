// The server as a process of its own, as `npm start` runs it, so that a test can kill it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** The data of an operation of its API. */
  ask<D>(query: string, variables?: object): Promise<D>;
  /** What it has logged so far: it writes its lines while it goes on, and all are there when it has ended. */
  log(): readonly LogLine[];
  /** Everything that it has written to its terminal so far. */
  output(): string;
  /** Ends it without warning, as a crash would. */
  kill(): Promise<void>;
  /** Asks it to end, and gives its exit code. */
  stop(): Promise<number | null>;
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly err?: { readonly code?: string };
}

const START_LIMIT_MS = 60_000;
/** A request that is refused takes 3 ms of a processor, which the server needs to start. */
const POLL_MS = 50;

/** Starts the server and waits until it can commit. @throws Error with its output where it ends before that. */
export const startProcess = async (
  settings: Record<string, string>,
  ...args: readonly string[]
): Promise<ServerProcess> => {
  const child = spawn(process.execPath, ["server/start.js", "server/main.ts", ...args], {
    env: { ...userEnvironment(), LOG_LEVEL: "warn", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  // What it wrote last may come after it has ended.
  const closed = once(child, "close");
  const url = `http://localhost:${settings.PORT}`;
  const startedAt = Date.now();
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${output}`);
    if (Date.now() - startedAt > START_LIMIT_MS) throw new Error(`The server did not become ready: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await closed;
    return child.exitCode;
  };
  return {
    url,
    child,
    ask: async (query, variables = {}) => {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()).data;
    },
    log: () =>
      output
        .split("\n")
        .filter(isLogLine)
        .map((line) => JSON.parse(line)),
    output: () => output,
    kill: async () => {
      await end("SIGKILL");
    },
    stop: () => end("SIGTERM"),
  };
};

/** What a user's shell would give: the test runner sets variables that change how Node and Vite behave. */
export const userEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST|DEV|PROD|MODE)/.test(name)),
  );

const isLogLine = (line: string): boolean => line.startsWith("{") && line.endsWith("}");

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
};
