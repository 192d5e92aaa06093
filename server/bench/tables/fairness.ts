// What a client that sends a hundred times what it may costs the others: their latency beside it, against theirs alone.
import { checkServer } from "../check.ts";
import type { FloodJob, FloodReport } from "../load/flood.ts";
import type { LoadReport } from "../load/job.ts";
import { inTurns } from "../rounds.ts";
import type { ServerUnderTest } from "../server.ts";
import { median, medianRatio } from "../statistics.ts";
import { figure, ms, type Table, times } from "../table.ts";
import type { Workshop } from "../workshop.ts";

/** What the flooding client may send a second; it sends a hundred times as many. */
const LIMIT = 10;
const TIMES = 100;
const FLOODED = LIMIT * TIMES;
/** What the others send a second. */
const RATE = 200;

const FLOODS = [
  { name: "single events", eventsPerRequest: 1 },
  { name: "batches of 100", eventsPerRequest: 100 },
] as const;

export const title = `latency of others beside a client that sends ${TIMES} times its limit`;

export const run = async ({ server: startOurs, loader, child, options, progress }: Workshop) => {
  const server = await startOurs();
  await limit(server, "limited");
  const ours = await loader({ url: `${server.url}/graphql`, target: "event", inFlight: 16 });
  const flooder = await child("load/flood.ts");
  const ask = (job: FloodJob): Promise<unknown> => flooder.ask(job);
  const floods: FloodReport[] = [];
  const measure = (): Promise<LoadReport> => ours.run({ requestsPerSecond: RATE });
  const beside = (client: string, eventsPerRequest: number) => async (): Promise<LoadReport> => {
    const first = floods.at(-1)?.next ?? 0;
    const requestsPerSecond = FLOODED / eventsPerRequest;
    await ask({ kind: "begin", url: `${server.url}/graphql`, client, requestsPerSecond, eventsPerRequest, first });
    const report = await measure();
    floods.push((await ask({ kind: "end" })) as FloodReport);
    return report;
  };

  const rows = [];
  for (const { name, eventsPerRequest } of FLOODS) {
    progress(name);
    const runs = await inTurns(options.rounds, {
      alone: measure,
      limited: beside("limited", eventsPerRequest),
      unlimited: beside("unlimited", eventsPerRequest),
    });
    rows.push({ name, ...runs });
  }
  const stored = await checkServer(server, [...ours.reports, ...floods]);
  // The log also says that the limit was set.
  const checks = stored.map((check) =>
    check.what === "rows in processing_log" ? { ...check, expected: check.expected + 1 } : check,
  );
  const table: Table = {
    ...{ name: "fairness", title, columns, rows: rows.flatMap(rowsOf), notes, checks },
    runs: { rows, floods },
  };
  return [table];
};

const limit = (server: ServerUnderTest, client: string): Promise<unknown> =>
  server.ask(
    `mutation { setClientProfile(client: "${client}", profile: { rateLimitPerMinute: ${LIMIT * 60} }) { profile { version } } }`,
  );

const columns = ["the client sends", "its limit", "others' p50", "others' p99", "p99 alone", "ratio"];

interface Row {
  readonly name: string;
  readonly alone: readonly LoadReport[];
  readonly limited: readonly LoadReport[];
  readonly unlimited: readonly LoadReport[];
}

const rowsOf = ({ name, alone, limited, unlimited }: Row): readonly (readonly string[])[] => {
  const p99 = (runs: readonly LoadReport[]): readonly number[] => runs.map(({ p99Ms }) => p99Ms);
  const rowOf = (limitedTo: string, runs: readonly LoadReport[]): readonly string[] => [
    ...[name, limitedTo, ms(median(runs.map(({ p50Ms }) => p50Ms))), ms(median(p99(runs)))],
    ...[ms(median(p99(alone))), times(medianRatio(p99(runs), p99(alone)))],
  ];
  return [rowOf(`${figure(LIMIT)}/s`, limited), rowOf("none", unlimited)];
};

const notes = [
  `The client sends ${figure(FLOODED)} events a second, as far as its connections get their answers in time; the others ${RATE} single events a second, on connections of their own.`,
  "Both generators share the machine with the server: the row without a limit shows what the load alone does.",
];
