// What each act makes of the rows that it is about: its entry in the log and the rows as they are after it, or why it
// cannot be done. Pure: both backends look the rows up, ask here and write, inside the transaction that has the log.
import type {
  Act,
  Details,
  Discarding,
  FailedAttempt,
  FaultyArrival,
  JobEnd,
  JobStart,
  ProfileChange,
  Reading,
  Reprocessing,
  Voiding,
  WebhookAct,
} from "../domain/act.ts";
import type { Event, Identity } from "../domain/event.ts";
import { type Failure, isUnresolved } from "../domain/failure.ts";
import type { Job } from "../domain/job.ts";
import { describeProblem } from "../domain/problem.ts";
import { NO_PROFILE, type ProfileVersion } from "../domain/profile.ts";
import { microsOf } from "../domain/timestamp.ts";
import type { WebhookEndpoint } from "../domain/webhook.ts";
import { digestOfFailure } from "./chain.ts";
import type { NewEntry, Turn } from "./outcomes.ts";
import { detailsText } from "./rows.ts";
import { decideWebhook, type WebhookWrite } from "./webhook-acts.ts";

/** The rows that an act is about, as they are before it. Null where there are none, or where the act needs none. */
export interface Found {
  readonly event: Event | null;
  /** The seq of the event that has the identity that this one is to have. */
  readonly holder: number | null;
  readonly failure: Failure | null;
  /** What was sent for it, as JSON text. */
  readonly rawText: string | null;
  /** The last version of the client's profile. */
  readonly profile: ProfileVersion | null;
  readonly job: Job | null;
  readonly webhook: WebhookEndpoint | null;
}

/** What there is to write. */
export interface Changes {
  readonly entry: NewEntry;
  /** Hex; null where the entry brings nothing into other tables that must be proved. */
  readonly digest: string | null;
  readonly event?: { readonly before: Event; readonly after: Event };
  readonly failure?: Failure;
  /** A failure that was not there before. */
  readonly newFailure?: Failure & Pick<FaultyArrival, "identity" | "rawText">;
  readonly profile?: ProfileVersion;
  readonly job?: Job;
  readonly webhook?: WebhookWrite;
}

type Decision = Changes | { readonly refused: string };

/** Decides on one act, whose entry has this place in the log. */
export const decide = (act: Act, found: Found, turn: Turn): Decision => {
  switch (act.action) {
    case "VOIDED":
    case "UNVOIDED":
      return decideVoiding(act, found, turn);
    case "REPROCESSED":
      return decideReprocessing(act, found, turn);
    case "RETRIED":
      return decideAttempt(act, found, turn);
    case "FAULTED":
      return decideFaulty(act, found, turn);
    case "DISCARDED":
    case "REOPENED":
      return decideDiscarding(act, found, turn);
    case "PROFILE_SET":
    case "PROFILE_DELETED":
      return decideProfile(act, found, turn);
    case "JOB_STARTED":
      return startJob(act, turn);
    case "JOB_ENDED":
      return endJob(act, found, turn);
    case "WEBHOOK_CREATED":
    case "WEBHOOK_CHANGED":
    case "WEBHOOK_ROTATED":
    case "WEBHOOK_DELETED":
    case "WEBHOOK_DISABLED":
    case "WEBHOOK_ENABLED":
      return decideEndpoint(act, found, turn);
    default:
      return act satisfies never;
  }
};

/** Whether an event is in the figures. */
export const isCounted = ({ voidedBy }: Pick<Event, "voidedBy">): boolean => voidedBy === null;

const refuse = (refused: string): Decision => ({ refused });

interface Subject {
  readonly event?: Event;
  readonly failure?: Failure;
  readonly client?: string | null;
}

const entryOf = (act: Act, { seq, atUs }: Turn, { event, failure, client }: Subject, details: Details): NewEntry => ({
  ...{ seq, atUs, action: act.action },
  client: client ?? event?.client ?? failure?.client ?? null,
  ...{ event: event?.seq ?? null, eventReceivedAtUs: event?.receivedAtUs ?? null },
  ...{ failure: failure?.id ?? null, differences: null, job: act.job ?? null },
  details: detailsText({ ...(act.by === null ? {} : { by: act.by }), ...details }),
});

const withReason = (reason: string | null): Details => (reason === null ? {} : { reason });

const decideVoiding = (act: Voiding, { event, holder }: Found, turn: Turn): Decision => {
  if (event === null) return refuse(`There is no event ${act.event}.`);
  const isVoiding = act.action === "VOIDED";
  if (isVoiding === !isCounted(event))
    return refuse(isVoiding ? "The event is voided already." : "The event is not voided.");
  if (!isVoiding && holder !== null) return refuse(`Event ${holder} says the same: it would be counted twice.`);
  const after = { ...event, voidedBy: isVoiding ? turn.seq : null, changedBy: turn.seq, sameAs: null };
  const entry = entryOf(act, turn, { event }, withReason(act.reason));
  return { entry, digest: null, event: { before: event, after } };
};

const readingOf = (event: Reading): Reading => {
  const { client, metric, unit, amount, timestamp, idempotencyKey, warnings, profileVersion } = event;
  return { client, metric, unit, amount, timestamp, idempotencyKey, warnings, profileVersion };
};

const decideReprocessing = (act: Reprocessing, { event, holder }: Found, turn: Turn): Decision => {
  const { facts, fingerprint, idempotencyKey, warnings, profileVersion } = act.reading;
  if (event === null) return refuse(`There is no event ${act.event}.`);
  if (event.fingerprint !== act.from) return refuse("The event was read again meanwhile.");
  // The counters of clients would have to follow, and the log says whose event it was.
  if (facts.client !== event.client) return refuse("Read again, the event would be another client's.");
  const before = readingOf(event);
  if (holder !== null && holder !== event.seq && holder !== act.displaces) {
    if (event.sameAs !== null) return refuse("The event was found to be the same as another already.");
    const entry = entryOf(act, turn, { event }, { before, after: before, sameAs: holder });
    const after = { ...event, voidedBy: event.voidedBy ?? turn.seq, changedBy: turn.seq, sameAs: holder };
    return { entry, digest: null, event: { before: event, after } };
  }
  const after: Event = {
    ...{ ...event, ...facts, timestampUs: microsOf(facts.timestamp) },
    ...{ fingerprint, idempotencyKey, warnings, profileVersion, changedBy: turn.seq },
    ...{ voidedBy: isTakenForAnother(event) ? null : event.voidedBy, sameAs: null },
  };
  const entry = entryOf(act, turn, { event }, { before, after: readingOf(after) });
  return { entry, digest: null, event: { before: event, after } };
};

/** Not counted for no other reason: nobody has voided it before. Where it is an event of its own after all, it counts again. */
export const isTakenForAnother = ({
  sameAs,
  voidedBy,
  changedBy,
}: Pick<Event, "sameAs" | "voidedBy" | "changedBy">): boolean => sameAs !== null && voidedBy === changedBy;

/** What makes a stored event the same as another. */
export const asIdentity = (event: Event): Identity => ({
  ...{ facts: event, fingerprint: event.fingerprint, idempotencyKey: event.idempotencyKey },
});

/**
 * The identity that an event is to have after an act; null where the act does not touch it. `event`: as it is before.
 */
export const identityAfter = (act: Act, event: Event | null): Identity | null => {
  if (act.action === "REPROCESSED") return act.reading;
  return act.action === "UNVOIDED" && event !== null && event.sameAs !== null ? asIdentity(event) : null;
};

const decideAttempt = (act: FailedAttempt, { failure, rawText }: Found, turn: Turn): Decision => {
  if (failure === null) return refuse(`There is no failed event ${act.failure}.`);
  if (failure.attempts !== act.attempts || !isUnresolved(failure))
    return refuse("The failed event was dealt with meanwhile.");
  const isAsSent = act.edited === null;
  const problems = isAsSent && act.problems !== null ? act.problems : failure.problems;
  const attempt = failure.attempts + 1;
  const after: Failure = {
    ...{ ...failure, problems, attempts: attempt, state: act.state, nextAttemptAtUs: act.nextAttemptAtUs },
    reason: act.fault ?? failure.reason,
  };
  const details: Details = {
    ...{ attempt, state: act.state },
    ...(act.problems === null ? {} : { problems: act.problems }),
    ...(act.fault === null ? {} : { fault: act.fault }),
    ...(act.nextAttemptAtUs === null ? {} : { nextAttemptAtUs: act.nextAttemptAtUs }),
    ...(act.edited === null ? {} : { edited: act.edited }),
  };
  const digest =
    problems === failure.problems || rawText === null ? null : digestOfFailure(rawText, JSON.stringify(problems));
  return { entry: entryOf(act, turn, { failure }, details), digest, failure: after };
};

const decideFaulty = (act: FaultyArrival, { failure }: Found, turn: Turn): Decision => {
  const { client, idempotencyKey, identity, rawText, fault, nextAttemptAtUs } = act;
  if (failure !== null) {
    const after = { ...failure, timesSeen: failure.timesSeen + 1, lastSeenAtUs: turn.atUs };
    return { entry: entryOf(act, turn, { failure }, { fault }), digest: null, failure: after };
  }
  const added: Failure = {
    ...{ id: turn.seq, kind: "PROCESSING", state: "SCHEDULED", client, idempotencyKey },
    problems: [describeProblem({ code: "PROCESSING_FAULT", path: null, readings: [fault] })],
    ...{ timesSeen: 1, firstSeenAtUs: turn.atUs, lastSeenAtUs: turn.atUs, resolvedBy: null },
    ...{ attempts: 0, nextAttemptAtUs, reason: fault },
  };
  const entry = entryOf(act, turn, { failure: added }, { fault, nextAttemptAtUs });
  const digest = digestOfFailure(rawText, JSON.stringify(added.problems));
  return { entry, digest, newFailure: { ...added, identity, rawText } };
};

const decideDiscarding = (act: Discarding, { failure }: Found, turn: Turn): Decision => {
  if (failure === null) return refuse(`There is no failed event ${act.failure}.`);
  const entry = entryOf(act, turn, { failure }, withReason(act.reason));
  if (act.action === "REOPENED") {
    if (failure.state !== "DISCARDED" && failure.state !== "DEAD")
      return refuse(`Only a failed event that was discarded or is dead can be reopened; this one is ${failure.state}.`);
    return { entry, digest: null, failure: { ...failure, state: "OPEN", reason: null } };
  }
  if (!isUnresolved(failure)) return refuse(`The failed event is ${failure.state} already.`);
  const after: Failure = { ...failure, state: "DISCARDED", reason: act.reason, nextAttemptAtUs: null };
  return { entry, digest: null, failure: after };
};

const decideProfile = (act: ProfileChange, { profile: last }: Found, turn: Turn): Decision => {
  const { client, profile, by, ifVersion } = act;
  const current = last?.version ?? NO_PROFILE;
  if (ifVersion !== undefined && ifVersion !== current)
    return refuse(`The profile has changed meanwhile: it has version ${current}, not ${ifVersion}.`);
  if (profile === null && (last === null || last.profile === null)) return refuse("This client has no profile.");
  const version = current + 1;
  const entry = entryOf(act, turn, { client }, { version, ...(profile === null ? {} : { profile }) });
  return { entry, digest: null, profile: { client, version, profile, seq: turn.seq, atUs: turn.atUs, by } };
};

const startJob = (act: JobStart, turn: Turn): Decision => {
  const { plan, client, by, total } = act;
  const job: Job = {
    ...{ id: turn.seq, plan, state: "RUNNING", by, total, looked: 0, position: 0 },
    ...{ startedAtUs: turn.atUs, endedAtUs: null, error: null },
  };
  const entry = { ...entryOf(act, turn, { client }, { plan, total }), job: turn.seq };
  return { entry, digest: null, job };
};

const endJob = (act: JobEnd, { job }: Found, turn: Turn): Decision => {
  if (job === null) return refuse(`There is no job ${act.job}.`);
  if (job.state !== "RUNNING") return refuse(`The job is ${job.state} already.`);
  const after: Job = { ...job, state: act.state, endedAtUs: turn.atUs, error: act.error };
  const details = { jobState: act.state, ...(act.error === null ? {} : { fault: act.error }) };
  return { entry: entryOf(act, turn, {}, details), digest: null, job: after };
};

const decideEndpoint = (act: WebhookAct, { webhook: endpoint }: Found, turn: Turn): Decision => {
  const decision = decideWebhook(act, endpoint, turn);
  if ("refused" in decision) return decision;
  const { webhook, details, reason = null } = decision;
  return { entry: entryOf(act, turn, {}, { webhook: details, ...withReason(reason) }), digest: null, webhook };
};
