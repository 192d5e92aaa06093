// Everything that is measured, in one place: counted where it happens (instruments.ts), looked at when somebody reads it
// (figure-gauges.ts), or of the last minutes, which is kept once, and told to Prometheus and by the API alike.
import { collectDefaultMetrics, Registry } from "prom-client";
import type { Result } from "../domain/event.ts";
import { addBackups } from "./backup-gauges.ts";
import type { BackupFigures } from "./backups.ts";
import { type Family, type Format, writeFamilies } from "./exposition.ts";
import { addGauges, type GaugeSources } from "./figure-gauges.ts";
import { createInstruments, type RequestFigures, type RunFigures } from "./instruments.ts";
import { createIntakeMetrics, type IntakeFigures, type IntakeMetrics } from "./intake-metrics.ts";
import { type Answered, createOperationTallies, type OperationFigures } from "./operation-figures.ts";
import { createProcessWatch } from "./process-watch.ts";
import { createRecent, type Distribution, type Recent } from "./recent.ts";
import { summaryOf } from "./summaries.ts";
import { createTotals, type Totals } from "./totals.ts";
import { createWebhookMetrics, type WebhookMetrics, type WebhookStanding } from "./webhook-metrics.ts";

export interface Metrics {
  countResult(result: Result): void;
  /** How long the events of one caller took to be written, the wait for their turn included. */
  observeWrite(seconds: number): void;
  observeCommit(events: number, seconds: number): void;
  /** How long a group of events waited for the lock that lets it write. */
  observeLock(seconds: number): void;
  /** An operation of the API that was answered. */
  observeOperation(answered: Answered): void;
  observeRequest(request: RequestFigures): void;
  observeRun(run: RunFigures): void;
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
  text(format: Format): Promise<string>;
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

interface MetricsDeps extends Omit<GaugeSources, "watch"> {
  /** Of the backups that servers make by themselves; left out where none are asked for. */
  readonly backups?: (() => Promise<BackupFigures | null>) | undefined;
}

export interface HeldFigures {
  readonly sizeBytes: number;
  readonly walBytes: number | null;
  readonly freeBytes: number | null;
  readonly scheduledFailures: number;
  readonly dueFailures: number;
  readonly deadFailures: number;
  readonly runningJobs: number;
}

export interface ConnectionFigures {
  readonly purpose: string;
  readonly most: number;
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

/** Of Node's own figures, those whose names say that they are counters, which they are not. */
const MISNAMED = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

export const createMetrics = ({ backups, ...sources }: MetricsDeps): Metrics => {
  const { subscribers, waitingEvents } = sources;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const instruments = createInstruments(registry);
  const operations = createOperationTallies();
  const watch = createProcessWatch();
  const recent = { commitDuration: createRecent(), commitEvents: createRecent({ unit: 1 }), lockWait: createRecent() };
  const requests = createRecent();
  const { countOutcome, countError, totals } = createTotals({
    ...{ commit: recent.commitDuration, lockWait: recent.lockWait, group: recent.commitEvents },
    ...{ request: requests, eventLoop: watch.eventLoopDelay },
  });
  addGauges(registry, { ...sources, watch });
  if (backups !== undefined) addBackups(registry, backups);

  const families = async (): Promise<readonly Family[]> => [
    ...(await familiesIn(registry)),
    ...summariesOf({ ...recent, eventLoopDelay: watch.eventLoopDelay }),
    ...operations.families(),
    instruments.clientFamily(),
  ];
  const levels = (): ServerLevels => {
    const { rss, heapUsed } = process.memoryUsage();
    return {
      ...{ residentBytes: rss, heapBytes: heapUsed },
      ...{ waitingEvents: waitingEvents(), subscribers: subscribers() },
    };
  };

  return {
    ...instruments,
    countResult: (result) => {
      instruments.countResult(result);
      countOutcome(result.outcome);
    },
    observeCommit: (events, seconds) => {
      instruments.observeCommit(events, seconds);
      recent.commitDuration.record(seconds);
      recent.commitEvents.record(events);
    },
    observeLock: (seconds) => {
      instruments.observeLock(seconds);
      recent.lockWait.record(seconds);
    },
    observeOperation: (answered) => {
      operations.add(answered);
      requests.record(answered.seconds);
      for (const code of answered.codes) instruments.countError(code);
      if (answered.codes.length > 0) countError();
    },
    figures: () => ({
      commitDuration: recent.commitDuration.distribution(),
      commitEvents: recent.commitEvents.distribution(),
      lockWait: recent.lockWait.distribution(),
      eventLoopDelay: watch.eventLoopDelay.distribution(),
      requestDuration: requests.distribution(),
      ...{ cpuShare: watch.cpuShare(), ...levels(), operations: operations.figures() },
    }),
    ...{ totals, levels },
    addIntake: (figures) => createIntakeMetrics(registry, figures),
    addWebhooks: (standing) => createWebhookMetrics(registry, standing),
    text: async (format) => writeFamilies(await families(), format),
    close: watch.close,
  };
};

/** What prom-client has measured. */
const familiesIn = async (registry: Registry): Promise<readonly Family[]> =>
  (await registry.getMetricsAsJSON()).map(({ name, help, type, values }) => ({
    // As a number in their declaration, as a text in truth.
    ...{ name, help, type: String(type) },
    samples: values.map(({ labels, value, ...rest }) => ({
      ...{ name: "metricName" in rest ? String(rest.metricName) : name, value },
      labels: Object.fromEntries(Object.entries(labels).map(([label, text]) => [label, text ?? ""])),
    })),
  }));

const summariesOf = (of: Readonly<Record<string, Recent>>): readonly Family[] =>
  Object.entries(summaries).flatMap(([field, [name, help]]) => {
    const recent = of[field];
    return recent === undefined ? [] : [summaryOf(name, help, recent)];
  });

const summaries = {
  commitDuration: ["surecount_commit_recent_seconds", "Time from the beginning of a transaction to its end on disk"],
  commitEvents: ["surecount_commit_recent_events", "Events committed together"],
  lockWait: [
    "surecount_lock_wait_recent_seconds",
    "Time that a group of events waited for the lock that lets it write",
  ],
  eventLoopDelay: [
    "surecount_event_loop_delay_recent_seconds",
    "How much later than it should the event loop came to its work",
  ],
} as const;
