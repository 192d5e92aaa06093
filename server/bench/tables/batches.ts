// Batches over HTTP against the limit: the same rows written by a bare loop that has nothing else to do.
import { checkServer } from "../check.ts";
import type { LimitReport } from "../peers/limit.ts";
import { inTurns } from "../rounds.ts";
import { median, medianRatio } from "../statistics.ts";
import { type Check, figure, ms, type Table, times } from "../table.ts";
import type { Workshop } from "../workshop.ts";

const SIZES = [100, 500, 1_000] as const;
const IN_FLIGHT = 4;
const LIMIT_JOB = { events: 40_000, eventsPerTransaction: 500 };

export const title = `ingestEvents over HTTP, ${IN_FLIGHT} batches in flight, new events`;

export const run = async (workshop: Workshop): Promise<Table> => {
  const server = await workshop.server();
  const ours = await workshop.loader({ url: `${server.url}/graphql`, target: "events", inFlight: IN_FLIGHT });
  const limit = await workshop.child("peers/limit.ts", workshop.file("limit.db"));
  const sizes = [];
  for (const eventsPerRequest of SIZES) {
    workshop.progress(`batches of ${eventsPerRequest}`);
    const runs = await inTurns<"ours" | "limit", Run>(workshop.options.rounds, {
      ours: () => ours.run({ eventsPerRequest }),
      limit: async () => (await limit.ask(LIMIT_JOB)) as LimitReport,
    });
    sizes.push({ eventsPerRequest, ...runs });
  }
  const { written, stored } = (await limit.ask({ ...LIMIT_JOB, events: 0 })) as LimitReport;
  const limitCheck: Check = { what: "limit: rows in normalized_events", acknowledged: written, stored };
  return {
    ...{ name: "batches", title, columns, rows: sizes.map(rowOf), notes, runs: sizes },
    checks: [...(await checkServer(server, ours.reports)), limitCheck],
  };
};

interface Run {
  readonly eventsPerSecond: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

const columns = ["events a batch", "events/s", "p50", "p99", "limit/s", "ratio"];

interface Size extends Readonly<Record<"ours" | "limit", readonly Run[]>> {
  readonly eventsPerRequest: number;
}

const rowOf = ({ eventsPerRequest, ours, limit }: Size): readonly string[] => {
  const rates = (runs: readonly Run[]): readonly number[] => runs.map(({ eventsPerSecond }) => eventsPerSecond);
  return [
    figure(eventsPerRequest),
    figure(median(rates(ours))),
    ms(median(ours.map(({ p50Ms = Number.NaN }) => p50Ms))),
    ms(median(ours.map(({ p99Ms = Number.NaN }) => p99Ms))),
    figure(median(rates(limit))),
    times(medianRatio(rates(ours), rates(limit))),
  ];
};

const notes = [
  "limit: a bare better-sqlite3 loop on ready-made rows, the same rows into the same tables, 500 events a transaction, as durable: no HTTP, no GraphQL, no normalising, nothing looked up.",
  "p50 and p99 are of whole requests.",
];
