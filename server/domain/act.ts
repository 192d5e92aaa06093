// What people and workers do to what is stored already. Each act is one entry of the log, in the order of commit with
// all others; what it changes, it changes in the same transaction.
import type { Micros } from "./calendar.ts";
import type { Facts, PreparedEvent } from "./event.ts";
import type { FailureState } from "./failure.ts";
import type { FinalState, JobPlan } from "./job.ts";
import type { Problem, Warning } from "./problem.ts";
import type { Profile } from "./profile.ts";
import type { DisabledBecause, SealedSecret, WebhookSettings } from "./webhook.ts";

interface ActBase {
  /** Who does it; null where nobody has to say who they are, and for what the server does by itself. */
  readonly by: string | null;
  /** The job that it is part of. */
  readonly job?: number | null;
}

/** Takes an accepted event out of the figures, or brings it back. Its identity stays. */
export interface Voiding extends ActBase {
  readonly action: "VOIDED" | "UNVOIDED";
  readonly event: number;
  readonly reason: string | null;
}

/** Gives an accepted event the reading that the rules and the profile give it now. */
export interface Reprocessing extends ActBase {
  readonly action: "REPROCESSED";
  readonly event: number;
  /** The fingerprint that the event had when it was read again: another reading may have come first. */
  readonly from: string;
  readonly reading: PreparedEvent;
  /** An event that still has the identity of the new reading, and gives it up later in the same transaction. */
  readonly displaces?: number | null;
}

/** An attempt to count a failed event that did not succeed. */
export interface FailedAttempt extends ActBase {
  readonly action: "RETRIED";
  readonly failure: number;
  /** How many attempts there were before: where another came first, this one is not recorded. */
  readonly attempts: number;
  /** What stands in its way now; null where it was an unexpected fault. */
  readonly problems: readonly Problem[] | null;
  readonly fault: string | null;
  /** The edited event, as JSON text, or true where only the key was another; null where it was tried as it was sent. */
  readonly edited: string | true | null;
  readonly state: FailureState;
  readonly nextAttemptAtUs: Micros | null;
}

/** Keeps an event that met an unexpected fault, to be tried again by itself. */
export interface FaultyArrival extends ActBase {
  readonly action: "FAULTED";
  readonly client: string | null;
  readonly idempotencyKey: string | null;
  readonly rawText: string;
  /** SHA-256 in hex. */
  readonly identity: string;
  readonly fault: string;
  readonly nextAttemptAtUs: Micros;
}

/** A person's decision that a failed event shall not count, or that it shall be looked at again after all. */
export interface Discarding extends ActBase {
  readonly action: "DISCARDED" | "REOPENED";
  readonly failure: number;
  readonly reason: string | null;
}

/** Makes a new version of a client's profile; null takes it away. */
export interface ProfileChange extends ActBase {
  readonly action: "PROFILE_SET" | "PROFILE_DELETED";
  readonly client: string;
  readonly profile: Profile | null;
  /** The version that the change is meant for; undefined where any will do. */
  readonly ifVersion?: number | undefined;
}

/** Begins a job. Its id is the seq of this entry. */
export interface JobStart extends ActBase {
  readonly action: "JOB_STARTED";
  readonly plan: JobPlan;
  readonly client: string | null;
  /** How many items there are to look at. */
  readonly total: number;
}

export interface JobEnd extends ActBase {
  readonly action: "JOB_ENDED";
  readonly job: number;
  readonly state: FinalState;
  readonly error: string | null;
}

/** Makes an endpoint, whose id is the seq of this entry. */
export interface WebhookCreation extends ActBase {
  readonly action: "WEBHOOK_CREATED";
  readonly settings: WebhookSettings;
  readonly secret: SealedSecret["sealed"];
}

/** Changes what an endpoint wants, or where it is. */
export interface WebhookChange extends ActBase {
  readonly action: "WEBHOOK_CHANGED";
  readonly endpoint: number;
  readonly settings: WebhookSettings;
}

/** Gives an endpoint another secret; the one before signs too until then. */
export interface WebhookRotation extends ActBase {
  readonly action: "WEBHOOK_ROTATED";
  readonly endpoint: number;
  readonly secret: SealedSecret["sealed"];
  readonly formerUntilUs: Micros;
}

export interface WebhookRemoval extends ActBase {
  readonly action: "WEBHOOK_DELETED";
  readonly endpoint: number;
}

/** Tells an endpoint nothing more. Its cursor stays. */
export interface WebhookStop extends ActBase {
  readonly action: "WEBHOOK_DISABLED";
  readonly endpoint: number;
  readonly because: DisabledBecause;
  readonly reason: string | null;
}

/** Lets it go on at its cursor, or with what comes from now on. */
export interface WebhookStart extends ActBase {
  readonly action: "WEBHOOK_ENABLED";
  readonly endpoint: number;
  readonly skipsMissed: boolean;
}

export type WebhookAct =
  | WebhookCreation
  | WebhookChange
  | WebhookRotation
  | WebhookRemoval
  | WebhookStop
  | WebhookStart;

export type Act =
  | Voiding
  | Reprocessing
  | FailedAttempt
  | FaultyArrival
  | Discarding
  | ProfileChange
  | JobStart
  | JobEnd
  | WebhookAct;

/** What an event said before or after it was read again. */
export interface Reading extends Facts {
  readonly idempotencyKey: string | null;
  readonly warnings: readonly Warning[];
  readonly profileVersion: number;
}

/** What an entry says besides its columns. All are left out where they do not apply. */
export interface Details {
  readonly by?: string;
  readonly reason?: string;
  readonly problems?: readonly Problem[];
  readonly fault?: string;
  /** The state of the failure after it. */
  readonly state?: FailureState;
  readonly attempt?: number;
  readonly nextAttemptAtUs?: Micros;
  /** Where a person has changed something: the text of an edited event that could not be counted. */
  readonly edited?: string | true;
  readonly before?: Reading;
  readonly after?: Reading;
  /** The event that this one turned out to be: it does not count any more. */
  readonly sameAs?: number;
  readonly version?: number;
  readonly profile?: Profile;
  readonly plan?: JobPlan;
  readonly total?: number;
  readonly jobState?: FinalState;
  readonly webhook?: WebhookDetails;
}

/** Of an endpoint, what anybody may read: an address can hold a secret, so its host alone. */
export interface WebhookDetails {
  readonly endpoint: number;
  readonly name: string;
  readonly host: string;
  readonly kinds?: readonly string[];
  readonly clients?: readonly string[];
  readonly because?: DisabledBecause;
}

/** What became of an act: done and recorded as that entry, or not, and why. */
export type Performed =
  | { readonly kind: "done"; readonly seq: number; readonly atUs: Micros }
  | { readonly kind: "refused"; readonly reason: string };
