// What a table works with: a folder for its databases, the processes it starts, and a line for its progress. All of
// it is gone when the table is done.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Child, startChild } from "./child.ts";
import { allNew } from "./events.ts";
import type { LoadJob, LoadReport } from "./load/job.ts";
import type { Options } from "./options.ts";
import { type ServerUnderTest, startServer } from "./server.ts";

export interface Workshop {
  readonly options: Options;
  /** The path of a file that is not there yet. */
  file(name: string): string;
  /** The server under test, on a new database and from the project given by --server, unless others are named. */
  server(other?: { readonly database?: string; readonly projectDir?: string }): Promise<ServerUnderTest>;
  /** A process of this folder. */
  child(program: string, ...args: readonly string[]): Promise<Child>;
  /** One load after the other on a server, by one generator that stays warm. */
  loader(defaults: Pick<LoadJob, "url" | "target"> & Partial<LoadJob>): Promise<Loader>;
  /** Says on standard error what goes on. */
  progress(text: string): void;
  close(): Promise<void>;
}

export interface Loader {
  /** Everything reported so far. */
  readonly reports: readonly LoadReport[];
  /** @throws Error where a request got no outcome, or a connection broke. */
  run(job: Partial<LoadJob>): Promise<LoadReport>;
}

interface WorkshopDeps {
  readonly options: Options;
  readonly projectDir: string;
  readonly folder: string;
  readonly progress: (text: string) => void;
}

export const createWorkshop = ({ options, projectDir, folder, progress }: WorkshopDeps): Workshop => {
  mkdirSync(folder, { recursive: true });
  const started: { stop(): Promise<void> }[] = [];
  const keep = <T extends { stop(): Promise<void> }>(process: T): T => {
    started.push(process);
    return process;
  };
  const file = (name: string): string => join(folder, name);
  const child: Workshop["child"] = async (program, ...args) => keep(await startChild(program, ...args));
  return {
    ...{ options, file, progress, child },
    server: async (other) =>
      keep(await startServer({ database: file(`surecount-${started.length}.db`), projectDir, ...other })),
    loader: async (defaults) => {
      const generator = await child("load/load.ts");
      return createLoader(generator, { ...defaultJob(options), ...defaults });
    },
    close: async () => {
      await Promise.all(started.map((process) => process.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const defaultJob = ({ seconds }: Options): Omit<LoadJob, "url" | "target"> => ({
  ...{ token: null, transport: "http", inFlight: 64, eventsPerRequest: 1, warmUpMs: 300, durationMs: seconds * 1_000 },
  ...{ maxRequests: null, requestsPerSecond: null, first: 0, mix: allNew },
});

const createLoader = (generator: Child, defaults: LoadJob): Loader => {
  const reports: LoadReport[] = [];
  return {
    reports,
    run: async (job) => {
      const first = reports.at(-1)?.next ?? defaults.first;
      const report = (await generator.ask({ ...defaults, first, ...job })) as LoadReport;
      reports.push(report);
      return report;
    },
  };
};
