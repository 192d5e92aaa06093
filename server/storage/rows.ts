// From the rows of either backend to domain objects: the one place that knows how each column is spelled.
import type { Micros } from "../domain/calendar.ts";
import type { Difference, Entry, Event, Outcome } from "../domain/event.ts";
import type { Failure, FailureKind, FailureState } from "../domain/failure.ts";
import type { Problem, Warning, WarningCode } from "../domain/problem.ts";
import { formatMicros } from "../domain/timestamp.ts";

export interface EventRow {
  readonly seq: number;
  readonly client: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly amount: string;
  readonly timestampUs: Micros;
  readonly timestampNs: number;
  readonly receivedAtUs: Micros;
  readonly fingerprint: Buffer;
  readonly idempotencyKey: string | null;
  readonly warnings: string | null;
}

export interface FailureRow {
  readonly id: number;
  readonly kind: FailureKind;
  readonly state: FailureState;
  readonly client: string | null;
  readonly idempotencyKey: string | null;
  readonly problems: string;
  readonly timesSeen: number;
  readonly firstSeenAtUs: Micros;
  readonly lastSeenAtUs: Micros;
  readonly resolvedBy: number | null;
}

interface EntryRow {
  readonly seq: number;
  readonly atUs: Micros;
  readonly action: Outcome;
  readonly client: string | null;
  readonly differences: string | null;
}

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
const nanosBelowMicro = (timestamp: string): number => {
  const dot = timestamp.indexOf(".");
  return dot < 0 ? 0 : Number(timestamp.slice(dot + 7, -1).padEnd(3, "0"));
};

/** Only code and path are kept of a warning; its words follow from them. */
const warningsText = (warnings: readonly Warning[]): string | null =>
  warnings.length === 0 ? null : JSON.stringify(warnings.map(({ code, path }) => [code, path]));

const toWarnings = (text: string): readonly Warning[] =>
  (JSON.parse(text) as [WarningCode, string | null][]).map(([code, path]) => ({
    code,
    path,
  }));

/** The other way: what a column of each name holds. */
export const toEventRow = (event: Event): EventRow => ({
  ...event,
  timestampNs: nanosBelowMicro(event.timestamp),
  fingerprint: Buffer.from(event.fingerprint, "hex"),
  warnings: warningsText(event.warnings),
});

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
