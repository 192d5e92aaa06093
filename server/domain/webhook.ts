// Webhooks: who wants to be told of what, and what is to be told. An endpoint reads the log from a cursor of its own, and
// what it is told is a delivery: one kind of entries, counted, with all of them or the first as samples.
//
// COLLECTING -> WAITING (complete, in the queue) -> DELIVERED
//                                                -> SKIPPED (by a person) -> WAITING (asked for again)
// A test is DELIVERED or FAILED at once.
import type { Micros } from "./calendar.ts";
import type { Json } from "./json.ts";
import type { WebhookKind } from "./webhook-kinds.ts";

export interface WebhookSettings {
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly WebhookKind[];
  /** Only entries about events of these clients; null: all entries. */
  readonly clients: readonly string[] | null;
  /** For how long failures of one code are counted together, from the first on. */
  readonly windowSeconds: number;
}

/** A secret as it is stored: nobody can read it who has the database alone. */
export interface SealedSecret {
  readonly sealed: string;
  /** Until when it signs beside its successor; null for the one in force. */
  readonly untilUs: Micros | null;
}

/** Why an endpoint is told nothing: a person decided, it answered 410, or it has failed for days. */
export type DisabledBecause = "ASKED" | "GONE" | "FAILING";

export interface WebhookEndpoint extends WebhookSettings {
  /** The seq of the entry that records its creation. */
  readonly id: number;
  /** The one in force first. */
  readonly secrets: readonly SealedSecret[];
  readonly createdAtUs: Micros;
  /** Null where it is enabled. */
  readonly disabledBecause: DisabledBecause | null;
  readonly disabledAtUs: Micros | null;
  /** In a person's words. */
  readonly reason: string | null;
  /** The last entry that was looked at for it. */
  readonly cursor: number;
  /** The number of its last delivery, and of its last attempt; 0 before the first. */
  readonly lastDelivery: number;
  readonly lastAttempt: number;
  /** When it is tried again; null where nothing stands in the way of the next attempt. */
  readonly nextAttemptAtUs: Micros | null;
  /** When the first attempt failed of those since the last that did not. */
  readonly failingSinceUs: Micros | null;
}

export type DeliveryState = "COLLECTING" | "WAITING" | "DELIVERED" | "SKIPPED" | "FAILED";

export const TEST_KIND = "webhook.test";

export interface WebhookDelivery {
  readonly endpoint: number;
  /** Its place among those of its endpoint: they are sent in this order. */
  readonly number: number;
  /** The `webhook-id` of each of its attempts. */
  readonly id: string;
  readonly kind: WebhookKind | typeof TEST_KIND;
  /** What is wrong with all of the failures; null for kinds that are no failures. */
  readonly code: string | null;
  readonly state: DeliveryState;
  /** How many entries it tells of. */
  readonly count: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly fromAtUs: Micros;
  readonly toAtUs: Micros;
  /** Entries from then on belong to another. */
  readonly closesAtUs: Micros;
  /** What it says of them: of all, or of the first. */
  readonly entries: readonly Json[];
  /** Attempts that failed since it was put into the queue. */
  readonly tries: number;
  readonly settledAtUs: Micros | null;
}

/** DELIVERED: answered with 2xx. REFUSED: answered otherwise. FAILED: there was no answer. */
export type AttemptResult = "DELIVERED" | "REFUSED" | "FAILED";

/** What came of sending a delivery once. */
export interface Answer {
  readonly result: AttemptResult;
  /** Null where there was no answer. */
  readonly status: number | null;
  /** Why there was none. */
  readonly error: string | null;
  /** The beginning of the answer: status and headers, an empty line, body. */
  readonly response: string | null;
  readonly durationMs: number;
  /** How long it asks not to be tried again. */
  readonly retryAfterMs: number | null;
}

export interface WebhookAttempt extends Omit<Answer, "retryAfterMs"> {
  readonly endpoint: number;
  readonly number: number;
  /** The number of the delivery. */
  readonly delivery: number;
  readonly atUs: Micros;
}

export interface DeliveryFilter {
  readonly endpoint: number;
  readonly states?: readonly DeliveryState[] | undefined;
  /** Inclusive, on the time of its first entry. */
  readonly fromUs?: Micros | undefined;
  /** Exclusive. */
  readonly toUs?: Micros | undefined;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The waits between the attempts: the example of the Standard Webhooks specification, 75 h 35 min 5 s in all. */
export const RETRY_DELAYS_MS: readonly number[] = [
  ...[5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS],
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR_MS),
];
/** After which an endpoint is disabled. */
export const MAX_TRIES = RETRY_DELAYS_MS.length + 1;
/** What a wait may be longer by, so that those who failed together do not come back together. */
const JITTER = 0.2;
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;

interface Retry {
  /** Failed attempts, this one included. */
  readonly tries: number;
  readonly retryAfterMs: number | null;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** How long to wait after an attempt has failed. What the endpoint asks for is heeded, up to a day. */
export const retryDelayMs = ({ tries, retryAfterMs, random }: Retry): number => {
  const scheduledMs = RETRY_DELAYS_MS[Math.min(tries, RETRY_DELAYS_MS.length) - 1] ?? 0;
  const askedMs = Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
  return Math.round(Math.max(scheduledMs, askedMs) * (1 + JITTER * random()));
};
