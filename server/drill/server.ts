// A server that may be killed: started as `npm start` does, again and again on one port, with the preload that kills it
// at a point.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endProcess, killAtExit } from "../bench/child.ts";
import {
  type BackendKind,
  backendVariable,
  fullFileVariable,
  lastWords,
  type PointName,
  pointNames,
  type Shot,
  shotFileVariable,
  TOO_LATE,
} from "./points.ts";

/** How one life of a server ended. */
export interface Death {
  /** Where it killed itself; null where it was killed from outside or ended by itself. */
  readonly point: PointName | null;
  /** Whether what it should have been killed within had ended before. */
  readonly isLate: boolean;
  /** Whether it was killed at all. */
  readonly isKill: boolean;
  /** Its exit code, or the signal. */
  readonly ending: string;
  /** What it said last. */
  readonly output: string;
}

export interface DrillServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Loads the shot: it is fired when the point is passed that often from now on. */
  aim(shot: Shot): void;
  /** Starts it. Resolves with null when it can commit, or with how it ended before that. */
  start(): Promise<Death | null>;
  /** Resolves when it has ended. */
  readonly death: Promise<Death>;
  /** Resolves when it can commit. @throws Error where it cannot for long. */
  ready(): Promise<void>;
  kill(): Promise<Death>;
  /** Asks it to end, and gives its exit code. */
  stop(): Promise<number | null>;
}

interface ServerOptions {
  /** The folder of the project. */
  readonly projectDir: string;
  readonly backend: BackendKind;
  readonly port: number;
  /** Where its shot is written; a folder of its own. */
  readonly folder: string;
  /** As the setting DATABASE_URL. */
  readonly database: string;
  /** Makes the disk look full as long as it is there. */
  readonly fullFile: string | null;
  /** Loaded before the server's code, besides what kills it. */
  readonly preloads?: readonly string[];
}

const START_LIMIT_MS = 60_000;
/** A request that is refused takes 3 ms of a processor, which the server needs to start. */
const POLL_MS = 50;
const MAX_OUTPUT = 4_000;
const PRELOAD = fileURLToPath(new URL("./preload.ts", import.meta.url));
const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

export const createServer = (options: ServerOptions): DrillServer => {
  const { port, folder } = options;
  const url = `http://127.0.0.1:${port}`;
  const shotFile = join(folder, "shot.json");
  let child: ChildProcess | null = null;
  let death: Promise<Death> = Promise.reject(new Error("The server was not started."));
  death.catch(() => undefined);

  const start: DrillServer["start"] = async () => {
    const started = spawnServer(options, shotFile);
    killAtExit(started);
    child = started;
    death = deathOf(started);
    const isReady = await Promise.race([waitUntilReady(url, started), death.then(() => false)]);
    if (!isReady) started.kill("SIGKILL");
    return isReady ? null : death;
  };

  const kill: DrillServer["kill"] = async () => {
    child?.kill("SIGKILL");
    const ended = await death;
    // A shot that was not fired must not hit the next life.
    rmSync(shotFile, { force: true });
    return ended;
  };

  return {
    ...{ url, port, start, kill },
    ready: async () => {
      if (child === null || !(await waitUntilReady(url, child)))
        throw new Error("A server did not become ready again.");
    },
    get pid() {
      return child?.pid ?? 0;
    },
    get death() {
      return death;
    },
    aim: (shot) => {
      // Never read by halves.
      writeFileSync(`${shotFile}.new`, JSON.stringify(shot));
      renameSync(`${shotFile}.new`, shotFile);
    },
    stop: async () => {
      if (child === null) return null;
      await endProcess(child, "SIGTERM");
      return child.exitCode;
    },
  };
};

const spawnServer = (
  { projectDir, backend, port, database, fullFile, preloads = [] }: ServerOptions,
  shotFile: string,
): ChildProcess => {
  const imports = [...preloads, PRELOAD].flatMap((file) => ["--import", file]);
  return spawn(process.execPath, [...imports, "server/start.js", "server/main.ts"], {
    cwd: projectDir,
    env: {
      ...serverEnvironment(),
      ...{ PORT: String(port), HOST: "127.0.0.1", DATABASE_URL: database, LOG_LEVEL: "warn" },
      // What a subscriber waits for a word of a connection that is dead.
      FEED_HEARTBEAT_MS: "500",
      ...{ [backendVariable]: backend, [shotFileVariable]: shotFile },
      ...(fullFile === null ? {} : { [fullFileVariable]: fullFile }),
      // What is compiled for a copy of the sources goes when the copy goes.
      ...(projectDir === PROJECT ? {} : { NODE_COMPILE_CACHE: join(projectDir, ".compiled") }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
};

/** Without what test runners set, which changes how Node and Vite behave. */
export const serverEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST|DEV|PROD|MODE)/.test(name)),
  );

const deathOf = async (child: ChildProcess): Promise<Death> => {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-MAX_OUTPUT);
    });
  // Not `exit`: what it said last comes after that.
  await once(child, "close");
  const point = pointNames.find((name) => output.includes(lastWords(name))) ?? null;
  const ending = child.signalCode ?? `exit code ${child.exitCode}`;
  return { point, isLate: output.includes(TOO_LATE), isKill: ending === "SIGKILL", ending, output };
};

const waitUntilReady = async (url: string, child: ChildProcess): Promise<boolean> => {
  const startedAt = performance.now();
  while (child.exitCode === null && child.signalCode === null && performance.now() - startedAt < START_LIMIT_MS) {
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
};
