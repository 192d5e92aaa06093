// What each outcome makes of an event: the answer to its sender, the failure it leaves behind and its row in the log.
// Which outcome it is, the unique indexes of the backend decide.
import type { Micros } from "../domain/calendar.ts";
import { factDifferences, rawDifferences } from "../domain/difference.ts";
import type { Event, Outcome, PreparedEvent, PreparedInvalid, Receipt, Result } from "../domain/event.ts";
import { type Failure, type FailureKind, keyReusedProblem } from "../domain/failure.ts";
import { failureIdentity } from "../domain/fingerprint.ts";
import type { Problem } from "../domain/problem.ts";
import { microsOf } from "../domain/timestamp.ts";
import { differencesText } from "./rows.ts";

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

/** The event as it is stored where it is new. */
export const storedEvent = (
  { facts, fingerprint, idempotencyKey, warnings }: PreparedEvent,
  { seq, atUs }: Turn,
): Event => ({
  ...facts,
  ...{ seq, timestampUs: microsOf(facts.timestamp), receivedAtUs: atUs },
  ...{ fingerprint, idempotencyKey, warnings },
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
  readonly action: Outcome;
  readonly client: string | null;
  readonly event: number | null;
  readonly eventReceivedAtUs: Micros | null;
  readonly failure: number | null;
  readonly differences: string | null;
}

/** `resolved`: the failure that this event has closed. */
export const entryOf = (result: Result, turn: Turn, resolved: number | null): NewEntry => {
  const event = "event" in result ? result.event : "existing" in result ? result.existing : null;
  const failure = "failure" in result ? result.failure : null;
  return {
    ...{ seq: turn.seq, atUs: turn.atUs, action: result.outcome },
    client: event?.client ?? failure?.client ?? null,
    event: event?.seq ?? null,
    eventReceivedAtUs: event?.receivedAtUs ?? null,
    failure: failure?.id ?? resolved,
    differences: "differences" in result ? differencesText(result.differences) : null,
  };
};
