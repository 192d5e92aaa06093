// Counters and histograms for Prometheus. What is cheap to count is counted where it happens. What is of the last minutes
// is kept once, and told to Prometheus and by the API alike.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Outcome } from "../domain/event.ts";
import { addFigures } from "./figure-gauges.ts";
import { type Answered, createOperationTallies, type OperationFigures } from "./operation-figures.ts";
import { createProcessWatch } from "./process-watch.ts";
import { createRecent, type Distribution, type Recent } from "./recent.ts";
import { createTotals, type Totals } from "./totals.ts";
import { createWebhookMetrics, type WebhookMetrics, type WebhookStanding } from "./webhook-metrics.ts";

export interface Metrics {
  countOutcome(outcome: Outcome): void;
  observeCommit(events: number, seconds: number): void;
  /** How long a group of events waited for the lock that lets it write. */
  observeLock(seconds: number): void;
  /** An operation of the API that was answered. */
  observeOperation(answered: Answered): void;
  /** Some of the figures, for who wants no text. */
  figures(): Figures;
  /** What has been counted and measured since the start. */
  totals(): Totals;
  /** What is so right now, at little cost. */
  levels(): ServerLevels;
  /** A question about aggregations was answered: from the cache, or from the database. */
  countAggregation(isCached: boolean): void;
  /** The figures of a queue's intake, which are there from then on. Called once. */
  addIntake(figures: IntakeFigures): IntakeMetrics;
  /** The figures of webhooks, which are there from then on. Called once. */
  addWebhooks(standing: () => Promise<WebhookStanding | null>): WebhookMetrics;
  /** The text that Prometheus reads. */
  text(): Promise<string>;
  readonly contentType: string;
  close(): void;
}

/** What is so of this server at one moment. */
export interface ServerLevels {
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly waitingEvents: number;
  readonly subscribers: number;
}

/** Figures of this server. What is distributed is so of late; durations are in seconds. */
export interface Figures extends ServerLevels {
  readonly commitDuration: Distribution | null;
  readonly commitEvents: Distribution | null;
  readonly lockWait: Distribution | null;
  readonly eventLoopDelay: Distribution | null;
  /** Seconds of processor time a second. */
  readonly cpuShare: number;
  /** Of all operations together. */
  readonly requestDuration: Distribution | null;
  readonly operations: readonly OperationFigures[];
}

/** What is read whenever the metrics are. */
export interface IntakeFigures {
  readonly isConnected: () => boolean;
  /** Messages that the queue still holds. */
  readonly waiting: () => number;
}

export interface IntakeMetrics {
  countAcknowledged(outcome: Outcome): void;
  countReleased(messages: number): void;
  countRedelivered(): void;
  /** How long ago it was published when it was committed. */
  observeAge(seconds: number): void;
}

interface MetricsDeps {
  readonly subscribers: () => number;
  /** Events that wait for their commit, or for its end. */
  readonly waitingEvents: () => number;
  /** What the database takes and holds; null where it does not tell. */
  readonly database: () => Promise<HeldFigures | null>;
  readonly connections: () => readonly ConnectionFigures[];
  /** What answers about aggregations that are kept take in memory. */
  readonly cachedBytes: () => number;
}

export interface HeldFigures {
  readonly sizeBytes: number;
  readonly walBytes: number | null;
  readonly freeBytes: number | null;
  readonly scheduledFailures: number;
  readonly runningJobs: number;
}

/** What is known of the transactions of late. */
export interface RecentCommits {
  readonly duration: Recent;
  readonly events: Recent;
  readonly lockWait: Recent;
}

interface ConnectionFigures {
  readonly purpose: string;
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

export const createMetrics = (deps: MetricsDeps): Metrics => {
  const { subscribers, waitingEvents, connections, database, cachedBytes } = deps;
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const outcomes = new Counter({
    name: "surecount_events_total",
    help: "Events received, by outcome.",
    labelNames: ["outcome"],
    registers,
  });
  const duration = new Histogram({
    name: "surecount_commit_duration_seconds",
    help: "Time from the beginning of a transaction to its end on disk.",
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
    registers,
  });
  const size = new Histogram({
    name: "surecount_commit_events",
    help: "Events committed together.",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    registers,
  });
  const operations = createOperationTallies();
  const watch = createProcessWatch();
  const recent: RecentCommits = {
    duration: createRecent(),
    events: createRecent({ unit: 1 }),
    lockWait: createRecent(),
  };
  const requests = createRecent();
  const { countOutcome, countError, totals } = createTotals({
    ...{ commit: recent.duration, lockWait: recent.lockWait, group: recent.events },
    ...{ request: requests, eventLoop: watch.eventLoopDelay },
  });
  const levels = (): ServerLevels => {
    const { rss, heapUsed } = process.memoryUsage();
    return {
      ...{ residentBytes: rss, heapBytes: heapUsed },
      ...{ waitingEvents: waitingEvents(), subscribers: subscribers() },
    };
  };
  const figures = (): Figures => ({
    commitDuration: recent.duration.distribution(),
    commitEvents: recent.events.distribution(),
    lockWait: recent.lockWait.distribution(),
    eventLoopDelay: watch.eventLoopDelay.distribution(),
    requestDuration: requests.distribution(),
    ...{ cpuShare: watch.cpuShare(), ...levels(), operations: operations.figures() },
  });
  addFigures(registry, { recent, watch, operations, subscribers, waitingEvents, database });
  new Gauge({
    name: "surecount_database_connections",
    help: "Connections to PostgreSQL, by what they are for: open and idle ones, and callers that wait for one.",
    labelNames: ["purpose", "state"],
    registers,
    collect() {
      for (const { purpose, ...states } of connections())
        for (const [state, value] of Object.entries(states)) this.set({ purpose, state }, value);
    },
  });
  const aggregations = new Counter({
    name: "surecount_aggregations_total",
    help: "Questions about aggregations, by where the answer came from.",
    labelNames: ["source"],
    registers,
  });
  new Gauge({
    name: "surecount_aggregation_cache_bytes",
    help: "What the answers about aggregations that are kept take in memory.",
    registers,
    collect() {
      this.set(cachedBytes());
    },
  });
  return {
    countAggregation: (isCached) => aggregations.inc({ source: isCached ? "cache" : "database" }),
    countOutcome: (outcome) => {
      outcomes.inc({ outcome });
      countOutcome(outcome);
    },
    observeCommit: (events, seconds) => {
      duration.observe(seconds);
      size.observe(events);
      recent.duration.record(seconds);
      recent.events.record(events);
    },
    observeLock: recent.lockWait.record,
    observeOperation: (answered) => {
      operations.add(answered);
      requests.record(answered.seconds);
      if (answered.hasErrors) countError();
    },
    ...{ figures, totals, levels },
    addIntake: (figures) => createIntakeMetrics(registry, figures),
    addWebhooks: (standing) => createWebhookMetrics(registry, standing),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    close: watch.close,
  };
};

const createIntakeMetrics = (registry: Registry, { isConnected, waiting }: IntakeFigures): IntakeMetrics => {
  const registers = [registry];
  const acknowledged = new Counter({
    name: "surecount_intake_acknowledged_total",
    help: "Messages of the queue dealt with, by the outcome of their events.",
    labelNames: ["outcome"],
    registers,
  });
  const released = new Counter({
    name: "surecount_intake_released_total",
    help: "Messages given back to the queue, because they could not be committed or the server ended.",
    registers,
  });
  const redelivered = new Counter({
    name: "surecount_intake_redelivered_total",
    help: "Messages that the queue did not deliver for the first time.",
    registers,
  });
  const age = new Histogram({
    name: "surecount_intake_age_seconds",
    help: "Time from the publishing of a message to the commit of its event.",
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600, 3_600, 86_400],
    registers,
  });
  const addGauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read());
      },
    });
  };
  addGauge("surecount_intake_connected", "1 while messages are taken from the queue, 0 while it cannot be used.", () =>
    Number(isConnected()),
  );
  addGauge("surecount_intake_waiting_messages", "Messages that the queue still holds, as far as it has said.", waiting);
  return {
    countAcknowledged: (outcome) => acknowledged.inc({ outcome }),
    countReleased: (messages) => released.inc(messages),
    countRedelivered: () => redelivered.inc(),
    observeAge: (seconds) => age.observe(seconds),
  };
};
