// How long the server needs to start on a database that holds much, and what memory it takes.
import { residentBytesIn } from "./server.ts";
import { median } from "./statistics.ts";
import { figure, megabytes, ms, type Table } from "./table.ts";
import type { Workshop } from "./workshop.ts";

const STARTS = 3;

interface Start {
  readonly startMs: number;
  readonly residentBytes: number;
}

/** Starts a server on the file a few times, and ends it again. */
export const restart = async (
  { server: startOurs, progress }: Workshop,
  databaseFile: string,
): Promise<readonly Start[]> => {
  const starts: Start[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    progress("starting again");
    const server = await startOurs({ database: databaseFile });
    starts.push({ startMs: server.startMs, residentBytes: residentBytesIn(await server.metrics()) });
    await server.stop();
  }
  return starts;
};

interface Endings {
  readonly events: number;
  readonly starts: readonly Start[];
  readonly booksHealthMs: number;
}

export const startTable = ({ events, starts, booksHealthMs }: Endings): Table => ({
  ...{ name: "start", title: `with ${figure(events)} events stored`, columns: ["measure", "figure"] },
  rows: [
    ["from the start of the process until /readyz says yes", ms(median(starts.map(({ startMs }) => startMs)))],
    ["memory after the start", megabytes(median(starts.map(({ residentBytes }) => residentBytes)))],
    ["longest wait for /healthz while the books are recomputed", ms(booksHealthMs)],
  ],
  notes: [`Median of ${starts.length} starts; the file lies in the system's cache.`],
  ...{ checks: [], runs: starts },
});
