// The figures of the system as Prometheus reads them: the same that the API gives, under names with units.
import { Counter, Gauge, type Registry } from "prom-client";
import type { ConnectionFigures, HeldFigures } from "./metrics.ts";
import type { ProcessWatch } from "./process-watch.ts";

export interface GaugeSources {
  readonly watch: ProcessWatch;
  readonly subscribers: () => number;
  /** Entries that the reader of the live feed has not taken yet that is furthest behind. */
  readonly feedLag: () => number;
  /** Events that wait for their commit, or for its end; and how many may. */
  readonly waitingEvents: () => number;
  readonly maxWaitingEvents: number;
  /** Why events cannot be counted; null where that is not known. */
  readonly readiness: () => Promise<readonly string[] | null>;
  /** What the database takes and holds; null where it does not tell. */
  readonly database: () => Promise<HeldFigures | null>;
  readonly connections: () => readonly ConnectionFigures[];
  /** What answers about aggregations that are kept take in memory. */
  readonly cachedBytes: () => number;
  readonly build: { readonly version: string; readonly node: string; readonly backend: string };
}

/** Adds them to what is read. */
export const addGauges = (registry: Registry, sources: GaugeSources): void => {
  const { watch, readiness, build } = sources;
  const registers = [registry];
  const add = (name: string, help: string, read: () => number | null | Promise<number | null>): void => {
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        const value = await read();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  };
  const addHeld = (name: string, help: string, read: (held: HeldFigures) => number | null): void =>
    add(name, help, async () => {
      const held = await sources.database();
      return held === null ? null : read(held);
    });

  new Gauge({
    ...{ name: "surecount_build_info", help: "1, by what the server is and runs on.", labelNames: Object.keys(build) },
    registers,
  }).set({ ...build }, 1);
  add("surecount_ready", "1 where events can be counted, 0 where they cannot.", async () => {
    const reasons = await readiness();
    return reasons === null ? null : Number(reasons.length === 0);
  });
  add("surecount_feed_subscribers", "Readers of the live feed.", sources.subscribers);
  add(
    "surecount_feed_lag_entries",
    "Entries of the log that the reader of the live feed has not taken yet that is furthest behind.",
    sources.feedLag,
  );
  add("surecount_waiting_events", "Events that wait for their commit, or for its end.", sources.waitingEvents);
  add(
    "surecount_waiting_events_limit",
    "Events that may wait before new ones are turned away.",
    () => sources.maxWaitingEvents,
  );
  add(
    "surecount_aggregation_cache_bytes",
    "What the answers about aggregations that are kept take in memory.",
    sources.cachedBytes,
  );
  addProcess(registry, watch);
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
  addHeld("surecount_due_failures", "Those of them whose time has come.", ({ dueFailures }) => dueFailures);
  addHeld(
    "surecount_dead_failures",
    "Failed events that have been tried as often as allowed, and wait for a person.",
    ({ deadFailures }) => deadFailures,
  );
  addHeld("surecount_running_jobs", "Jobs that have not ended.", ({ runningJobs }) => runningJobs);
  addConnections(registry, sources.connections);
};

const addProcess = (registry: Registry, { cpuShare, disk }: ProcessWatch): void => {
  const registers = [registry];
  new Gauge({
    ...{ name: "surecount_cpu_share", help: "Seconds of processor time a second, over the last 5 to 10 seconds." },
    registers,
    collect() {
      this.set(cpuShare());
    },
  });
  new Gauge({
    ...{ name: "surecount_available_memory_bytes", help: "What the process could still get of memory." },
    registers,
    collect() {
      this.set(process.availableMemory());
    },
  });
  // Elsewhere the system counts operations, and not how much they moved.
  if (disk === null) return;
  const addDisk = (name: string, help: string, read: () => number): void => {
    new Counter({
      ...{ name, help, registers },
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  addDisk("surecount_disk_read_bytes_total", "What the process has read from disks.", () => disk().readBytes);
  addDisk("surecount_disk_written_bytes_total", "What the process has written to disks.", () => disk().writtenBytes);
};

const addConnections = (registry: Registry, connections: GaugeSources["connections"]): void => {
  const registers = [registry];
  new Gauge({
    name: "surecount_database_connections",
    help: "Connections to PostgreSQL, by what they are for: open and idle ones, and callers that wait for one.",
    labelNames: ["purpose", "state"],
    registers,
    collect() {
      for (const { purpose, open, idle, waiting } of connections())
        for (const [state, value] of Object.entries({ open, idle, waiting })) this.set({ purpose, state }, value);
    },
  });
  new Gauge({
    name: "surecount_database_connections_limit",
    help: "Connections to PostgreSQL that can be open, by what they are for.",
    labelNames: ["purpose"],
    registers,
    collect() {
      for (const { purpose, most } of connections()) this.set({ purpose }, most);
    },
  });
};
