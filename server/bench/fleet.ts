// Some equal servers on one database of a PostgreSQL, each with a load generator of its own.
import { acknowledgedBy, checkStored, ROW_COUNTS } from "./check.ts";
import { type CostMeter, costOfEvent, type EventCost } from "./cost.ts";
import type { Database } from "./database.ts";
import type { LoadJob, LoadReport } from "./load/job.ts";
import type { Speed } from "./speed.ts";
import { median } from "./statistics.ts";
import type { Check } from "./table.ts";
import type { Loader, Workshop } from "./workshop.ts";

/** What all servers did together. The p50 is that of the middle one, the p99 that of the slowest. */
export interface FleetRun extends Speed {
  readonly cost: EventCost;
  /** How many events were committed together, on average. */
  readonly eventsPerCommit: number;
  readonly reports: readonly LoadReport[];
}

export interface Fleet {
  readonly size: number;
  readonly database: Database;
  /** The same load on each of the servers at once. @throws Error where a request got no outcome. */
  run(job: Partial<LoadJob>): Promise<FleetRun>;
  /** What all servers acknowledged, against what is stored. */
  check(): Promise<readonly Check[]>;
  stop(): Promise<void>;
}

interface FleetDeps {
  readonly workshop: Workshop;
  readonly database: Database;
  readonly meter: CostMeter;
  readonly size: number;
}

/** Events of different servers have no number in common. */
const NUMBERS = 100_000_000;

/** Starts all servers at once. */
export const startFleet = async ({ workshop, database, meter, size }: FleetDeps): Promise<Fleet> => {
  const indices = Array.from({ length: size }, (_, index) => index);
  const servers = await Promise.all(indices.map(() => workshop.server({ database: database.url })));
  const loaders = await Promise.all(
    servers.map(({ url }, index) =>
      workshop.loader({ url: `${url}/graphql`, target: "event", first: index * NUMBERS }),
    ),
  );
  const pids = servers.map(({ pid }) => pid);
  const commits = async (): Promise<Commits> => addCommits(await Promise.all(servers.map(({ metrics }) => metrics())));
  return {
    ...{ size, database },
    run: async (job) => {
      const before = await commits();
      const { result: reports, cost } = await meter.measure(pids, () =>
        Promise.all(loaders.map((loader) => loader.run(job))),
      );
      const after = await commits();
      const eventsPerCommit = (after.events - before.events) / (after.count - before.count);
      return {
        ...speedOf(reports),
        cost: costOfEvent(cost, acknowledgedBy(reports).accepted),
        eventsPerCommit,
        reports,
      };
    },
    check: () => checkFleet({ servers, loaders, database }),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
};

interface Commits {
  readonly count: number;
  readonly events: number;
}

const addCommits = (all: readonly ReadonlyMap<string, number>[]): Commits => {
  const sumOf = (name: string): number => all.reduce((sum, metrics) => sum + (metrics.get(name) ?? Number.NaN), 0);
  return { count: sumOf("surecount_commit_events_count"), events: sumOf("surecount_commit_events_sum") };
};

const speedOf = (reports: readonly LoadReport[]): Speed => ({
  eventsPerSecond: reports.reduce((sum, { eventsPerSecond }) => sum + eventsPerSecond, 0),
  p50Ms: median(reports.map(({ p50Ms }) => p50Ms)),
  p99Ms: Math.max(...reports.map(({ p99Ms }) => p99Ms)),
});

interface Checked {
  readonly servers: readonly { ask(query: string): Promise<unknown> }[];
  readonly loaders: readonly Loader[];
  readonly database: Database;
}

/** Any of the servers must know what all of them have acknowledged: the last is asked. */
const checkFleet = async ({ servers, loaders, database }: Checked): Promise<readonly Check[]> => {
  const reports = loaders.flatMap((loader) => loader.reports);
  const server = servers.at(-1);
  if (server === undefined) return [];
  const countRows = async () => (await database.query(ROW_COUNTS))[0];
  const checks = await checkStored({ ask: server.ask, countRows }, reports);
  return checks.map((check) => ({ ...check, what: `${servers.length} servers on PostgreSQL: ${check.what}` }));
};
