// Work on many items that a person has asked for. It rests in the database, so that it survives its server, and each item
// is done once: what became of it is an entry of the log that names the job.
//
// RUNNING -> DONE (all items looked at), CANCELLED (by a person) or FAILED (an unexpected fault, time after time)
import type { Micros } from "./calendar.ts";
import type { EventFilter, FailureFilter } from "./filter.ts";

/** What a job is to do, and with which items: those that the filter admits and that were there when it began. */
export type JobPlan =
  | {
      readonly kind: "RETRY";
      readonly filter: FailureFilter;
      /** The client whose profile was changed: of failures whose client could not be read only its own are tried. */
      readonly client?: string;
    }
  | { readonly kind: "DISCARD"; readonly filter: FailureFilter; readonly reason: string }
  | { readonly kind: "REPROCESS"; readonly filter: EventFilter };

export type JobKind = JobPlan["kind"];
export type FinalState = "DONE" | "CANCELLED" | "FAILED";
export type JobState = "RUNNING" | FinalState;

export interface Job {
  /** The seq of the entry that records its beginning. Its items were there before. */
  readonly id: number;
  readonly plan: JobPlan;
  readonly state: JobState;
  readonly by: string | null;
  /** How many items there were to look at when it began. */
  readonly total: number;
  /** How many it has looked at. */
  readonly looked: number;
  /** The item up to which it has come, in their order; 0 at the beginning. */
  readonly position: number;
  readonly startedAtUs: Micros;
  readonly endedAtUs: Micros | null;
  /** Why it failed. */
  readonly error: string | null;
}
