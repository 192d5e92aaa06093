// What a question about millions of events takes, over HTTP: it must follow the buckets that are asked for, and not the
// number of events. Each question is another one, so that none is answered from what was answered before; then one of them
// is asked again and again.
import { createAsk, requestOnce } from "../load/http.ts";
import { fillReference } from "../peers/reference-history.ts";
import type { ServerUnderTest } from "../server.ts";
import { type Latency, latencyOf, median } from "../statistics.ts";
import { type Check, figure, ms, type Table, times } from "../table.ts";
import type { Workshop } from "../workshop.ts";
import type { HistoryJob } from "../writer/history.ts";

const DEFAULT_EVENTS = 1_000_000;
const FEW_EVENTS = 50_000;
const DAY_MS = 86_400_000;
/** How many times each question is asked, each time another. */
const ASKED = 200;
/** And how many times one of them, which then is known. */
const ASKED_AGAIN = 500;
/** And before, so that a server that has just started is not what is measured. */
const WARMING = 50;
const SCANS = 3;

export const title = "questions about 1,000,000 events (see --events), against 50,000 and a full scan";

const endMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const ofSeries = { clients: 100, days: 400, endMs } as const;
const ofClients = { clients: 10_000, days: 365, endMs } as const;

interface Question {
  readonly name: string;
  readonly rows: number;
  /** The arguments of the number-th question of its kind. */
  readonly args: (number: number) => string;
}

const range = (fromDaysAgo: number, toDaysAgo: number): string => {
  const at = (daysAgo: number): string => new Date(endMs - daysAgo * DAY_MS).toISOString();
  return `filter: { from: "${at(fromDaysAgo)}", to: "${at(toDaysAgo)}" }`;
};

const daily: Question = {
  ...{ name: "30 days by day, 100 series", rows: 3_000 },
  args: (number) => `${range(31 + number, 1 + number)}, groupBy: [CLIENT, METRIC], interval: DAY`,
};
const yearly: Question = {
  ...{ name: "a year by month, 100 series", rows: 1_300 },
  // From another day each time, and from another quarter of an hour where the days begin anew.
  args: (number) =>
    `${range(366 + (number % 30) + Math.floor(number / 30) / 96, 1 + (number % 30))}, groupBy: [CLIENT, METRIC], interval: MONTH`,
};
const top: Question = {
  ...{ name: "top 10 of 10,000 clients in a year", rows: 11 },
  args: (number) => `${range(366 + number, -1)}, groupBy: [CLIENT], order: SUM_DESC, limit: 10`,
};

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const events = workshop.options.events ?? DEFAULT_EVENTS;
  const few = await serveHistory(workshop, { ...ofSeries, events: FEW_EVENTS });
  const many = await serveHistory(workshop, { ...ofSeries, events });
  const clients = await serveHistory(workshop, { ...ofClients, events });
  const scan = await scanReference(workshop, { ...ofSeries, events });
  workshop.progress("asking");
  const runs = {
    daily: await askBoth({ few, many }, daily),
    yearly: await askBoth({ few, many }, yearly),
    top: { few: null, many: await ask(clients, top) },
  };
  const rows = [
    rowOf(daily, runs.daily, scan),
    rowOf(yearly, runs.yearly, scan),
    rowOf(top, runs.top, scan),
    ["the reference design: all time by client, full scan", "", "", "", ms(scan.medianMs), "", "", "", "", ""],
  ];
  const checks = [few, many, clients].flatMap((history) => history.checks);
  for (const { server, asked } of [few, many, clients])
    checks.push({ what: "answered anew", expected: asked.anew, actual: await answeredAnew(server) });
  const heading = `questions over HTTP, ${figure(events)} events stored`;
  return [{ name: "aggregations", title: heading, columns, rows, notes, checks, runs: { events, ...runs, scan } }];
};

interface History {
  readonly server: ServerUnderTest;
  readonly checks: Check[];
  /** How many of the questions that were asked were new ones. */
  readonly asked: { anew: number };
}

const serveHistory = async ({ file, child, server, progress }: Workshop, job: HistoryJob): Promise<History> => {
  const database = file(`history-${job.clients}-${job.events}.db`);
  progress(`storing ${figure(job.events)} events of ${figure(job.clients)} clients`);
  const filling = await child("writer/history.ts", database);
  const actual = Number(await filling.ask(job));
  await filling.stop();
  const checks = [{ what: "events stored", expected: job.events, actual }];
  return { server: await server({ database }), checks, asked: { anew: 0 } };
};

interface Asked {
  readonly anew: Latency;
  readonly again: Latency;
}

/** In turns, so that whatever else the machine does falls on both. */
const askBoth = async ({ few, many }: { readonly few: History; readonly many: History }, question: Question) => {
  const [fewAnew, manyAnew]: [number[], number[]] = [[], []];
  await warm(few, question);
  await warm(many, question);
  for (let number = 0; number < ASKED; number += 1) {
    fewAnew.push(await askAnew(few, question, number));
    manyAnew.push(await askAnew(many, question, number));
  }
  return {
    few: { anew: latencyIn(fewAnew), again: await askAgain(few, question) },
    many: { anew: latencyIn(manyAnew), again: await askAgain(many, question) },
  };
};

const ask = async (history: History, question: Question): Promise<Asked> => {
  const anew: number[] = [];
  await warm(history, question);
  for (let number = 0; number < ASKED; number += 1) anew.push(await askAnew(history, question, number));
  return { anew: latencyIn(anew), again: await askAgain(history, question) };
};

const warm = async (history: History, question: Question): Promise<void> => {
  for (let number = ASKED; number < ASKED + WARMING; number += 1) await askAnew(history, question, number);
};

const askAnew = ({ server, asked }: History, question: Question, number: number): Promise<number> => {
  asked.anew += 1;
  return askOnce(server, question, number);
};

/** The last that was asked anew. */
const askAgain = async ({ server }: History, question: Question): Promise<Latency> => {
  const again: number[] = [];
  for (let time = 0; time < ASKED_AGAIN; time += 1) again.push(await askOnce(server, question, ASKED - 1));
  return latencyIn(again);
};

const latencyIn = (samplesMs: readonly number[]): Latency => latencyOf(Float64Array.from(samplesMs));

const askFor = createAsk(1024 * 1024);

/** How long it takes, in milliseconds. @throws Error where it is not what was asked for. */
const askOnce = async ({ url }: ServerUnderTest, { args, rows, name }: Question, number: number): Promise<number> => {
  const query = `{ aggregations(${args(number)}) { client unit from count sum } }`;
  const { body, tookMs } = await askFor(new URL("/graphql", url), JSON.stringify({ query }));
  const length = rowsIn(body);
  if (length > rows || length < rows * 0.8) throw new Error(`${name}: ${length} rows instead of ${rows}.`);
  return tookMs;
};

const rowsIn = (body: Buffer): number => {
  let rows = 0;
  for (let at = body.indexOf('"count":'); at >= 0; at = body.indexOf('"count":', at + 1)) rows += 1;
  return rows;
};

const answeredAnew = async ({ url }: ServerUnderTest): Promise<number> => {
  const { body } = await requestOnce(new URL("/metrics", url));
  return Number(/^surecount_aggregations_total\{source="database"\} (\d+)$/m.exec(body)?.[1]);
};

interface Scan {
  readonly medianMs: number;
  readonly runsMs: readonly number[];
}

const scanReference = async ({ file, child, progress }: Workshop, job: HistoryJob): Promise<Scan> => {
  const database = file("reference.db");
  progress("the reference design's full scan");
  const reference = await child("peers/reference.ts", database);
  fillReference(database, job);
  const runsMs: number[] = [];
  for (let scan = 0; scan < SCANS; scan += 1) {
    const startedAt = performance.now();
    await requestOnce(new URL("/api/aggregations", String(reference.ready.url)));
    runsMs.push(performance.now() - startedAt);
  }
  await reference.stop();
  return { medianMs: median(runsMs), runsMs };
};

const columns = [
  ...["question", "p99 at 50,000", "p50", "p99", "scan", "p99 to that at 50,000", "the scan takes"],
  ...["p50 where known", "p99 where known", "the scan takes"],
];

const rowOf = (
  { name }: Question,
  { few, many }: { readonly few: Asked | null; readonly many: Asked },
  { medianMs }: Scan,
): readonly string[] => [
  name,
  few === null ? "-" : ms(few.anew.p99Ms),
  ms(many.anew.p50Ms),
  ms(many.anew.p99Ms),
  "",
  few === null ? "-" : times(many.anew.p99Ms / few.anew.p99Ms),
  times(medianMs / many.anew.p99Ms),
  ms(many.again.p50Ms),
  ms(many.again.p99Ms),
  times(medianMs / many.again.p99Ms),
];

const notes = [
  `Each question is asked ${ASKED} times over HTTP, with all that GraphQL adds, on an open connection, from another day each time, and ${WARMING} times before that are not measured: none is answered from the cache, which the servers' own count confirms. Where known: the last of them ${ASKED_AGAIN} times more.`,
  "The events lie evenly over 400 days (100 series) and 365 days (10,000 clients), stored through the writer in groups of 5,000. The days asked for are whole; the years begin and end within a month, but for the top 10, whose year holds all events.",
  "the scan takes: the reference design's aggregation, which reads all of as many events, by the p99 to the left of it.",
];
