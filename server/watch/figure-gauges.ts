// The figures of the system as Prometheus reads them: the same that the API gives, under names with units.
import { Counter, Gauge, type Registry } from "prom-client";
import type { HeldFigures, RecentCommits } from "./metrics.ts";
import type { OperationTallies } from "./operation-figures.ts";
import type { ProcessWatch } from "./process-watch.ts";
import { type Distribution, RECENT_SECONDS, type Recent } from "./recent.ts";

interface Sources {
  readonly recent: RecentCommits;
  readonly watch: ProcessWatch;
  readonly operations: OperationTallies;
  readonly subscribers: () => number;
  readonly waitingEvents: () => number;
  readonly database: () => Promise<HeldFigures | null>;
}

const OF_LATE = `over the last ${RECENT_SECONDS / 60} minutes`;

/** Adds them to what is read. */
export const addFigures = (registry: Registry, sources: Sources): void => {
  const { recent, watch, operations, subscribers, waitingEvents, database } = sources;
  const registers = [registry];
  const addGauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read());
      },
    });
  };
  const addRecent = (name: string, help: string, of: Recent): void => {
    new Gauge({
      ...{ name, help: `${help}, ${OF_LATE}.`, labelNames: ["quantile"], registers },
      collect() {
        this.reset();
        for (const [quantile, value] of quantilesOf(of.distribution())) this.set({ quantile }, value);
      },
    });
  };
  const addHeld = (name: string, help: string, read: (held: HeldFigures) => number | null): void => {
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        const held = await database();
        const value = held === null ? null : read(held);
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  };

  addGauge("surecount_feed_subscribers", "Readers of the live feed.", subscribers);
  addGauge("surecount_waiting_events", "Events that wait for their commit, or for its end.", waitingEvents);
  addGauge("surecount_cpu_share", "Seconds of processor time a second, over the last 5 to 10 seconds.", watch.cpuShare);
  addRecent(
    "surecount_commit_recent_seconds",
    "Time from the beginning of a transaction to its end on disk",
    recent.duration,
  );
  addRecent("surecount_commit_recent_events", "Events committed together", recent.events);
  addRecent(
    "surecount_lock_wait_recent_seconds",
    "Time that a group of events waited for the lock that lets it write",
    recent.lockWait,
  );
  addRecent(
    "surecount_event_loop_delay_recent_seconds",
    "How much later than it should the event loop came to its work",
    watch.eventLoopDelay,
  );
  addHeld("surecount_database_size_bytes", "What the database takes.", ({ sizeBytes }) => sizeBytes);
  addHeld(
    "surecount_database_wal_bytes",
    "What was written and is not yet in its place, where that is known.",
    ({ walBytes }) => walBytes,
  );
  addHeld(
    "surecount_database_free_bytes",
    "What the disk of the database has left, where that is known.",
    ({ freeBytes }) => freeBytes,
  );
  addHeld(
    "surecount_scheduled_failures",
    "Failed events that are to be tried again by themselves.",
    ({ scheduledFailures }) => scheduledFailures,
  );
  addHeld("surecount_running_jobs", "Jobs that have not ended.", ({ runningJobs }) => runningJobs);
  addOperations(registry, operations);
};

const quantilesOf = (distribution: Distribution | null): readonly (readonly [quantile: string, value: number])[] => {
  if (distribution === null) return [];
  const { p50, p95, p99, max } = distribution;
  return [
    ["0.5", p50],
    ["0.95", p95],
    ["0.99", p99],
    ["1", max],
  ];
};

const addOperations = (registry: Registry, { figures }: OperationTallies): void => {
  const shared = { labelNames: ["operation"], registers: [registry] };
  new Counter({
    ...{ name: "surecount_operations_total", help: "Queries and mutations answered, by their name.", ...shared },
    collect() {
      this.reset();
      for (const { name, requests } of figures()) this.inc({ operation: name }, requests);
    },
  });
  new Counter({
    ...{ name: "surecount_operation_errors_total", help: "Those of them whose answer had errors.", ...shared },
    collect() {
      this.reset();
      for (const { name, errors } of figures()) this.inc({ operation: name }, errors);
    },
  });
  new Gauge({
    name: "surecount_operation_recent_seconds",
    help: `Time that queries and mutations took, by their name, ${OF_LATE}.`,
    labelNames: ["operation", "quantile"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, duration } of figures())
        for (const [quantile, value] of quantilesOf(duration)) this.set({ operation: name, quantile }, value);
    },
  });
};
