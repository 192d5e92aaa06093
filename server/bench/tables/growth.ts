// From an empty database to millions of events in batches: does it stay fast, what does an event take on disk, how long
// does the server need to start again, and does a question of seconds hold up anyone else.
import { checkServer } from "../check.ts";
import type { Child } from "../child.ts";
import { diskTable } from "../disk.ts";
import type { LoadReport } from "../load/job.ts";
import type { LimitJob, LimitReport } from "../peers/limit.ts";
import { whileProbing } from "../probe.ts";
import { restart, startTable } from "../restart.ts";
import { residentBytesIn, type ServerUnderTest } from "../server.ts";
import { ratioCell, speedCells } from "../speed.ts";
import { figure, megabytes, type Table, times } from "../table.ts";
import type { Loader, Workshop } from "../workshop.ts";

const DEFAULT_EVENTS = 5_000_000;
const TENTHS = 10;
const BATCH = 500;
const IN_FLIGHT = 4;
const YARDSTICK: LimitJob = { events: 20_000, eventsPerTransaction: 500 };

export const title =
  "from empty to 5,000,000 events (see --events) in batches of 500; disk, start and memory with them";

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const server = await workshop.server();
  const loader = await workshop.loader({ url: `${server.url}/graphql`, target: "events", inFlight: IN_FLIGHT });
  const limit = await workshop.child("peers/limit.ts", workshop.file("limit.db"));
  // It is fastest on its first rows; from then on it stays as it is.
  await limit.ask({ ...YARDSTICK, events: 80_000 });
  const tenths = await grow(workshop, { server, loader, limit });
  workshop.progress("comparing, while others ask too");
  const { result: checks, health } = await whileProbing(server.url, () => checkServer(server, loader.reports));
  await server.stop();
  const events = loader.reports.reduce((sum, { acknowledged }) => sum + acknowledged.accepted, 0);
  const starts = await restart(workshop, server.database);
  return [
    growthTable({ tenths, checks }),
    diskTable(server.database, events),
    startTable({ events, starts, booksHealthMs: health.maxMs }),
  ];
};

interface Tenth {
  readonly stored: number;
  readonly report: LoadReport;
  readonly residentBytes: number;
  /** What the machine gave right afterwards, on a database that stays small. */
  readonly limitPerSecond: number;
}

interface Growing {
  readonly server: ServerUnderTest;
  readonly loader: Loader;
  readonly limit: Child;
}

const grow = async ({ options, progress }: Workshop, { server, loader, limit }: Growing): Promise<readonly Tenth[]> => {
  const requests = Math.ceil((options.events ?? DEFAULT_EVENTS) / TENTHS / BATCH);
  const tenths: Tenth[] = [];
  for (let tenth = 1; tenth <= TENTHS; tenth += 1) {
    const job = { eventsPerRequest: BATCH, maxRequests: requests, warmUpMs: 0, durationMs: 3_600_000 };
    const report = await loader.run(job);
    const residentBytes = residentBytesIn(await server.metrics());
    const { eventsPerSecond } = (await limit.ask(YARDSTICK)) as LimitReport;
    tenths.push({ stored: report.next, report, residentBytes, limitPerSecond: eventsPerSecond });
    progress(`${figure(report.next)} events, ${figure(report.eventsPerSecond)}/s`);
  }
  return tenths;
};

const columns = ["events stored", "events/s", "p50", "p99", "of the first", "limit/s", "by the limit", "memory"];

const notes = [
  "Each row is a tenth. Nine of ten events are of the last two seconds, one of a hundred of the past week.",
  "limit: the bare loop of `batches` after each tenth, on a database that stays small. by the limit: of the first, where both are divided by it, so that a machine that slows down does not count.",
];

const growthTable = ({
  tenths,
  checks,
}: {
  readonly tenths: readonly Tenth[];
  readonly checks: Table["checks"];
}): Table => {
  const ofLimit = ({ report, limitPerSecond }: Tenth): number => report.eventsPerSecond / limitPerSecond;
  const [first] = tenths;
  const rows = tenths.map((tenth) => [
    figure(tenth.stored),
    ...speedCells([tenth.report]),
    ratioCell([tenth.report], first === undefined ? [] : [first.report]),
    figure(tenth.limitPerSecond),
    times(first === undefined ? Number.NaN : ofLimit(tenth) / ofLimit(first)),
    megabytes(tenth.residentBytes),
  ]);
  const stored = figure(tenths.at(-1)?.stored ?? 0);
  const heading = `from empty to ${stored} events, ingestEvents in batches of ${BATCH}, ${IN_FLIGHT} in flight`;
  return { name: "growth", title: heading, columns, rows, notes, checks, runs: tenths };
};
