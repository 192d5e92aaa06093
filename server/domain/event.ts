// What an event is at each station: raw (as sent), normalised into facts, prepared for the commit, stored, and
// what its sender is told. Types only; the rules that make one from the other are in the files beside this one.
import type { Act, Details } from "./act.ts";
import type { Micros } from "./calendar.ts";
import type { Failure, Flaws } from "./failure.ts";
import type { Json } from "./json.ts";
import type { Problem, Warning } from "./problem.ts";

/** The five facts in canonical spelling: what the content fingerprint is made of. */
export interface Facts {
  readonly client: string;
  readonly metric: string;
  readonly unit: string | null;
  /** Decimal text without exponent, plus sign or needless zeros. */
  readonly amount: string;
  /** RFC 3339 in UTC with all fraction digits that were given (up to 9), without trailing zeros. */
  readonly timestamp: string;
}

/** What was done to reach one fact: where it was found, the rule applied, the value before and after. */
export interface Step {
  readonly fact: keyof Facts;
  readonly path: string;
  readonly rule: string;
  readonly before: Json;
  readonly after: string | null;
}

/** What reading a raw event gave: all five facts, or every problem that stands in the way of one. */
export type Normalization = {
  readonly warnings: readonly Warning[];
  readonly steps: readonly Step[];
} & (
  | { readonly kind: "event"; readonly facts: Facts }
  | {
      readonly kind: "invalid";
      /** The facts that could be read all the same. */
      readonly facts: Partial<Facts>;
      readonly problems: readonly Problem[];
    }
);

/** One event as its sender handed it over. */
export interface Submitted {
  readonly raw: Json;
  readonly idempotencyKey: string | null;
  /** Where it came in a form that can hold more than JSON and one key, and where nobody waits to be refused. */
  readonly flaws?: Flaws;
  /** What it was counted as elsewhere: it counts as that here, whatever is read in it. */
  readonly counted?: Facts;
  /** The clients that its sender may speak for; any where left out. */
  readonly clients?: readonly string[];
}

/** Where a simulated fault is to happen. */
export type FailurePoint = "BEFORE_TRANSACTION" | "DURING_TRANSACTION" | "AFTER_COMMIT";

interface PreparedBase {
  /** The raw event as JSON text, as it will be stored. */
  readonly rawText: string;
  readonly idempotencyKey: string | null;
  readonly warnings: readonly Warning[];
  /** The entry that last changed a profile, when this was read: if one was changed since, it must be read again. */
  readonly profilesAsOf: number;
}

/** What makes an event the same as another: its key among those of its client, or else its content. */
export type Identity = Pick<PreparedEvent, "facts" | "fingerprint" | "idempotencyKey">;

/**
 * What an event was by another version of a profile, and the last version by which it was that. Only an event that was read
 * with it or with one before it can be the same: what was read later may say the same and be another.
 */
export type EarlierIdentity = Identity & Pick<PreparedEvent, "profileVersion">;

/** A failed event that is tried again. */
export interface Retry {
  readonly failure: number;
  /** Whether a person has changed what was sent. */
  readonly isEdited: boolean;
  readonly by: string | null;
  /** The job that does it; null where a person asked for this one alone. */
  readonly job: number | null;
}

export interface PreparedEvent extends PreparedBase {
  readonly kind: "event";
  readonly facts: Facts;
  /** SHA-256 in hex of the canonical tuple. */
  readonly fingerprint: string;
  /** The version of its client's profile that it was read with; 0 without one. */
  readonly profileVersion: number;
  /** What it was by other versions of profiles: sent before a change and again after, it is one event. */
  readonly earlier?: readonly EarlierIdentity[];
  /** What it is where no such event was counted before, as it comes later than its client's profile allows. */
  readonly ifNew?: PreparedInvalid;
  /** Where it is no new arrival but a failed event that is tried again. */
  readonly retry?: Retry;
}

export interface PreparedInvalid extends PreparedBase {
  readonly kind: "invalid";
  readonly client: string | null;
  readonly problems: readonly Problem[];
  /** SHA-256 in hex of what makes it the same failure when it comes again. */
  readonly identity: string;
}

/** An event that has been read and is ready for the commit, where its outcome is decided. */
export type Prepared = PreparedEvent | PreparedInvalid;

/** A counted event as it is stored. Its raw payload is read separately: most readers do not need it. */
export interface Event extends Facts {
  /** The position in the log of the entry that accepted it; also its id. */
  readonly seq: number;
  readonly timestampUs: Micros;
  readonly receivedAtUs: Micros;
  readonly fingerprint: string;
  readonly idempotencyKey: string | null;
  readonly warnings: readonly Warning[];
  /** The version of its client's profile that it was read with; 0 without one. */
  readonly profileVersion: number;
  /** The entry that took it out of the figures; null where it counts. */
  readonly voidedBy: number | null;
  /** The last entry that changed anything about it; null where it is as it was accepted. */
  readonly changedBy: number | null;
  /** The event that it was found to be, read again: it has no identity of its own any more. Null where it has. */
  readonly sameAs: number | null;
}

/** What becomes of an event. */
export type Outcome = "ACCEPTED" | "DUPLICATE" | "CONFLICT" | "REJECTED";

export const outcomes = ["ACCEPTED", "DUPLICATE", "CONFLICT", "REJECTED"] as const satisfies readonly Outcome[];

export interface Receipt {
  readonly seq: number;
  readonly atUs: Micros;
  readonly fingerprint: string | null;
}

/** One place where two events, or two spellings of one event, are not the same. `undefined`: not there. */
export interface Difference {
  readonly path: string;
  readonly existing: Json | undefined;
  readonly received: Json | undefined;
}

/** What became of one event: the answer its sender gets. */
export type Result = { readonly receipt: Receipt; readonly warnings: readonly Warning[] } & (
  | { readonly outcome: "ACCEPTED"; readonly event: Event }
  | { readonly outcome: "DUPLICATE"; readonly event: Event; readonly differences: readonly Difference[] }
  | {
      readonly outcome: "CONFLICT";
      readonly existing: Event;
      readonly differences: readonly Difference[];
      readonly failure: Failure;
    }
  | { readonly outcome: "REJECTED"; readonly problems: readonly Problem[]; readonly failure: Failure }
);

/** What an entry of the log records: what became of an event that was received, or what was done later. */
export type Action = Outcome | Act["action"];

/** A row of the log. `event` is the event that it is about; `failure` what was recorded, closed or changed. */
export interface Entry {
  readonly seq: number;
  readonly atUs: Micros;
  readonly action: Action;
  readonly client: string | null;
  readonly event: Event | null;
  readonly failure: Failure | null;
  readonly differences: readonly Difference[];
  readonly details: Details;
  /** The job that did it; null where none did. */
  readonly job: number | null;
  /** SHA-256 in hex over this entry and the hash before it; null for entries older than the chain. */
  readonly hash: string | null;
}
