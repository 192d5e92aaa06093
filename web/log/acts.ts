// What people, workers and jobs do about events and failures, in words. None of it is an outcome: nothing was received.
import { isOutcome, type Outcome } from "../api/counts.ts";
import type { Entry } from "../api/operations.ts";
import { formatAmount, formatPlural } from "../format.ts";

export type Act = Exclude<Entry["action"], Outcome>;

export const actWords = {
  FAULTED: "Faulted",
  RETRIED: "Retried",
  DISCARDED: "Discarded",
  REOPENED: "Reopened",
  VOIDED: "Voided",
  UNVOIDED: "Unvoided",
  REPROCESSED: "Reprocessed",
  PROFILE_SET: "Profile set",
  PROFILE_DELETED: "No profile",
  JOB_STARTED: "Job began",
  JOB_ENDED: "Job ended",
  WEBHOOK_CREATED: "Webhook made",
  WEBHOOK_CHANGED: "Webhook set",
  WEBHOOK_ROTATED: "New secret",
  WEBHOOK_ENABLED: "Webhook on",
  WEBHOOK_DISABLED: "Webhook off",
  WEBHOOK_DELETED: "No webhook",
} as const satisfies Record<Act, string>;

/** The act that an entry records; undefined where it records an outcome. */
export const actOf = (action: Entry["action"]): Act | undefined => (isOutcome(action) ? undefined : action);

type Told = Pick<Entry, "details" | "event">;

/** What was done, in a sentence; who and why stand beside it. */
export const describeAct = (action: Act, entry: Told): string => {
  const details = readDetails(entry.details);
  switch (action) {
    case "FAULTED":
      return "Met an unexpected fault; kept, and tried again by itself.";
    case "RETRIED":
      return `Attempt ${details.attempt ?? ""}${details.edited ? ", edited," : ""} could not be counted.`;
    case "DISCARDED":
      return "Shall not count.";
    case "REOPENED":
      return "Open again.";
    case "VOIDED":
      return `Event #${entry.event?.seq} no longer counts.`;
    case "UNVOIDED":
      return `Event #${entry.event?.seq} counts again.`;
    case "REPROCESSED":
      return details.sameAs === undefined ? describeReading(details) : `Found to be the same as #${details.sameAs}.`;
    case "PROFILE_SET":
      return `Version ${details.version ?? ""} of the client's profile.`;
    case "PROFILE_DELETED":
      return "The client's profile was taken away.";
    case "JOB_STARTED":
      return describeJobStart(details);
    case "JOB_ENDED":
      return `${jobEnds[String(details.jobState)] ?? "Ended"}.`;
    case "WEBHOOK_CREATED":
    case "WEBHOOK_CHANGED":
      return `${endpointOf(details)} is told of ${formatPlural(details.webhook?.kinds?.length ?? 0, "kind")} of entries.`;
    case "WEBHOOK_ROTATED":
      return `${endpointOf(details)} has another secret.`;
    case "WEBHOOK_ENABLED":
      return `${endpointOf(details)} is told again.`;
    case "WEBHOOK_DISABLED":
      return `${endpointOf(details)} is told nothing any more: ${disabledWords[details.webhook?.because ?? "ASKED"]}.`;
    case "WEBHOOK_DELETED":
      return `${endpointOf(details)} was taken away.`;
  }
};

/** Why an endpoint of webhooks is disabled. */
const disabledWords = {
  ASKED: "a person decided so",
  GONE: "it answered 410, gone",
  FAILING: "it failed for more than three days",
} as const;

const endpointOf = ({ webhook }: KnownDetails): string => webhook?.name ?? "An endpoint";

interface KnownDetails {
  readonly attempt?: number;
  readonly edited?: true | string;
  readonly sameAs?: number;
  readonly version?: number;
  readonly total?: number;
  readonly jobState?: string;
  readonly plan?: { readonly kind?: string };
  readonly webhook?: {
    readonly name?: string;
    readonly kinds?: readonly string[];
    readonly because?: keyof typeof disabledWords;
  };
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** What an entry says besides its fields: an object whose members may all be missing. */
const readDetails = (details: unknown): KnownDetails => (typeof details === "object" && details ? details : {});

const facts = ["metric", "amount", "unit", "timestamp"] as const;

const describeReading = ({ before = {}, after = {} }: KnownDetails): string => {
  const textOf = (fact: string, value: unknown) =>
    fact === "amount" ? formatAmount(String(value)) : String(value ?? "none");
  const changes = facts
    .filter((fact) => before[fact] !== after[fact])
    .map((fact) => `${fact} ${textOf(fact, before[fact])} → ${textOf(fact, after[fact])}`);
  return changes.length === 0 ? "Read again." : `Read again: ${changes.join(", ")}.`;
};

const jobItems: Readonly<Record<string, readonly [verb: string, noun: string]>> = {
  RETRY: ["Retries", "failed event"],
  DISCARD: ["Discards", "failed event"],
  REPROCESS: ["Reads again", "event"],
};

const jobEnds: Readonly<Record<string, string>> = {
  DONE: "Went through all its items",
  CANCELLED: "Cancelled; what it had done stays done",
  FAILED: "Given up after unexpected faults",
};

const describeJobStart = ({ plan, total }: KnownDetails): string => {
  const [verb, noun] = jobItems[String(plan?.kind)] ?? ["Works on", "item"];
  return `${verb} ${formatPlural(total ?? 0, noun)}.`;
};

/** Who did it and why, as far as that is known; empty where neither is. */
export const describeMotive = ({ by, reason }: { readonly by: string | null; readonly reason: string | null }) =>
  [by === null ? "" : `by ${by}`, reason === null ? "" : `“${reason}”`].filter(Boolean).join(", ");
