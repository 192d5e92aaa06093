// Tracing: what a request waits for, from HTTP to the commit, as OpenTelemetry has it. Off unless the standard variables
// ask for it; then nothing of OpenTelemetry is even loaded, and nothing is wrapped.
//
// request -> operation -> ingest -> commit ~~linked~~ group -> transaction          run -> send
//
// Many commits are written as one group, which is below the first of them and linked to the others.
import type { Operations } from "../graphql/operations.ts";
import type { Log } from "../log.ts";
import type { Committer } from "../pipeline/committer.ts";
import type { Ingest } from "../pipeline/ingest.ts";
import type { Storage } from "../storage/storage.ts";
import type { Sender } from "../webhooks/sender.ts";
import type { Around } from "../workers/worker.ts";
import type { Answer } from "./spans.ts";

/** Gives what does the same, and is traced. */
type Wrap<T> = (plain: T) => T;

export interface Tracing {
  readonly requests: Wrap<Answer>;
  readonly operations: Wrap<Operations>;
  readonly ingest: Wrap<Ingest>;
  readonly commits: Wrap<Committer["commit"]>;
  readonly groups: Wrap<Storage["append"]>;
  readonly transactions: Wrap<Storage>;
  readonly runs: Wrap<Around>;
  readonly sending: Wrap<Sender["send"]>;
  /** Does the work as part of the trace that these headers name. */
  within<T>(headers: Readonly<Record<string, unknown>>, work: () => T): T;
  /** How long the transaction that ends now has waited for its lock. */
  noteLock(seconds: number): void;
  /** The trace that the work at hand is part of. */
  traceId(): string | undefined;
  /** Sends what is left, within a bounded time. */
  close(): Promise<void>;
}

const asItIs = <T>(plain: T): T => plain;

export const untraced: Tracing = {
  ...{ requests: asItIs, operations: asItIs, ingest: asItIs, commits: asItIs },
  ...{ groups: asItIs, transactions: asItIs, runs: asItIs, sending: asItIs },
  within: (_headers, work) => work(),
  noteLock: () => {},
  traceId: () => undefined,
  close: async () => {},
};

export type Environment = Readonly<Record<string, string | undefined>>;

export type Exporter = "otlp" | "console";

/** Where spans go, as OTEL_TRACES_EXPORTER says; without it to OTLP where an address of a collector is given. */
export const exportersOf = (environment: Environment, log: Pick<Log, "warn">): readonly Exporter[] => {
  const read = (name: string): string => environment[name]?.trim() ?? "";
  if (read("OTEL_SDK_DISABLED").toLowerCase() === "true") return [];
  const hasCollector = read("OTEL_EXPORTER_OTLP_ENDPOINT") !== "" || read("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") !== "";
  const named = read("OTEL_TRACES_EXPORTER") || (hasCollector ? "otlp" : "none");
  return [...new Set(named.split(",").map((name) => name.trim()))].flatMap((name): readonly Exporter[] => {
    if (name === "otlp" || name === "console") return [name];
    if (name !== "none") log.warn({ exporter: name }, "OTEL_TRACES_EXPORTER knows otlp, console and none");
    return [];
  });
};

/** Begins to trace where the environment asks for it. One at a time in a process. */
export const startTracing = async (environment: Environment, log: Pick<Log, "warn" | "info">): Promise<Tracing> => {
  const exporters = exportersOf(environment, log);
  if (exporters.length === 0) return untraced;
  const { startOpenTelemetry } = await import("./open-telemetry.ts");
  return startOpenTelemetry(exporters, environment, log);
};
