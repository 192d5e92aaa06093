// Tells endpoints of webhooks what they want to know. One server at a time works for an endpoint, and sends its deliveries
// one after the other: while one is not taken, the endpoint stays behind, and nothing else waits for it.
//
// entries behind the cursor -> planned and written -> sent -> DELIVERED
//                                                          -> again later, up to the last try -> endpoint disabled
import type { Act } from "../domain/act.ts";
import type { Micros } from "../domain/calendar.ts";
import {
  type Answer,
  type DisabledBecause,
  MAX_TRIES,
  retryDelayMs,
  type WebhookDelivery,
  type WebhookEndpoint,
} from "../domain/webhook.ts";
import { actionsOf } from "../domain/webhook-kinds.ts";
import { planDeliveries } from "../domain/webhook-plan.ts";
import type { Log } from "../log.ts";
import type { Leases } from "../storage/leases.ts";
import type { Storage } from "../storage/storage.ts";
import type { Deliver } from "../webhooks/deliver.ts";
import { type Around, createWorker, type Worker } from "./worker.ts";

const KIND = "webhook";
const POLL_MS = 500;
const LEASE_MS = 10_000;
/** As many as there can be endpoints: none waits for another that does not answer. */
const MAX_IN_HAND = 100;
const DRAIN_MS = 1_500;
/** Where not even the outcome could be written. */
const BACKOFF = { baseMs: 1_000, capMs: 60_000 };
/** Entries that are wanted, read at once; and entries that are looked at for them. */
const MAX_READ = 500;
const MAX_LOOKED_AT = 20_000;
const GONE = 410;

interface WebhooksDeps {
  readonly storage: Pick<Storage, "leases" | "webhooks" | "head" | "entries" | "perform" | "databaseId">;
  readonly deliver: Deliver;
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly random?: () => number;
  readonly pollMs?: number;
  readonly around?: Around | undefined;
}

/** Works for all endpoints that there are, until it is stopped. */
export const createWebhooksWorker = (deps: WebhooksDeps): Worker => {
  const { storage, now, log, pollMs = POLL_MS } = deps;
  const { leases, webhooks } = storage;
  const claim: Leases["claim"] = async (options) => {
    const due = await webhooks.due(now());
    for (const id of due) await leases.schedule({ kind: KIND, item: String(id) }, 0);
    return due.length === 0 ? [] : leases.claim(options);
  };
  return createWorker({
    ...{ leases: { ...leases, claim }, kind: KIND, log, around: deps.around, backoff: BACKOFF },
    ...{ leaseMs: LEASE_MS, pollMs, maxInHand: MAX_IN_HAND, drainMs: DRAIN_MS },
    handle: async ({ item }, signal) => {
      // What is due later is found again then.
      while (!signal.aborted && (await step(deps, Number(item), signal)));
      return undefined;
    },
  });
};

/** Does the next thing for an endpoint. False where there is nothing to do now. */
const step = async (deps: WebhooksDeps, id: number, signal: AbortSignal): Promise<boolean> => {
  const { webhooks } = deps.storage;
  const endpoint = await webhooks.endpoint(id);
  if (endpoint === null || endpoint.disabledBecause !== null) return false;
  const { collecting, next } = await webhooks.unsent(id);
  if (next === null) return gather(deps, endpoint, collecting);
  if (endpoint.nextAttemptAtUs !== null && endpoint.nextAttemptAtUs > deps.now()) return false;
  if (next.tries >= MAX_TRIES) return disable(deps, endpoint, "FAILING");
  return send(deps, { endpoint, delivery: next, signal });
};

/** Reads the log behind the cursor, and makes deliveries of what the endpoint wants to know. */
const gather = async (
  { storage, now }: WebhooksDeps,
  endpoint: WebhookEndpoint,
  collecting: readonly WebhookDelivery[],
): Promise<boolean> => {
  const { databaseId } = storage;
  const { id, cursor, clients } = endpoint;
  const nowUs = now();
  const head = await storage.head();
  const last = Math.min(head, cursor + MAX_LOOKED_AT);
  const filter = { actions: actionsOf(endpoint.kinds), ...(clients === null ? {} : { clients }) };
  const range = { above: cursor, below: last + 1, order: "ascending", limit: MAX_READ } as const;
  const entries = last === cursor ? [] : await storage.entries(filter, range);
  const toSeq = entries.length < MAX_READ ? last : (entries.at(-1)?.seq ?? last);
  const isEnd = toSeq === head;
  const deliveries = planDeliveries({ endpoint, databaseId, collecting, entries, isEnd, nowUs });
  if (toSeq === cursor && deliveries.length === 0) return false;
  // Where it did not, another has come first, and the next look shows what is left.
  await storage.webhooks.advance({ endpoint: { id, cursor, lastDelivery: endpoint.lastDelivery }, toSeq, deliveries });
  return true;
};

interface Sending {
  readonly endpoint: WebhookEndpoint;
  readonly delivery: WebhookDelivery;
  readonly signal: AbortSignal;
}

const send = async (deps: WebhooksDeps, { endpoint, delivery, signal }: Sending): Promise<boolean> => {
  const { storage, deliver, now, log } = deps;
  const { retryAfterMs, ...answer } = await deliver(endpoint, delivery, signal);
  const atUs = now();
  const isDelivered = answer.result === "DELIVERED";
  const tries = delivery.tries + 1;
  const delayMs = retryDelayMs({ tries, retryAfterMs, random: deps.random ?? Math.random });
  const nextAttemptAtUs = isDelivered ? null : atUs + delayMs * 1_000;
  const isFirst = await storage.webhooks.settle({ delivery, atUs, answer, nextAttemptAtUs });
  if (isDelivered) return true;
  log.warn(summaryOf(endpoint, delivery, answer), "a webhook was not taken");
  if (!isFirst) return true;
  if (answer.status === GONE) return disable(deps, endpoint, "GONE");
  if (tries >= MAX_TRIES) return disable(deps, endpoint, "FAILING");
  return false;
};

/** Without the address, which can hold a secret. */
const summaryOf = (
  { id, name }: WebhookEndpoint,
  { id: delivery, kind, tries }: WebhookDelivery,
  { status, error }: Pick<Answer, "status" | "error">,
) => ({ endpoint: id, name, delivery, kind, tries: tries + 1, status, reason: error });

const disable = async (
  { storage, log }: WebhooksDeps,
  { id, name }: WebhookEndpoint,
  because: DisabledBecause,
): Promise<boolean> => {
  const act: Act = { action: "WEBHOOK_DISABLED", by: null, endpoint: id, because, reason: null };
  const [performed] = await storage.perform([act]);
  // A person may have done so just now.
  if (performed?.kind === "done") log.error({ endpoint: id, name, because }, "an endpoint of webhooks was disabled");
  return false;
};
