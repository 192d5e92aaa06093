// Batches over HTTP against the limit: the same rows written by a bare loop that has nothing else to do.
import { checkServer } from "../check.ts";
import type { LimitJob, LimitReport } from "../peers/limit.ts";
import { inTurns } from "../rounds.ts";
import { rateCell, ratioCell, type Speed, speedCells } from "../speed.ts";
import { type Check, figure, type Table } from "../table.ts";
import type { Workshop } from "../workshop.ts";

const SIZES = [100, 500, 1_000] as const;
const IN_FLIGHT = 4;
const LIMIT_JOB: LimitJob = { events: 40_000, eventsPerTransaction: 500 };

export const title = `ingestEvents over HTTP, ${IN_FLIGHT} batches in flight, new events`;

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const server = await workshop.server();
  const ours = await workshop.loader({ url: `${server.url}/graphql`, target: "events", inFlight: IN_FLIGHT });
  const limit = await workshop.child("peers/limit.ts", workshop.file("limit.db"));
  const sizes = [];
  for (const eventsPerRequest of SIZES) {
    workshop.progress(`batches of ${eventsPerRequest}`);
    const runs = await inTurns(workshop.options.rounds, {
      ours: () => ours.run({ eventsPerRequest }),
      limit: async () => (await limit.ask(LIMIT_JOB)) as LimitReport,
    });
    sizes.push({ eventsPerRequest, ...runs });
  }
  const checks = [...(await checkServer(server, ours.reports)), ...checkLimit(sizes.flatMap((size) => size.limit))];
  return [{ name: "batches", title, columns, rows: sizes.map(rowOf), notes, runs: sizes, checks }];
};

/** Its last report counts all that it has written. */
const checkLimit = (reports: readonly LimitReport[]): readonly Check[] =>
  reports
    .slice(-1)
    .map(({ written, stored }) => ({ what: "limit: rows in normalized_events", expected: written, actual: stored }));

const columns = ["events a batch", "events/s", "p50", "p99", "limit/s", "ratio"];

interface Size {
  readonly eventsPerRequest: number;
  readonly ours: readonly Speed[];
  readonly limit: readonly Pick<Speed, "eventsPerSecond">[];
}

const rowOf = ({ eventsPerRequest, ours, limit }: Size): readonly string[] => [
  figure(eventsPerRequest),
  ...speedCells(ours),
  rateCell(limit),
  ratioCell(ours, limit),
];

const notes = [
  "limit: a bare better-sqlite3 loop on ready-made rows, the same rows into the same tables, 500 events a transaction, as durable: no HTTP, no GraphQL, no normalising, nothing looked up.",
  "p50 and p99 are of whole requests.",
];
