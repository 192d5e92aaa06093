// What each outcome makes of an event: the answer to its sender, the failure it leaves behind and its row in the log.
// Which outcome it is, the unique indexes of the backend decide.

import type { Details } from "../domain/act.ts";
import type { Micros } from "../domain/calendar.ts";
import { factDifferences, rawDifferences } from "../domain/difference.ts";
import type {
  Action,
  Event,
  Prepared,
  PreparedEvent,
  PreparedInvalid,
  Receipt,
  Result,
  Retry,
} from "../domain/event.ts";
import { type Failure, type FailureKind, keyReusedProblem, overtaken } from "../domain/failure.ts";
import { failureIdentity } from "../domain/fingerprint.ts";
import type { Problem } from "../domain/problem.ts";
import { microsOf } from "../domain/timestamp.ts";
import { type Chain, type ChainedEntry, digestOfFailure, digestOfRaw } from "./chain.ts";
import { detailsText, differencesText } from "./rows.ts";
import type { Appended } from "./storage.ts";

/** The place of one event in the log. */
export interface Turn {
  readonly seq: number;
  readonly atUs: Micros;
}

/** One sighting of an event that was not counted. */
export interface NewFailure {
  readonly kind: FailureKind;
  /** The id that it gets where it was never seen before. */
  readonly id: number;
  readonly atUs: Micros;
  readonly client: string | null;
  readonly idempotencyKey: string | null;
  /** SHA-256 in hex. */
  readonly identity: string;
  readonly rawText: string;
  readonly problems: readonly Problem[];
}

/** Unwinds the transaction of an atomic group that has an event which cannot be counted. */
export class Refusal extends Error {
  readonly results: readonly Result[];

  constructor(results: readonly Result[]) {
    super("refused");
    this.results = results;
  }
}

/** Whether an event was read before a profile was changed for the last time. */
export const isStale = (events: readonly Prepared[], profilesAsOf: number): boolean =>
  events.some((event) => event.profilesAsOf < profilesAsOf);

/** Nothing was written, as the events must be read again. */
export const stale: Appended = { kind: "stale", results: [] };

/**
 * A retry that cannot be counted is no arrival: who asked for it records the attempt.
 * @throws AppError BAD_USER_INPUT, which unwinds the transaction of its group.
 */
export const checkArrival = ({ retry }: PreparedEvent): void => {
  if (retry !== undefined) throw overtaken(retry.failure);
};

/** The event as it is stored where it is new. */
export const storedEvent = (
  { facts, fingerprint, idempotencyKey, warnings, profileVersion }: PreparedEvent,
  { seq, atUs }: Turn,
): Event => ({
  ...facts,
  ...{ seq, timestampUs: microsOf(facts.timestamp), receivedAtUs: atUs },
  ...{ fingerprint, idempotencyKey, warnings, profileVersion, voidedBy: null, changedBy: null, sameAs: null },
});

const receiptOf = ({ seq, receivedAtUs, fingerprint }: Event): Receipt => ({ seq, atUs: receivedAtUs, fingerprint });

export const accepted = ({ warnings }: PreparedEvent, event: Event): Result => ({
  ...{ outcome: "ACCEPTED", receipt: receiptOf(event), warnings, event },
});

/** `originalText`: what was sent the first time; null where that is no longer kept. */
export const duplicate = ({ rawText, warnings }: PreparedEvent, event: Event, originalText: string | null): Result => {
  const isSameText = originalText === null || originalText === rawText;
  const differences = isSameText ? [] : rawDifferences(JSON.parse(originalText), JSON.parse(rawText));
  return { outcome: "DUPLICATE", receipt: receiptOf(event), warnings, event, differences };
};

export const conflictFailure = (prepared: PreparedEvent, existing: Event, { seq, atUs }: Turn): NewFailure => {
  const { idempotencyKey, rawText } = prepared;
  const [kind, { client }] = ["CONFLICT" as const, existing];
  return {
    ...{ kind, id: seq, atUs, client, idempotencyKey, rawText },
    identity: failureIdentity({ kind, client, idempotencyKey, raw: JSON.parse(rawText) }),
    problems: [keyReusedProblem(idempotencyKey, existing)],
  };
};

export const conflict = (
  { facts, fingerprint, warnings }: PreparedEvent,
  { existing, failure, turn: { seq, atUs } }: { existing: Event; failure: Failure; turn: Turn },
): Result => {
  const differences = factDifferences(existing, facts);
  return {
    ...{ outcome: "CONFLICT", receipt: { seq, atUs, fingerprint } },
    ...{ warnings, existing, differences, failure },
  };
};

export const invalidFailure = (prepared: PreparedInvalid, { seq, atUs }: Turn): NewFailure => ({
  ...prepared,
  ...{ kind: "VALIDATION", id: seq, atUs },
});

export const rejected = ({ problems, warnings }: PreparedInvalid, failure: Failure, { seq, atUs }: Turn): Result => ({
  ...{ outcome: "REJECTED", receipt: { seq, atUs, fingerprint: null } },
  ...{ warnings, problems, failure },
});

/** A row of the log. */
export interface NewEntry extends Turn {
  readonly action: Action;
  readonly client: string | null;
  readonly event: number | null;
  readonly eventReceivedAtUs: Micros | null;
  readonly failure: number | null;
  readonly differences: string | null;
  /** JSON; null where there is nothing to say. */
  readonly details: string | null;
  readonly job: number | null;
}

/** An event that was dealt with: what became of it and where it stands. */
export interface Settled {
  readonly prepared: Prepared;
  readonly result: Result;
  readonly turn: Turn;
  /** The failure that this event has closed. */
  readonly resolved: number | null;
}

/** Its entry, at the end of the chain. */
export const chainEntry = (chain: Chain, settled: Settled): ChainedEntry => {
  const { prepared, result, turn } = settled;
  const entry = entryOf(settled);
  if (result.outcome === "ACCEPTED") return chain.append(entry, digestOfRaw(prepared.rawText), result.event);
  const isFirstSighting = "failure" in result && result.failure.id === turn.seq;
  if (!isFirstSighting) return chain.append(entry, null);
  return chain.append(entry, digestOfFailure(prepared.rawText, JSON.stringify(result.failure.problems)));
};

const entryOf = ({ prepared, result, turn, resolved }: Settled): NewEntry => {
  const retry = "retry" in prepared ? prepared.retry : undefined;
  const event = "event" in result ? result.event : "existing" in result ? result.existing : null;
  const failure = "failure" in result ? result.failure : null;
  return {
    ...{ seq: turn.seq, atUs: turn.atUs, action: result.outcome },
    client: event?.client ?? failure?.client ?? null,
    event: event?.seq ?? null,
    eventReceivedAtUs: event?.receivedAtUs ?? null,
    failure: failure?.id ?? resolved,
    differences: "differences" in result ? differencesText(result.differences) : null,
    details: retry === undefined ? null : detailsText(detailsOf(retry)),
    job: retry?.job ?? null,
  };
};

const detailsOf = ({ by, isEdited }: Retry): Details => ({
  ...(by === null ? {} : { by }),
  ...(isEdited ? { edited: true } : {}),
});
