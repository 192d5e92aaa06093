// The server under test: the real one, as `npm start` runs it, on a database of the benchmark.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";
import { endProcess, killAtExit } from "./child.ts";
import { requestOnce } from "./load/http.ts";

export interface ServerUnderTest {
  readonly url: string;
  readonly pid: number;
  /** The file of SQLite, or the URL of a PostgreSQL database. */
  readonly database: string;
  /** From the start of the process until /readyz said yes. */
  readonly startMs: number;
  /** The data of a query. @throws Error where there is none. */
  ask(query: string): Promise<unknown>;
  /** The current value of each metric without labels. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  stop(): Promise<void>;
}

interface StartOptions {
  /** The folder of the project. */
  readonly projectDir: string;
  readonly database: string;
}

/** Starts the server and waits until it can commit. @throws Error with its output where it ends before that. */
export const startServer = async ({ projectDir, database }: StartOptions): Promise<ServerUnderTest> => {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...process.execArgv, "server/start.js", "server/main.ts"], {
    cwd: projectDir,
    env: { ...process.env, DATABASE_URL: database, HOST: "127.0.0.1", PORT: "0", LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  killAtExit(child);
  const url = await readUrl(createInterface({ input: child.stdout }));
  while ((await requestOnce(new URL("/readyz", url))).status !== 200)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return {
    url,
    pid: child.pid ?? 0,
    database,
    startMs: performance.now() - startedAt,
    ask: (query) => ask(url, query),
    metrics: async () => readMetrics((await requestOnce(new URL("/metrics", url))).body),
    stop: () => endProcess(child, "SIGTERM"),
  };
};

const MAX_KEPT_LINES = 20;
const logLine = z.object({ msg: z.string().optional(), url: z.string().optional() });

/** From the line that says that it is ready. What is logged afterwards is read and dropped. */
const readUrl = (lines: ReturnType<typeof createInterface>): Promise<string> =>
  new Promise((resolve, reject) => {
    const output: string[] = [];
    lines.on("line", (line) => {
      if (output.length < MAX_KEPT_LINES) output.push(line);
      const { msg, url } = line.startsWith("{") ? logLine.parse(JSON.parse(line)) : {};
      if (msg === "ready" && url !== undefined) resolve(url);
    });
    lines.once("close", () => reject(new Error(`The server ended: ${output.join("\n")}`)));
  });

const answer = z.object({ data: z.unknown(), errors: z.array(z.object({ message: z.string() })).optional() });

const ask = async (url: string, query: string): Promise<unknown> => {
  const { body } = await requestOnce(new URL("/graphql", url), JSON.stringify({ query }));
  const { data, errors } = answer.parse(JSON.parse(body));
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join(" "));
  return data;
};

/** Reads the text format of Prometheus, as far as lines without labels go. */
export const readMetrics = (text: string): ReadonlyMap<string, number> =>
  new Map([...text.matchAll(/^([a-z_0-9]+) (\S+)$/gm)].map(([, name = "", value]) => [name, Number(value)]));

/** The memory of the whole process that is not swapped out. NaN where the server does not say. */
export const residentBytesIn = (metrics: ReadonlyMap<string, number>): number =>
  metrics.get("process_resident_memory_bytes") ?? Number.NaN;
