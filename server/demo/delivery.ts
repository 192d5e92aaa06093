// The words of a plan. Clients do steps, one after the other; a step is waves; the deliveries of a wave are sent at the
// same instant, and the next wave begins when all of them have ended.
import type { FailurePoint } from "../domain/event.ts";
import type { Json } from "../domain/json.ts";

export type Outcome = "ACCEPTED" | "DUPLICATE" | "CONFLICT" | "REJECTED";

/** One event in a delivery, and what must become of it. */
export interface Item {
  /** Whose it is; null where it does not say so. */
  readonly client: string | null;
  readonly kind: "sale" | "conflict" | "invalid";
  /** The same for all spellings of one sale, and for all sightings of one failure. */
  readonly identity: string;
  /** The identity of the sale whose key it uses, where that is another's. */
  readonly holder?: string;
  readonly event: Json;
  readonly key: string | null;
  /** The outcomes that the plan allows. */
  readonly expects: readonly Outcome[];
  /** The problems that a rejection must name, in alphabetical order. */
  readonly problems?: readonly string[];
}

/**
 * How a delivery is meant to end: with an answer; cut off by the client after sending; with a body that breaks off;
 * refused as a whole because it is all or nothing; or with a fault that the server simulates.
 */
export type End = "ANSWERED" | "CUT_OFF" | "BROKEN" | "REFUSED" | FailurePoint;

/** One request. */
export interface Delivery {
  readonly items: readonly Item[];
  /** One event alone, many, or many of which either all count or none. */
  readonly mode: "SINGLE" | "BATCH" | "ATOMIC";
  readonly end: End;
}

export type Wave = readonly Delivery[];

export interface Step {
  readonly scenario: string;
  readonly waves: readonly Wave[];
}

export const single = (item: Item, end: End = "ANSWERED"): Delivery => ({ items: [item], mode: "SINGLE", end });

export const batch = (items: readonly Item[], end: End = "ANSWERED"): Delivery => ({ items, mode: "BATCH", end });

export const atomic = (items: readonly Item[], end: End = "ANSWERED"): Delivery => ({ items, mode: "ATOMIC", end });
