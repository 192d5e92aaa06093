// From rows to domain objects: the one place that knows how each column is spelled.
import type { Difference, Entry, Event } from "../../domain/event.ts";
import type { Failure } from "../../domain/failure.ts";
import type { Problem, Warning, WarningCode } from "../../domain/problem.ts";
import { formatMicros } from "../../domain/timestamp.ts";
import type { failedEvents, normalizedEvents, processingLog } from "./tables.ts";

export type EventRow = typeof normalizedEvents.$inferSelect;
type FailureRow = Omit<typeof failedEvents.$inferSelect, "raw" | "identity">;
type EntryRow = typeof processingLog.$inferSelect;

export const toEvent = (row: EventRow): Event => ({
  seq: row.seq,
  client: row.client,
  metric: row.metric,
  unit: row.unit,
  amount: row.amount,
  timestamp: toFullTimestamp(row.timestampUs, row.timestampNs),
  timestampUs: row.timestampUs,
  receivedAtUs: row.receivedAtUs,
  fingerprint: row.fingerprint.toString("hex"),
  idempotencyKey: row.idempotencyKey,
  warnings: row.warnings === null ? [] : toWarnings(row.warnings),
});

const toFullTimestamp = (us: number, ns: number): string => {
  if (ns === 0) return formatMicros(us);
  const micros = String(us % 1_000_000).padStart(6, "0");
  const nanos = String(ns).padStart(3, "0").replace(/0+$/, "");
  return formatMicros(us - (us % 1_000_000)).replace("Z", `.${micros}${nanos}Z`);
};

/** The part of a canonical timestamp that a column of microseconds does not hold. */
export const nanosBelowMicro = (timestamp: string): number => {
  const dot = timestamp.indexOf(".");
  return dot < 0 ? 0 : Number(timestamp.slice(dot + 7, -1).padEnd(3, "0"));
};

/** Only code and path are kept of a warning; its words follow from them. */
export const warningsText = (warnings: readonly Warning[]): string | null =>
  warnings.length === 0 ? null : JSON.stringify(warnings.map(({ code, path }) => [code, path]));

const toWarnings = (text: string): readonly Warning[] =>
  (JSON.parse(text) as [WarningCode, string | null][]).map(([code, path]) => ({
    code,
    path,
  }));

export const toFailure = (row: FailureRow): Failure => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  client: row.client,
  idempotencyKey: row.idempotencyKey,
  problems: JSON.parse(row.problems) as Problem[],
  timesSeen: row.timesSeen,
  firstSeenAtUs: row.firstSeenAtUs,
  lastSeenAtUs: row.lastSeenAtUs,
  resolvedBy: row.resolvedBy,
});

export const differencesText = (differences: readonly Difference[]): string | null =>
  differences.length === 0 ? null : JSON.stringify(differences);

const toDifferences = (text: string | null): readonly Difference[] =>
  text === null ? [] : (JSON.parse(text) as Difference[]);

interface Joined {
  readonly entry: EntryRow;
  readonly event: EventRow | null;
  readonly failure: FailureRow | null;
}

export const toEntry = ({ entry, event, failure }: Joined): Entry => ({
  seq: entry.seq,
  atUs: entry.atUs,
  action: entry.action,
  client: entry.client,
  event: event === null ? null : toEvent(event),
  failure: failure === null ? null : toFailure(failure),
  differences: toDifferences(entry.differences),
});
