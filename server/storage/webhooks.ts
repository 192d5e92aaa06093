// What a backend must do for webhooks. Endpoints are made and changed by acts, which are entries of the log; here is how
// far each has come. One server at a time works for an endpoint, under a lease; what one writes that has lost its lease
// without knowing changes nothing that another has written since.
import type { Micros } from "../domain/calendar.ts";
import type { Range } from "../domain/filter.ts";
import type {
  Answer,
  DeliveryFilter,
  DeliveryState,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
} from "../domain/webhook.ts";
import type { WebhookKind } from "../domain/webhook-kinds.ts";

/** Settled deliveries of each endpoint that are kept, and attempts. */
export const KEPT_DELIVERIES = 1_000;
export const KEPT_ATTEMPTS = 1_000;

export interface WebhookAdvance {
  /** As it was when its entries were read. */
  readonly endpoint: Pick<WebhookEndpoint, "id" | "cursor" | "lastDelivery">;
  /** The last entry that was read. */
  readonly toSeq: number;
  /** Those that are new or have changed. */
  readonly deliveries: readonly WebhookDelivery[];
}

export interface WebhookOutcome {
  /** As it was when it was sent. */
  readonly delivery: Pick<WebhookDelivery, "endpoint" | "number" | "tries">;
  /** When it was sent. */
  readonly atUs: Micros;
  readonly answer: Omit<Answer, "retryAfterMs">;
  /** When it is to be tried again, where it was not delivered. */
  readonly nextAttemptAtUs: Micros | null;
}

export interface Unsent {
  readonly collecting: readonly WebhookDelivery[];
  /** The first of those in the queue. */
  readonly next: WebhookDelivery | null;
}

export interface Webhooks {
  /** Oldest first. */
  endpoints(): Promise<readonly WebhookEndpoint[]>;
  endpoint(id: number): Promise<WebhookEndpoint | null>;
  /** The ids of those that are enabled and for which there is something to do at this time. */
  due(nowUs: Micros): Promise<readonly number[]>;
  unsent(endpoint: number): Promise<Unsent>;
  /** Moves the cursor and writes deliveries, in one transaction. False, and nothing is written, where another has. */
  advance(step: WebhookAdvance): Promise<boolean>;
  /**
   * Keeps an attempt, and what it makes of its delivery and its endpoint, in one transaction. The oldest attempts and
   * settled deliveries go. False where the delivery was dealt with meanwhile: then only the attempt is kept.
   */
  settle(outcome: WebhookOutcome): Promise<boolean>;
  /** Keeps a delivery that was sent outside of the queue, with its attempt. Gives its number; null without its endpoint. */
  addTest(delivery: Omit<WebhookDelivery, "number">, outcome: Omit<WebhookOutcome, "delivery">): Promise<number | null>;
  /** Those of an endpoint, by their number. */
  deliveries(filter: DeliveryFilter, range: Range): Promise<readonly WebhookDelivery[]>;
  countDeliveries(filter: DeliveryFilter): Promise<number>;
  delivery(id: string): Promise<WebhookDelivery | null>;
  /** The last attempts of an endpoint, or of one of its deliveries, newest first. */
  attempts(
    of: { readonly endpoint: number; readonly delivery?: number },
    limit: number,
  ): Promise<readonly WebhookAttempt[]>;
  /** Puts settled deliveries back into the queue, tests apart, and lets their endpoint begin at once. Gives their number. */
  requeue(filter: DeliveryFilter & { readonly number?: number }): Promise<number>;
  /** Takes a delivery out of the queue. False where it is not in it. */
  skip(delivery: Pick<WebhookDelivery, "endpoint" | "number">, atUs: Micros): Promise<boolean>;
}

/** What can be put back into the queue. */
export const settledStates: readonly DeliveryState[] = ["DELIVERED", "SKIPPED"];

export interface EndpointRow extends Omit<WebhookEndpoint, "kinds" | "clients" | "secrets"> {
  readonly kinds: string;
  readonly clients: string | null;
  readonly secrets: string;
}

export interface DeliveryRow extends Omit<WebhookDelivery, "kind" | "entries"> {
  readonly kind: string;
  readonly entries: string;
}

export const toEndpoint = ({ kinds, clients, secrets, ...row }: EndpointRow): WebhookEndpoint => ({
  ...row,
  kinds: JSON.parse(kinds) as WebhookKind[],
  clients: clients === null ? null : (JSON.parse(clients) as string[]),
  secrets: JSON.parse(secrets) as WebhookEndpoint["secrets"],
});

export const toEndpointRow = ({ kinds, clients, secrets, ...endpoint }: WebhookEndpoint): EndpointRow => ({
  ...endpoint,
  kinds: JSON.stringify(kinds),
  clients: clients === null ? null : JSON.stringify(clients),
  secrets: JSON.stringify(secrets),
});

export const toDelivery = ({ kind, entries, ...row }: DeliveryRow): WebhookDelivery => ({
  ...row,
  kind: kind as WebhookDelivery["kind"],
  entries: JSON.parse(entries) as WebhookDelivery["entries"],
});

export const toDeliveryRow = <Delivery extends Omit<WebhookDelivery, "number">>(delivery: Delivery) => ({
  ...delivery,
  entries: JSON.stringify(delivery.entries),
});

/** What an act may change of an endpoint that is there; how far it has come it leaves alone. */
export const changedColumns = (row: EndpointRow) => {
  const { id, createdAtUs, cursor, lastDelivery, lastAttempt, failingSinceUs, ...changed } = row;
  return changed;
};
