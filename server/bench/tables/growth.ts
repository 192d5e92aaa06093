// From an empty database to millions of events in batches: does it stay fast, what does an event take on disk, how long
// does the server need to start again, and does a question of seconds hold up anyone else.
import { checkServer } from "../check.ts";
import { tableSizes } from "../disk.ts";
import type { LoadReport } from "../load/job.ts";
import { whileProbing } from "../probe.ts";
import type { ServerUnderTest } from "../server.ts";
import { median } from "../statistics.ts";
import { figure, megabytes, ms, type Table, times } from "../table.ts";
import type { Loader, Workshop } from "../workshop.ts";

const TENTHS = 10;
const BATCH = 500;
const IN_FLIGHT = 4;
const STARTS = 3;

export const title =
  "from empty to 5,000,000 events (see --events) in batches of 500; disk, start and memory with them";

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const server = await workshop.server();
  const loader = await workshop.loader({ url: `${server.url}/graphql`, target: "events", inFlight: IN_FLIGHT });
  const tenths = await grow(workshop, server, loader);
  workshop.progress("comparing, while others ask too");
  const { result: checks, health } = await whileProbing(server.url, () => checkServer(server, loader.reports));
  await server.stop();
  const events = loader.reports.reduce((sum, { acknowledged }) => sum + acknowledged.accepted, 0);
  const starts = await restart(workshop, server.databaseFile);
  return [
    growthTable({ tenths, checks }),
    diskTable(server.databaseFile, events),
    startTable({ events, starts, booksHealthMs: health.maxMs }),
  ];
};

interface Tenth {
  readonly stored: number;
  readonly report: LoadReport;
  readonly residentBytes: number;
}

const grow = async (
  { options, progress }: Workshop,
  server: ServerUnderTest,
  loader: Loader,
): Promise<readonly Tenth[]> => {
  const requests = Math.ceil(options.events / TENTHS / BATCH);
  const tenths: Tenth[] = [];
  for (let tenth = 1; tenth <= TENTHS; tenth += 1) {
    const job = { eventsPerRequest: BATCH, maxRequests: requests, warmUpMs: 0, durationMs: 3_600_000 };
    const report = await loader.run(job);
    const residentBytes = await residentBytesOf(server);
    tenths.push({ stored: report.next, report, residentBytes });
    progress(`${figure(report.next)} events, ${figure(report.eventsPerSecond)}/s`);
  }
  return tenths;
};

const residentBytesOf = async (server: ServerUnderTest): Promise<number> =>
  (await server.metrics()).get("process_resident_memory_bytes") ?? Number.NaN;

const growthTable = ({
  tenths,
  checks,
}: {
  readonly tenths: readonly Tenth[];
  readonly checks: Table["checks"];
}): Table => {
  const first = tenths[0]?.report.eventsPerSecond ?? Number.NaN;
  const rows = tenths.map(({ stored, report, residentBytes }) => [
    figure(stored),
    figure(report.eventsPerSecond),
    ms(report.p50Ms),
    ms(report.p99Ms),
    times(report.eventsPerSecond / first),
    megabytes(residentBytes),
  ]);
  const columns = ["events stored", "events/s", "p50", "p99", "of the first", "memory"];
  const notes = [
    "Each row is a tenth. Nine of ten events are of the last two seconds, one of a hundred of the past week.",
  ];
  const stored = figure(tenths.at(-1)?.stored ?? 0);
  const heading = `from empty to ${stored} events, ingestEvents in batches of ${BATCH}, ${IN_FLIGHT} in flight`;
  return { name: "growth", title: heading, columns, rows, notes, checks, runs: tenths };
};

const diskTable = (databaseFile: string, events: number): Table => {
  const sizes = tableSizes(databaseFile);
  const counted = sizes.filter(({ table }) => table !== "raw_events");
  const sum = {
    table: "all but raw_events",
    sizeBytes: counted.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
  };
  const rows = [...sizes, sum].map(({ table, sizeBytes }) => [table, megabytes(sizeBytes), figure(sizeBytes / events)]);
  const columns = ["table with its indexes", "size", "bytes an event"];
  const notes = [
    "Whole pages, counted by dbstat after the server has ended. raw_events holds the payload as it was sent.",
  ];
  return { name: "disk", title: "what an event takes on disk", columns, rows, notes, checks: [], runs: sizes };
};

interface Start {
  readonly startMs: number;
  readonly residentBytes: number;
}

const restart = async ({ server: startOurs, progress }: Workshop, databaseFile: string): Promise<readonly Start[]> => {
  const starts: Start[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    progress("starting again");
    const server = await startOurs({ databaseFile });
    starts.push({ startMs: server.startMs, residentBytes: await residentBytesOf(server) });
    await server.stop();
  }
  return starts;
};

interface Endings {
  readonly events: number;
  readonly starts: readonly Start[];
  readonly booksHealthMs: number;
}

const startTable = ({ events, starts, booksHealthMs }: Endings): Table => ({
  ...{ name: "start", title: `with ${figure(events)} events stored`, columns: ["measure", "figure"] },
  rows: [
    ["from the start of the process until /readyz says yes", ms(median(starts.map(({ startMs }) => startMs)))],
    ["memory after the start", megabytes(median(starts.map(({ residentBytes }) => residentBytes)))],
    ["longest wait for /healthz while the books are recomputed", ms(booksHealthMs)],
  ],
  notes: [`Median of ${starts.length} starts; the file lies in the system's cache.`],
  ...{ checks: [], runs: starts },
});
