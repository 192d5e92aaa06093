// Counters and histograms of what happens in this server, counted where it happens. Every label has few values: what
// strangers choose, such as names of clients, is bounded elsewhere (top.ts).
import { Counter, Histogram, type Registry } from "prom-client";
import { type Outcome, outcomes, type Result } from "../domain/event.ts";
import { type ClientTallies, createClientTallies } from "./client-figures.ts";

/** Of a disk that does well to one that hardly moves, in seconds. */
const WRITE_BOUNDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const LOCK_BOUNDS = [0.000_01, 0.000_1, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5];
const REQUEST_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
const GROUP_BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];
const RUN_BOUNDS = [0.001, 0.01, 0.1, 0.5, 1, 5, 10, 60, 600, 3_600];

/** A request over HTTP that was answered, or left by its sender. */
export interface RequestFigures {
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Later work that was done once. */
export interface RunFigures {
  readonly kind: string;
  readonly result: "done" | "failed";
  readonly seconds: number;
}

export const createInstruments = (registry: Registry) => {
  const registers = [registry];
  const histogram = <Label extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    ...labelNames: Label[]
  ): Histogram<Label> => new Histogram({ ...{ name, help, buckets, labelNames, registers } });
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> =>
    new Counter({ ...{ name, help, labelNames, registers } });

  const events = counter("surecount_events_total", "Events received, by outcome.", "outcome");
  // What can be is there from the start: of a series that begins with its first event a rate misses that one.
  for (const outcome of outcomes) events.inc({ outcome }, 0);
  const written = histogram(
    "surecount_write_duration_seconds",
    "Time from when events were ready to be written until they were on disk: the wait for their turn, and the commit.",
    WRITE_BOUNDS,
  );
  const committed = histogram(
    "surecount_commit_duration_seconds",
    "Time from the beginning of a transaction to its end on disk.",
    WRITE_BOUNDS,
  );
  const grouped = histogram("surecount_commit_events", "Events committed together.", GROUP_BOUNDS);
  const locked = histogram(
    "surecount_lock_wait_seconds",
    "Time that a group of events waited for the lock that lets it write.",
    LOCK_BOUNDS,
  );
  const requests = histogram(
    "surecount_http_request_duration_seconds",
    "Time from a request over HTTP to the end of its answer, by its route and status.",
    REQUEST_BOUNDS,
    "route",
    "status",
  );
  const errors = counter(
    "surecount_errors_total",
    "Errors in answers to queries and mutations, by their code.",
    "code",
  );
  const aggregations = counter(
    "surecount_aggregations_total",
    "Questions about aggregations, by where the answer came from.",
    "source",
  );
  for (const source of ["cache", "database"]) aggregations.inc({ source }, 0);
  const runs = histogram(
    "surecount_worker_run_duration_seconds",
    "Time that later work took, by its kind and by whether it was done.",
    RUN_BOUNDS,
    "kind",
    "result",
  );
  const clients: ClientTallies = createClientTallies();

  return {
    countResult: (result: Result): void => {
      events.inc({ outcome: result.outcome satisfies Outcome });
      clients.count(result);
    },
    observeWrite: (seconds: number): void => written.observe(seconds),
    observeCommit: (groupSize: number, seconds: number): void => {
      committed.observe(seconds);
      grouped.observe(groupSize);
    },
    observeLock: (seconds: number): void => locked.observe(seconds),
    observeRequest: ({ route, status, seconds }: RequestFigures): void =>
      requests.observe({ route, status: String(status) }, seconds),
    countError: (code: string): void => errors.inc({ code }),
    countAggregation: (isCached: boolean): void => aggregations.inc({ source: isCached ? "cache" : "database" }),
    observeRun: ({ seconds, ...labels }: RunFigures): void => runs.observe(labels, seconds),
    clientFamily: clients.family,
  };
};
