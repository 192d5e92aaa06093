// Others that write the same events to the same PostgreSQL, each into a database of its own: a plain insert, and
// PostGraphile. One that cannot be had on this machine stays in the tables, with the reason.
import { acknowledgedBy, checkAnswers } from "./check.ts";
import { type Cost, type CostMeter, costOfEvent } from "./cost.ts";
import { createDatabase } from "./database.ts";
import type { CostedRun } from "./fleet-cost.ts";
import type { LoadJob } from "./load/job.ts";
import type { PlainJob, PlainReport } from "./peers/plain.ts";
import { startPostGraphileOn } from "./peers/postgraphile.ts";
import type { Postgres } from "./postgres.ts";
import type { Speed } from "./speed.ts";
import type { Check } from "./table.ts";
import type { Workshop } from "./workshop.ts";

export interface Rival<Job> {
  readonly name: string;
  run(job: Job): Promise<CostedRun>;
  /** What was answered, against what is stored. */
  check(): Promise<readonly Check[]>;
  stop(): Promise<void>;
  /** Why there are no figures; null where there are. */
  readonly absence: string | null;
}

interface RivalDeps {
  readonly workshop: Workshop;
  readonly postgres: Postgres;
  readonly meter: CostMeter;
}

/** A statement for each job's group of rows, and nothing else. */
export const startPlain = async ({ workshop, postgres, meter }: RivalDeps): Promise<Rival<PlainJob>> => {
  const database = await createDatabase(postgres);
  const plain = await workshop.child("peers/plain.ts", database.url);
  let last: Pick<PlainReport, "sent" | "inserted"> = { sent: 0, inserted: 0 };
  return {
    ...{ name: "a plain insert", absence: null, stop: plain.stop },
    run: async (job) => {
      const { result, cost } = await meter.measure([], async () => (await plain.ask(job)) as PlainReport);
      last = result;
      return costed(result, { ...cost, serversMs: result.cpuMs }, job.events);
    },
    check: async () => {
      const stored = Number((await database.query("select count(*) from events"))[0]?.count);
      return [
        { what: "a plain insert: rows sent, and inserted", expected: last.sent, actual: last.inserted },
        { what: "a plain insert: rows in its table", expected: last.inserted, actual: stored },
      ];
    },
  };
};

export const startPostGraphile = async (deps: RivalDeps): Promise<Rival<Partial<LoadJob>>> => {
  try {
    return await servePostGraphile(deps);
  } catch (error) {
    return absent("PostGraphile", error instanceof Error ? error.message : String(error));
  }
};

const servePostGraphile = async ({ workshop, postgres, meter }: RivalDeps): Promise<Rival<Partial<LoadJob>>> => {
  const peer = await startPostGraphileOn(postgres);
  const loader = await workshop.loader({ url: peer.url, token: peer.token, target: "postgraphile" });
  return {
    ...{ name: peer.name, absence: null, stop: peer.stop },
    run: async (job) => {
      const { result, cost } = await meter.measure([peer.pid], () => loader.run(job));
      return costed(result, cost, result.acknowledged.accepted);
    },
    check: async () => {
      const { accepted } = acknowledgedBy(loader.reports);
      const rows = { what: `${peer.name}: rows`, expected: accepted, actual: await peer.stored() };
      return [...checkAnswers(peer.name, loader.reports), rows];
    },
  };
};

const costed = (speed: Speed, cost: Cost, events: number): CostedRun => ({
  ...speed,
  cost: costOfEvent(cost, events),
  eventsPerCommit: Number.NaN,
});

const absent = (name: string, absence: string): Rival<unknown> => {
  const none = Number.NaN;
  const cost = { serversMs: none, postgresMs: none, walBytes: none };
  return {
    ...{ name, absence },
    run: async () => costed({ eventsPerSecond: none, p50Ms: none, p99Ms: none }, cost, none),
    check: async () => [],
    stop: async () => undefined,
  };
};
