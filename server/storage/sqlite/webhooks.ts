// Endpoints of webhooks, their deliveries and attempts. They change rarely or once in a round trip to somewhere else, so
// their statements are built when they are needed.
import type { Micros } from "../../domain/calendar.ts";
import type { Range } from "../../domain/filter.ts";
import { type DeliveryFilter, TEST_KIND, type WebhookDelivery, type WebhookEndpoint } from "../../domain/webhook.ts";
import type { WebhookWrite } from "../webhook-acts.ts";
import {
  changedColumns,
  KEPT_ATTEMPTS,
  KEPT_DELIVERIES,
  settledStates,
  toDelivery,
  toDeliveryRow,
  toEndpoint,
  toEndpointRow,
  type Unsent,
  type WebhookAdvance,
  type WebhookOutcome,
} from "../webhooks.ts";
import { inRange, oneOf, orderOf } from "./conditions.ts";
import { type Drizzle, inTransaction } from "./database.ts";
import { and, asc, count, desc, eq, exists, gte, isNull, lt, lte, ne, or, type SQL, sql } from "./drizzle.ts";
import { head } from "./log.ts";
import { webhookAttempts, webhookDeliveries, webhookEndpoints } from "./webhook-tables.ts";

export const endpoints = (db: Drizzle): readonly WebhookEndpoint[] =>
  db.select().from(webhookEndpoints).orderBy(asc(webhookEndpoints.id)).all().map(toEndpoint);

export const endpoint = (db: Drizzle, id: number): WebhookEndpoint | null => {
  const row = db.select().from(webhookEndpoints).where(eq(webhookEndpoints.id, id)).get();
  return row === undefined ? null : toEndpoint(row);
};

export const dueEndpoints = (db: Drizzle, nowUs: Micros): readonly number[] => {
  const { id, cursor, disabledBecause, nextAttemptAtUs } = webhookEndpoints;
  const unsent = (condition: SQL | undefined) =>
    exists(
      db
        .select({ one: sql`1` })
        .from(webhookDeliveries)
        .where(and(eq(webhookDeliveries.endpoint, id), condition)),
    );
  const isWaiting = unsent(eq(webhookDeliveries.state, "WAITING"));
  const isComplete = unsent(and(eq(webhookDeliveries.state, "COLLECTING"), lte(webhookDeliveries.closesAtUs, nowUs)));
  return db
    .select({ id })
    .from(webhookEndpoints)
    .where(
      and(
        isNull(disabledBecause),
        or(isNull(nextAttemptAtUs), lte(nextAttemptAtUs, nowUs)),
        or(lt(cursor, head(db)), isWaiting, isComplete),
      ),
    )
    .all()
    .map((row) => row.id);
};

export const unsentDeliveries = (db: Drizzle, endpoint: number): Unsent => {
  const inState = (state: "COLLECTING" | "WAITING") =>
    db
      .select()
      .from(webhookDeliveries)
      .where(and(eq(webhookDeliveries.endpoint, endpoint), eq(webhookDeliveries.state, state)))
      .orderBy(asc(webhookDeliveries.number));
  const next = inState("WAITING").limit(1).get();
  return {
    collecting: inState("COLLECTING").all().map(toDelivery),
    next: next === undefined ? null : toDelivery(next),
  };
};

const conditionOf = ({ endpoint, states, fromUs, toUs }: DeliveryFilter): SQL | undefined =>
  and(
    eq(webhookDeliveries.endpoint, endpoint),
    oneOf(webhookDeliveries.state, states),
    fromUs === undefined ? undefined : gte(webhookDeliveries.fromAtUs, fromUs),
    toUs === undefined ? undefined : lt(webhookDeliveries.fromAtUs, toUs),
  );

export const deliveries = (db: Drizzle, filter: DeliveryFilter, range: Range): readonly WebhookDelivery[] =>
  db
    .select()
    .from(webhookDeliveries)
    .where(and(conditionOf(filter), ...inRange(webhookDeliveries.number, range)))
    .orderBy(orderOf(webhookDeliveries.number, range))
    .limit(range.limit)
    .all()
    .map(toDelivery);

export const countDeliveries = (db: Drizzle, filter: DeliveryFilter): number =>
  db.select({ count: count() }).from(webhookDeliveries).where(conditionOf(filter)).get()?.count ?? 0;

export const delivery = (db: Drizzle, id: string): WebhookDelivery | null => {
  const row = db.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, id)).get();
  return row === undefined ? null : toDelivery(row);
};

export const attempts = (db: Drizzle, of: { readonly endpoint: number; readonly delivery?: number }, limit: number) =>
  db
    .select()
    .from(webhookAttempts)
    .where(
      and(
        eq(webhookAttempts.endpoint, of.endpoint),
        of.delivery === undefined ? undefined : eq(webhookAttempts.delivery, of.delivery),
      ),
    )
    .orderBy(desc(webhookAttempts.number))
    .limit(limit)
    .all();

/** What can be put back into the queue: what was settled, and no test. */
const isRepeatable = and(oneOf(webhookDeliveries.state, settledStates), ne(webhookDeliveries.kind, TEST_KIND));

const isDelivery = ({ endpoint, number }: Pick<WebhookDelivery, "endpoint" | "number">): SQL | undefined =>
  and(eq(webhookDeliveries.endpoint, endpoint), eq(webhookDeliveries.number, number));

const putDelivery = (db: Drizzle, delivery: WebhookDelivery): void => {
  const { endpoint, number, ...changed } = toDeliveryRow(delivery);
  db.insert(webhookDeliveries)
    .values({ endpoint, number, ...changed })
    .onConflictDoUpdate({ target: [webhookDeliveries.endpoint, webhookDeliveries.number], set: changed })
    .run();
};

/** The methods of the Webhooks interface that write, without the waiting. */
export const createWebhookWriter = (db: Drizzle) => ({
  advanceWebhook: ({ endpoint: { id, cursor, lastDelivery }, toSeq, deliveries }: WebhookAdvance): boolean =>
    inTransaction(db, () => {
      const last = Math.max(lastDelivery, ...deliveries.map(({ number }) => number));
      const isAsRead = and(
        ...[eq(webhookEndpoints.id, id), eq(webhookEndpoints.cursor, cursor)],
        eq(webhookEndpoints.lastDelivery, lastDelivery),
      );
      const moved = db.update(webhookEndpoints).set({ cursor: toSeq, lastDelivery: last }).where(isAsRead).run();
      if (moved.changes === 0) return false;
      for (const delivery of deliveries) putDelivery(db, delivery);
      return true;
    }),

  settleDelivery: ({ delivery, atUs, answer, nextAttemptAtUs }: WebhookOutcome): boolean =>
    inTransaction(db, () => {
      const number = addAttempt(db, delivery.endpoint);
      if (number === null) return false;
      db.insert(webhookAttempts)
        .values({ ...answer, endpoint: delivery.endpoint, number, delivery: delivery.number, atUs })
        .run();
      const isDelivered = answer.result === "DELIVERED";
      const isAsSent = and(
        ...[isDelivery(delivery), eq(webhookDeliveries.state, "WAITING"), eq(webhookDeliveries.tries, delivery.tries)],
      );
      const after = isDelivered
        ? ({ state: "DELIVERED", settledAtUs: atUs, tries: 0 } as const)
        : { tries: delivery.tries + 1 };
      if (db.update(webhookDeliveries).set(after).where(isAsSent).run().changes === 0) return false;
      const failingSinceUs = isDelivered ? null : sql`coalesce(${webhookEndpoints.failingSinceUs}, ${atUs})`;
      db.update(webhookEndpoints)
        .set({ nextAttemptAtUs, failingSinceUs })
        .where(eq(webhookEndpoints.id, delivery.endpoint))
        .run();
      prune(db, delivery.endpoint);
      return true;
    }),

  addTestDelivery: (delivery: Omit<WebhookDelivery, "number">, { atUs, answer }: Omit<WebhookOutcome, "delivery">) =>
    inTransaction(db, (): number | null => {
      const attempt = addAttempt(db, delivery.endpoint);
      if (attempt === null) return null;
      const { lastDelivery: number } = db
        .update(webhookEndpoints)
        .set({ lastDelivery: sql`${webhookEndpoints.lastDelivery} + 1` })
        .where(eq(webhookEndpoints.id, delivery.endpoint))
        .returning({ lastDelivery: webhookEndpoints.lastDelivery })
        .get();
      putDelivery(db, { ...delivery, number });
      db.insert(webhookAttempts)
        .values({ ...answer, endpoint: delivery.endpoint, number: attempt, delivery: number, atUs })
        .run();
      prune(db, delivery.endpoint);
      return number;
    }),

  requeueDeliveries: ({ number, ...filter }: DeliveryFilter & { readonly number?: number }): number =>
    inTransaction(db, () => {
      const isAsked = number === undefined ? undefined : eq(webhookDeliveries.number, number);
      const { changes } = db
        .update(webhookDeliveries)
        .set({ state: "WAITING", tries: 0, settledAtUs: null })
        .where(and(conditionOf(filter), isAsked, isRepeatable))
        .run();
      if (changes > 0)
        db.update(webhookEndpoints)
          .set({ nextAttemptAtUs: null })
          .where(eq(webhookEndpoints.id, filter.endpoint))
          .run();
      return changes;
    }),

  skipDelivery: (delivery: Pick<WebhookDelivery, "endpoint" | "number">, atUs: Micros): boolean =>
    inTransaction(db, () => {
      const { changes } = db
        .update(webhookDeliveries)
        .set({ state: "SKIPPED", settledAtUs: atUs })
        .where(and(isDelivery(delivery), eq(webhookDeliveries.state, "WAITING")))
        .run();
      db.update(webhookEndpoints)
        .set({ nextAttemptAtUs: null })
        .where(eq(webhookEndpoints.id, delivery.endpoint))
        .run();
      return changes > 0;
    }),
});

/** The number of another attempt; null where there is no such endpoint any more. */
const addAttempt = (db: Drizzle, endpoint: number): number | null =>
  db
    .update(webhookEndpoints)
    .set({ lastAttempt: sql`${webhookEndpoints.lastAttempt} + 1` })
    .where(eq(webhookEndpoints.id, endpoint))
    .returning({ lastAttempt: webhookEndpoints.lastAttempt })
    .get()?.lastAttempt ?? null;

/** What waits stays, however old it is. */
const prune = (db: Drizzle, id: number): void => {
  const { lastDelivery, lastAttempt } = endpoint(db, id) ?? { lastDelivery: 0, lastAttempt: 0 };
  const isOld = and(
    ...[eq(webhookDeliveries.endpoint, id), lte(webhookDeliveries.number, lastDelivery - KEPT_DELIVERIES)],
    sql`${webhookDeliveries.state} not in ('COLLECTING', 'WAITING')`,
  );
  db.delete(webhookDeliveries).where(isOld).run();
  const isOldAttempt = lte(webhookAttempts.number, lastAttempt - KEPT_ATTEMPTS);
  db.delete(webhookAttempts)
    .where(and(eq(webhookAttempts.endpoint, id), isOldAttempt))
    .run();
};

/** Writes what an act makes of an endpoint. */
export const changeEndpoint = (db: Drizzle, write: WebhookWrite): void => {
  const { id, cursor } = write.endpoint;
  if (write.kind === "remove") {
    db.delete(webhookEndpoints).where(eq(webhookEndpoints.id, id)).run();
    db.delete(webhookDeliveries).where(eq(webhookDeliveries.endpoint, id)).run();
    db.delete(webhookAttempts).where(eq(webhookAttempts.endpoint, id)).run();
    return;
  }
  const row = toEndpointRow(write.endpoint);
  db.insert(webhookEndpoints)
    .values(row)
    .onConflictDoUpdate({ target: webhookEndpoints.id, set: changedColumns(row) })
    .run();
  if (write.kind === "resume") resume(db, { id, cursor, skipsMissed: write.skipsMissed });
};

interface Resumption extends Pick<WebhookEndpoint, "id" | "cursor"> {
  readonly skipsMissed: boolean;
}

const resume = (db: Drizzle, { id, cursor, skipsMissed }: Resumption): void => {
  const isUnsent = and(
    eq(webhookDeliveries.endpoint, id),
    sql`${webhookDeliveries.state} in ('COLLECTING', 'WAITING')`,
  );
  const progress = skipsMissed ? { failingSinceUs: null, cursor } : { failingSinceUs: null };
  db.update(webhookEndpoints).set(progress).where(eq(webhookEndpoints.id, id)).run();
  db.update(webhookDeliveries)
    .set(skipsMissed ? { state: "SKIPPED" } : { tries: 0 })
    .where(isUnsent)
    .run();
};
