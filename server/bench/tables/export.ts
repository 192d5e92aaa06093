// What it takes to export all events: the time, the memory of the server's process, and what is left for ingestion.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { checkServer } from "../check.ts";
import type { LoadReport } from "../load/job.ts";
import { residentBytesIn, type ServerUnderTest } from "../server.ts";
import { median } from "../statistics.ts";
import { type Check, figure, megabytes, type Table, times } from "../table.ts";
import type { Workshop } from "../workshop.ts";

const DEFAULT_EVENTS = 1_000_000;
const BATCH = 500;
const IN_FLIGHT = 4;
const SAMPLE_MS = 100;

export const title = "an export of 1,000,000 events as NDJSON (see --events), alone and beside ingestion";

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const { options, progress } = workshop;
  const server = await workshop.server();
  const loader = await workshop.loader({ url: `${server.url}/graphql`, target: "events", inFlight: IN_FLIGHT });
  const events = options.events ?? DEFAULT_EVENTS;
  progress(`storing ${figure(events)} events`);
  const filling = {
    eventsPerRequest: BATCH,
    maxRequests: Math.ceil(events / BATCH),
    warmUpMs: 0,
    durationMs: 3_600_000,
  };
  await loader.run(filling);
  const ingest = (): Promise<LoadReport> => loader.run({ eventsPerRequest: BATCH });
  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    progress(`round ${round} of ${options.rounds}`);
    const alone = await exportAll(server);
    const without = await ingest();
    const beside = await whileExporting(server, ingest);
    rounds.push({ alone, without, beside });
  }
  const checks = [...(await checkServer(server, loader.reports)), ...rounds.flatMap(checksOf)];
  return [
    {
      name: "export",
      title,
      columns,
      rows: rounds.map(rowOf).concat([mediansOf(rounds)]),
      notes,
      runs: rounds,
      checks,
    },
  ];
};

interface Exported {
  readonly rows: number;
  /** What its trailer says. */
  readonly statedRows: number;
  readonly isDigestRight: boolean;
  readonly bytes: number;
  readonly seconds: number;
  /** By how much the process was larger at most than before. */
  readonly grownBytes: number;
}

interface Round {
  readonly alone: Exported;
  readonly without: LoadReport;
  readonly beside: { readonly exported: Exported; readonly reports: readonly LoadReport[] };
}

const LINE_END = 0x0a;

const exportAll = async (server: ServerUnderTest): Promise<Exported> => {
  const watch = await watchMemory(server);
  const startedAtMs = performance.now();
  const [answer] = (await once(request(new URL("/export/events.ndjson", server.url)).end(), "response")) as [
    IncomingMessage,
  ];
  const hash = createHash("sha256");
  let [rows, bytes] = [0, 0];
  for await (const piece of answer as AsyncIterable<Buffer>) {
    hash.update(piece);
    bytes += piece.length;
    for (let at = piece.indexOf(LINE_END); at >= 0; at = piece.indexOf(LINE_END, at + 1)) rows += 1;
  }
  const { "row-count": stated, "sha-256": digest } = answer.trailers;
  return {
    ...{ rows, statedRows: Number(stated), isDigestRight: hash.digest("hex") === digest, bytes },
    ...{ seconds: (performance.now() - startedAtMs) / 1_000, grownBytes: await watch.end() },
  };
};

/** Loads the server until the export has ended. */
const whileExporting = async (server: ServerUnderTest, ingest: () => Promise<LoadReport>): Promise<Round["beside"]> => {
  let isOver = false;
  const exporting = exportAll(server).finally(() => {
    isOver = true;
  });
  const reports: LoadReport[] = [];
  while (!isOver) reports.push(await ingest());
  return { exported: await exporting, reports };
};

const watchMemory = async (server: ServerUnderTest) => {
  const residentBytes = async (): Promise<number> => residentBytesIn(await server.metrics());
  const before = await residentBytes();
  let most = before;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, await residentBytes());
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  return {
    end: async (): Promise<number> => {
      isOver = true;
      await watching;
      return most - before;
    },
  };
};

const checksOf = ({ alone, beside: { exported } }: Round): readonly Check[] =>
  [alone, exported].flatMap(({ rows, statedRows, isDigestRight }) => [
    { what: "rows of an export, and those that its trailer says", expected: statedRows, actual: rows },
    { what: "exports with the digest that their trailer says", expected: 1, actual: Number(isDigestRight) },
  ]);

const columns = ["round", "rows", "seconds", "rows/s", "memory", "ingestion", "beside an export", "ratio"];

interface Figures {
  readonly rows: number;
  readonly seconds: number;
  readonly grownBytes: number;
  readonly without: number;
  readonly beside: number;
}

const figuresOf = ({ alone, without, beside }: Round): Figures => ({
  ...{ rows: alone.rows, seconds: alone.seconds, grownBytes: alone.grownBytes },
  without: without.eventsPerSecond,
  beside: median(beside.reports.map(({ eventsPerSecond }) => eventsPerSecond)),
});

const cellsOf = ({ rows, seconds, grownBytes, without, beside }: Figures): readonly string[] => [
  ...[figure(rows), seconds.toFixed(1), figure(rows / seconds), megabytes(grownBytes)],
  ...[figure(without), figure(beside)],
];

const rowOf = (round: Round, index: number): readonly string[] => {
  const figures = figuresOf(round);
  return [String(index + 1), ...cellsOf(figures), times(figures.beside / figures.without)];
};

const mediansOf = (rounds: readonly Round[]): readonly string[] => {
  const all = rounds.map(figuresOf);
  const middle = (name: keyof Figures): number => median(all.map((figures) => figures[name]));
  const figures: Figures = {
    ...{ rows: middle("rows"), seconds: middle("seconds"), grownBytes: middle("grownBytes") },
    ...{ without: middle("without"), beside: middle("beside") },
  };
  return ["median", ...cellsOf(figures), times(median(all.map(({ without, beside }) => beside / without)))];
};

const notes = [
  "memory: by how much the resident memory of the whole process exceeded at most what it was before, while it only exported.",
  "ingestion: batches of 500, 4 in flight, in events a second; beside an export the median of the runs that it lasted for.",
  "The reader of the export is on the same machine, counts its lines and computes its digest.",
];
