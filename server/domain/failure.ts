// What is kept of an event that was not counted, so that a person can see why and put it right.
import type { Micros } from "./event.ts";
import type { Problem } from "./problem.ts";

export const failureKinds = ["VALIDATION", "CONFLICT", "PROCESSING"] as const;
/** Why it failed: it cannot be read, its key belongs to another event, or an unexpected fault. */
export type FailureKind = (typeof failureKinds)[number];

export const failureStates = ["OPEN", "SCHEDULED", "RESOLVED", "DISCARDED", "DEAD"] as const;
/**
 * OPEN -> RESOLVED (its event was counted) or DISCARDED (by a person).
 * An unexpected fault is SCHEDULED for another attempt until it is RESOLVED or, attempts exhausted, DEAD.
 */
export type FailureState = (typeof failureStates)[number];

/** A failed event as it is stored. Its raw payload is read separately: most readers do not need it. */
export interface Failure {
  /** The position in the log of the entry that recorded it first. */
  readonly id: number;
  readonly kind: FailureKind;
  readonly state: FailureState;
  readonly client: string | null;
  readonly idempotencyKey: string | null;
  readonly problems: readonly Problem[];
  readonly timesSeen: number;
  readonly firstSeenAtUs: Micros;
  readonly lastSeenAtUs: Micros;
  /** The seq of the event that resolved it. */
  readonly resolvedBy: number | null;
}
