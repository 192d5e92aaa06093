// How long the server's event loop is held up, and how long others wait for an answer, while it takes in all it can.
import { setTimeout as delay } from "node:timers/promises";
import { checkServer } from "../check.ts";
import type { LoadJob, LoadReport } from "../load/job.ts";
import { whileProbing } from "../probe.ts";
import { residentBytesIn, type ServerUnderTest } from "../server.ts";
import { type Latency, median } from "../statistics.ts";
import { figure, megabytes, ms, type Table } from "../table.ts";
import type { Workshop } from "../workshop.ts";

const LOADS: Readonly<Record<string, Partial<LoadJob>>> = {
  "single events, 64 in flight": { target: "event", inFlight: 64 },
  "single events, 256 in flight": { target: "event", inFlight: 256 },
  "batches of 500, 4 in flight": { target: "events", inFlight: 4, eventsPerRequest: 500 },
  "batches of 1,000, 8 in flight": { target: "events", inFlight: 8, eventsPerRequest: 1_000 },
};

export const title = "event-loop delay and memory under full ingestion";

export const run = async ({ server: startOurs, loader, options, progress }: Workshop): Promise<readonly Table[]> => {
  const server = await startOurs();
  const ours = await loader({ url: `${server.url}/graphql`, target: "event", warmUpMs: 0 });
  await ours.run({});
  const idle = await observe(server, () => delay(options.seconds * 1_000, null));
  const loads = [];
  for (const [name, load] of Object.entries(LOADS)) {
    progress(name);
    const runs = [];
    for (let round = 0; round < options.rounds; round += 1) runs.push(await observe(server, () => ours.run(load)));
    loads.push({ name, runs });
  }
  const rows = [{ name: "nothing", runs: [idle] }, ...loads].map(rowOf);
  return [{ name: "delay", title, columns, rows, notes, runs: loads, checks: await checkServer(server, ours.reports) }];
};

interface Observation {
  readonly report: LoadReport | null;
  readonly loopP50Ms: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  readonly health: Latency;
  readonly residentBytes: number;
}

const observe = async (server: ServerUnderTest, load: () => Promise<LoadReport | null>): Promise<Observation> => {
  // Reading the metrics begins the histogram of the event loop's delays anew.
  await server.metrics();
  const { result: report, health } = await whileProbing(server.url, load);
  const metrics = await server.metrics();
  const loopMs = (name: string): number => (metrics.get(`nodejs_eventloop_lag_${name}_seconds`) ?? Number.NaN) * 1_000;
  return {
    ...{ report, health, loopP50Ms: loopMs("p50"), loopP99Ms: loopMs("p99"), loopMaxMs: loopMs("max") },
    residentBytes: residentBytesIn(metrics),
  };
};

const columns = ["load", "events/s", "loop p50", "loop p99", "loop max", "/healthz p99", "/healthz max", "memory"];

const rowOf = ({ name, runs }: { readonly name: string; readonly runs: readonly Observation[] }): readonly string[] => {
  const middle = (of: (run: Observation) => number): number => median(runs.map(of));
  return [
    name,
    figure(middle(({ report }) => report?.eventsPerSecond ?? Number.NaN)),
    ms(middle(({ loopP50Ms }) => loopP50Ms)),
    ms(middle(({ loopP99Ms }) => loopP99Ms)),
    ms(middle(({ loopMaxMs }) => loopMaxMs)),
    ms(middle(({ health }) => health.p99Ms)),
    ms(middle(({ health }) => health.maxMs)),
    megabytes(middle(({ residentBytes }) => residentBytes)),
  ];
};

const notes = [
  "loop: nodejs_eventloop_lag_* of /metrics over exactly this load. A timer of 10 ms measures it, so that an idle loop shows 10 ms: see the first row.",
  "/healthz: asked every few milliseconds beside the load, over HTTP: what anyone else waits.",
  "memory: resident, of the whole process, after the load.",
];
