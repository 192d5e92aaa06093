// The live feed to many subscribers on real sockets: does everyone get everything, how soon, and at which cost; against
// a bare ws server that sends one frame to everyone.
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { checkServer } from "../check.ts";
import type { Child } from "../child.ts";
import type { FeedReport, ReceivedReport, SubscribersJob } from "../load/subscribers.ts";
import { inTurns } from "../rounds.ts";
import { residentBytesIn, type ServerUnderTest } from "../server.ts";
import { median, medianRatio } from "../statistics.ts";
import { type Check, figure, megabytes, ms, type Table, times } from "../table.ts";
import type { Loader, Workshop } from "../workshop.ts";

const LEVELS: readonly Level[] = [
  ...[1, 100, 1_000].flatMap((subscribers) => [100, 1_000].map((rate) => ({ subscribers, rate }))),
  { subscribers: 1_000, rate: 5_000 },
];
const PATIENCE_MS = 30_000;
/** The broadcast is compared where both are at their hardest. */
const isHard = ({ subscribers, rate }: Level): boolean => subscribers * rate >= 1_000_000;

export const title = "the live feed: single events at a steady rate to many subscribers";

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const { options, progress } = workshop;
  const stage = await start(workshop);
  const levels = [];
  for (const level of LEVELS) {
    progress(`${level.subscribers} subscribers, ${level.rate} events/s`);
    const contestants = { ours: () => follow(stage, level), broadcast: () => receive(stage, level) };
    const runs = isHard(level)
      ? await inTurns(options.rounds, contestants)
      : { ...(await inTurns(options.rounds, { ours: contestants.ours })), broadcast: [] };
    levels.push({ ...level, ...runs });
  }
  const followed = levels.flatMap(({ ours }) => ours);
  const checks = [...(await checkServer(stage.server, stage.loader.reports)), ...checkDeliveries(followed)];
  return [{ name: "fanout", title, columns, rows: levels.map(rowOf), notes, runs: levels, checks }];
};

interface Level {
  readonly subscribers: number;
  readonly rate: number;
}

interface Stage {
  readonly server: ServerUnderTest;
  readonly loader: Loader;
  readonly readers: Child;
  readonly broadcastUrl: string;
  readonly seconds: number;
}

const start = async ({ server: startOurs, child, loader: startLoader, options }: Workshop): Promise<Stage> => {
  const server = await startOurs();
  const loader = await startLoader({ url: `${server.url}/graphql`, target: "event", inFlight: 32, warmUpMs: 0 });
  const broadcast = await child("peers/broadcast.ts");
  const readers = await child("load/subscribers.ts");
  return { server, loader, readers, broadcastUrl: String(broadcast.ready.url), seconds: options.seconds };
};

interface Followed extends FeedReport, Level {
  readonly expected: number;
  /** Events stored while they were sent. */
  readonly takenPerSecond: number;
  readonly deliveriesPerSecond: number;
  /** Of one core, 0 to 1 and above. */
  readonly cpuShare: number;
  readonly residentBytes: number;
}

const follow = async (stage: Stage, { subscribers, rate }: Level): Promise<Followed> => {
  const { server, loader, readers, seconds } = stage;
  const ask = (job: SubscribersJob): Promise<unknown> => readers.ask(job);
  const headSeq = await headOf(server);
  await ask({ kind: "open", url: `${server.url}/graphql`, count: subscribers, headSeq });
  const before = await usageOf(server);
  await loader.run({ requestsPerSecond: rate, durationMs: seconds * 1_000, eventsPerRequest: 1 });
  const lastSeq = await headOf(server);
  // The last messages may still be on their way; a server that lags behind shows it in the time that it takes.
  const report = (await ask({ kind: "close", lastSeq, patienceMs: PATIENCE_MS })) as FeedReport;
  const after = await usageOf(server);
  const elapsedSeconds = (after.atMs - before.atMs) / 1_000;
  return {
    ...{ subscribers, rate, ...report, expected: (lastSeq - headSeq) * subscribers },
    takenPerSecond: (lastSeq - headSeq) / seconds,
    deliveriesPerSecond: report.delivered / elapsedSeconds,
    cpuShare: (after.cpuSeconds - before.cpuSeconds) / elapsedSeconds,
    residentBytes: after.residentBytes,
  };
};

const head = z.object({ stats: z.object({ asOfSeq: z.number() }) });

const headOf = async (server: ServerUnderTest): Promise<number> =>
  head.parse(await server.ask("{ stats { asOfSeq } }")).stats.asOfSeq;

const usageOf = async (server: ServerUnderTest) => {
  const metrics = await server.metrics();
  return {
    atMs: performance.now(),
    cpuSeconds: metrics.get("process_cpu_seconds_total") ?? Number.NaN,
    residentBytes: residentBytesIn(metrics),
  };
};

const receive = async ({ readers, broadcastUrl, seconds }: Stage, { subscribers }: Level): Promise<ReceivedReport> => {
  const job: SubscribersJob = { kind: "receive", url: broadcastUrl, count: subscribers, durationMs: seconds * 1_000 };
  const report = (await readers.ask(job)) as ReceivedReport;
  // It goes on until it has seen that nobody listens any more.
  await delay(200);
  return report;
};

const checkDeliveries = (all: readonly Followed[]): readonly Check[] =>
  all.map(({ subscribers, rate, expected, delivered, incomplete }) => ({
    what: `entries delivered to ${subscribers} subscribers at ${rate}/s (${incomplete} of them incomplete or out of order)`,
    expected: expected,
    actual: incomplete === 0 ? delivered : Math.min(delivered, expected - 1),
  }));

const columns = [
  ...["subscribers", "events/s", "taken in/s", "all delivered", "p50", "p99", "deliveries/s", "entries a message"],
  ...["CPU of a core", "memory", "broadcast/s", "ratio"],
];

interface LevelRuns extends Level {
  readonly ours: readonly Followed[];
  readonly broadcast: readonly ReceivedReport[];
}

const rowOf = ({ subscribers, rate, ours, broadcast }: LevelRuns): readonly string[] => {
  const middle = (of: (run: Followed) => number): number => median(ours.map(of));
  const deliveries = (runs: readonly ReceivedReport[]): readonly number[] =>
    runs.map(({ deliveriesPerSecond }) => deliveriesPerSecond);
  return [
    figure(subscribers),
    figure(rate),
    figure(middle(({ takenPerSecond }) => takenPerSecond)),
    ours.every(({ expected, delivered, incomplete }) => delivered === expected && incomplete === 0) ? "yes" : "NO",
    ms(middle(({ p50Ms }) => p50Ms)),
    ms(middle(({ p99Ms }) => p99Ms)),
    figure(median(deliveries(ours))),
    middle(({ delivered, messages }) => delivered / messages).toFixed(1),
    `${Math.round(middle(({ cpuShare }) => cpuShare) * 100)} %`,
    megabytes(middle(({ residentBytes }) => residentBytes)),
    figure(median(deliveries(broadcast))),
    times(broadcast.length === 0 ? Number.NaN : medianRatio(deliveries(ours), deliveries(broadcast))),
  ];
};

const notes = [
  "p50, p99: from `at`, the server's clock when the commit began, until a subscriber has the entry.",
  "deliveries/s: entries by subscribers, over the time until everyone had everything; the rate of the events bounds it.",
  "broadcast: a bare ws server that sends a message of one entry to everyone, as fast as the same reader takes it.",
  "One process reads for all subscribers and shares the machine with the server and the sender.",
];
