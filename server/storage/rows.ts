// From the rows of either backend to domain objects: the one place that knows how each column is spelled.

import type { Details } from "../domain/act.ts";
import type { Micros } from "../domain/calendar.ts";
import type { Action, Difference, Entry, Event } from "../domain/event.ts";
import type { Failure, FailureKind, FailureState } from "../domain/failure.ts";
import type { Job, JobPlan, JobState } from "../domain/job.ts";
import type { Scope } from "../domain/principal.ts";
import type { Problem, Warning, WarningCode } from "../domain/problem.ts";
import { defaultProfile, type Profile, type ProfileVersion } from "../domain/profile.ts";
import { formatMicros } from "../domain/timestamp.ts";
import type { Token } from "../domain/token.ts";
import type { NewToken } from "./tokens.ts";

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
  readonly profileVersion: number;
  readonly voidedBy: number | null;
  readonly changedBy: number | null;
  readonly sameAs: number | null;
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
  readonly attempts: number;
  readonly nextAttemptAtUs: Micros | null;
  readonly reason: string | null;
}

export interface EntryRow {
  readonly seq: number;
  readonly atUs: Micros;
  readonly action: Action;
  readonly client: string | null;
  readonly differences: string | null;
  readonly details: string | null;
  readonly job: number | null;
  readonly hash: Buffer | null;
}

export interface ProfileRow extends Omit<ProfileVersion, "profile"> {
  readonly profile: string | null;
}

export interface JobRow extends Omit<Job, "plan"> {
  readonly plan: string;
  readonly state: JobState;
}

export const toEvent = (row: EventRow): Event => toEventOf(row, row.fingerprint.toString("hex"));

/** The same, where the fingerprint is in hex already. */
export const toEventOf = (row: Omit<EventRow, "fingerprint">, fingerprint: string): Event => ({
  seq: row.seq,
  client: row.client,
  metric: row.metric,
  unit: row.unit,
  amount: row.amount,
  timestamp: toFullTimestamp(row.timestampUs, row.timestampNs),
  timestampUs: row.timestampUs,
  receivedAtUs: row.receivedAtUs,
  fingerprint,
  idempotencyKey: row.idempotencyKey,
  warnings: row.warnings === null ? [] : toWarnings(row.warnings),
  profileVersion: row.profileVersion,
  voidedBy: row.voidedBy,
  changedBy: row.changedBy,
  sameAs: row.sameAs,
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
  attempts: row.attempts,
  nextAttemptAtUs: row.nextAttemptAtUs,
  reason: row.reason,
});

/** The problems by code and place, as they are found by: no problem is there twice. */
export const problemRowsOf = (failure: number, problems: readonly Problem[]) =>
  [...new Map(problems.map(({ code, path }) => [`${code} ${path ?? ""}`, { code, path: path ?? "" }])).values()].map(
    (problem) => ({ failure, ...problem }),
  );

export const toProfileVersion = ({ profile, ...row }: ProfileRow): ProfileVersion => ({
  ...row,
  // What a version says nothing of, since it is older, is as it was then.
  profile: profile === null ? null : { ...defaultProfile, ...(JSON.parse(profile) as Profile) },
});

export const toJob = ({ plan, ...row }: JobRow): Job => ({ ...row, plan: JSON.parse(plan) as JobPlan });

/** Null where there is nothing to say. */
export const detailsText = (details: Details): string | null => {
  const text = JSON.stringify(details);
  return text === "{}" ? null : text;
};

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
  details: entry.details === null ? {} : (JSON.parse(entry.details) as Details),
  job: entry.job,
  hash: entry.hash === null ? null : entry.hash.toString("hex"),
});

export interface TokenRow extends Omit<Token, "scopes" | "clients"> {
  readonly scopes: string;
  readonly clients: string | null;
}

export const toToken = (row: TokenRow): Token => ({
  ...row,
  scopes: JSON.parse(row.scopes) as Scope[],
  clients: row.clients === null ? null : (JSON.parse(row.clients) as string[]),
});

/** The row of a token that is made by this change. */
export const newTokenRow = (token: NewToken, revision: number): TokenRow => ({
  ...{ ...token, scopes: JSON.stringify(token.scopes) },
  clients: token.clients === null ? null : JSON.stringify(token.clients),
  ...{ previousHash: null, previousUntilUs: null, rotatedAtUs: null, revokedAtUs: null, revokedBy: null },
  ...{ lastUsedAtUs: null, made: revision, revision },
});
