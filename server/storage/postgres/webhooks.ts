// Endpoints of webhooks, their deliveries and attempts. Whoever writes takes the row of the endpoint first, so that all
// who work for it, or change it, come one after the other.
import type { Pool } from "pg";
import type { Micros } from "../../domain/calendar.ts";
import type { Range } from "../../domain/filter.ts";
import {
  type DeliveryFilter,
  TEST_KIND,
  type WebhookAttempt,
  type WebhookDelivery,
  type WebhookEndpoint,
} from "../../domain/webhook.ts";
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
  type Webhooks,
} from "../webhooks.ts";
import { inRange, oneOf, orderOf } from "./conditions.ts";
import {
  and,
  asc,
  count,
  type Drizzle,
  desc,
  drizzle,
  eq,
  exists,
  gte,
  isNull,
  lt,
  lte,
  ne,
  or,
  type Queries,
  type SQL,
  sql,
} from "./drizzle.ts";
import { transact } from "./pool.ts";
import { prepare, type Statement } from "./statement.ts";
import { logHead } from "./tables.ts";
import { webhookAttempts, webhookDeliveries, webhookEndpoints } from "./webhook-tables.ts";

/** What an endpoint has been told must not be forgotten by a crash of PostgreSQL, whatever its settings say. */
const BEGIN = `begin isolation level read committed; set local synchronous_commit = on;
  set local idle_in_transaction_session_timeout = 4000; set local lock_timeout = 4000`;

const inTransaction = <T>(pool: Pool, work: (db: Queries) => Promise<T>): Promise<T> =>
  transact(pool, BEGIN, (client) => work(drizzle({ client })));

/** The methods of the Webhooks interface that read, without the trying again. */
export const webhookReads = {
  endpoints: async (db: Queries): Promise<readonly WebhookEndpoint[]> =>
    (await db.select().from(webhookEndpoints).orderBy(asc(webhookEndpoints.id))).map(toEndpoint),

  endpoint: async (db: Queries, id: number): Promise<WebhookEndpoint | null> =>
    (await endpointsOf(db, [id]))[0] ?? null,

  due: async (db: Queries, nowUs: Micros): Promise<readonly number[]> => {
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
    const rows = await db
      .select({ id })
      .from(webhookEndpoints)
      .where(
        and(
          isNull(disabledBecause),
          or(isNull(nextAttemptAtUs), lte(nextAttemptAtUs, nowUs)),
          or(sql`${cursor} < (select ${logHead.seq} from ${logHead})`, isWaiting, isComplete),
        ),
      );
    return rows.map((row) => row.id);
  },

  unsent: async (db: Queries, endpoint: number): Promise<Unsent> => {
    const inState = (state: "COLLECTING" | "WAITING", limit: number) =>
      db
        .select()
        .from(webhookDeliveries)
        .where(and(eq(webhookDeliveries.endpoint, endpoint), eq(webhookDeliveries.state, state)))
        .orderBy(asc(webhookDeliveries.number))
        .limit(limit);
    const [collecting, [next]] = await Promise.all([inState("COLLECTING", 1_000), inState("WAITING", 1)]);
    return { collecting: collecting.map(toDelivery), next: next === undefined ? null : toDelivery(next) };
  },

  deliveries: async (db: Queries, filter: DeliveryFilter, range: Range): Promise<readonly WebhookDelivery[]> => {
    const rows = await db
      .select()
      .from(webhookDeliveries)
      .where(and(conditionOf(filter), ...inRange(webhookDeliveries.number, range)))
      .orderBy(orderOf(webhookDeliveries.number, range))
      .limit(range.limit);
    return rows.map(toDelivery);
  },

  countDeliveries: async (db: Queries, filter: DeliveryFilter): Promise<number> =>
    (await db.select({ count: count() }).from(webhookDeliveries).where(conditionOf(filter)))[0]?.count ?? 0,

  delivery: async (db: Queries, id: string): Promise<WebhookDelivery | null> => {
    const [row] = await db.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, id));
    return row === undefined ? null : toDelivery(row);
  },

  attempts: async (
    db: Queries,
    { endpoint, delivery }: Parameters<Webhooks["attempts"]>[0],
    limit: number,
  ): Promise<readonly WebhookAttempt[]> =>
    db
      .select()
      .from(webhookAttempts)
      .where(
        and(
          eq(webhookAttempts.endpoint, endpoint),
          delivery === undefined ? undefined : eq(webhookAttempts.delivery, delivery),
        ),
      )
      .orderBy(desc(webhookAttempts.number))
      .limit(limit),
};

/** Those with one of these ids. */
export const endpointsOf = async (db: Queries, ids: readonly number[]): Promise<readonly WebhookEndpoint[]> => {
  if (ids.length === 0) return [];
  return (await db.select().from(webhookEndpoints).where(oneOf(webhookEndpoints.id, ids))).map(toEndpoint);
};

const conditionOf = ({ endpoint, states, fromUs, toUs }: DeliveryFilter): SQL | undefined =>
  and(
    eq(webhookDeliveries.endpoint, endpoint),
    oneOf(webhookDeliveries.state, states),
    fromUs === undefined ? undefined : gte(webhookDeliveries.fromAtUs, fromUs),
    toUs === undefined ? undefined : lt(webhookDeliveries.fromAtUs, toUs),
  );

/** What can be put back into the queue: what was settled, and no test. */
const isRepeatable = and(oneOf(webhookDeliveries.state, settledStates), ne(webhookDeliveries.kind, TEST_KIND));

const isDelivery = ({ endpoint, number }: Pick<WebhookDelivery, "endpoint" | "number">): SQL | undefined =>
  and(eq(webhookDeliveries.endpoint, endpoint), eq(webhookDeliveries.number, number));

const putDelivery = async (db: Queries, delivery: WebhookDelivery): Promise<void> => {
  const { endpoint, number, ...changed } = toDeliveryRow(delivery);
  await db
    .insert(webhookDeliveries)
    .values({ endpoint, number, ...changed })
    .onConflictDoUpdate({ target: [webhookDeliveries.endpoint, webhookDeliveries.number], set: changed });
};

/** The methods that write. */
export const webhookWrites = {
  advance: ({ $client }: Drizzle, { endpoint, toSeq, deliveries }: WebhookAdvance): Promise<boolean> =>
    inTransaction($client, async (db) => {
      const { id, cursor, lastDelivery } = endpoint;
      const last = Math.max(lastDelivery, ...deliveries.map(({ number }) => number));
      const isAsRead = and(
        ...[eq(webhookEndpoints.id, id), eq(webhookEndpoints.cursor, cursor)],
        eq(webhookEndpoints.lastDelivery, lastDelivery),
      );
      const moved = await db.update(webhookEndpoints).set({ cursor: toSeq, lastDelivery: last }).where(isAsRead);
      if (moved.rowCount === 0) return false;
      for (const delivery of deliveries) await putDelivery(db, delivery);
      return true;
    }),

  settle: ({ $client }: Drizzle, { delivery, atUs, answer, nextAttemptAtUs }: WebhookOutcome): Promise<boolean> =>
    inTransaction($client, async (db) => {
      const { endpoint } = delivery;
      const last = await numberOf(db, endpoint, "lastAttempt");
      if (last === null) return false;
      await db
        .insert(webhookAttempts)
        .values({ ...answer, endpoint, number: last.lastAttempt, delivery: delivery.number, atUs });
      const isDelivered = answer.result === "DELIVERED";
      const isAsSent = and(
        ...[isDelivery(delivery), eq(webhookDeliveries.state, "WAITING"), eq(webhookDeliveries.tries, delivery.tries)],
      );
      const after = isDelivered
        ? ({ state: "DELIVERED", settledAtUs: atUs, tries: 0 } as const)
        : { tries: delivery.tries + 1 };
      if ((await db.update(webhookDeliveries).set(after).where(isAsSent)).rowCount === 0) return false;
      const { failingSinceUs } = webhookEndpoints;
      const since = isDelivered
        ? null
        : sql`coalesce(${failingSinceUs}, ${sql.param(atUs, failingSinceUs)}::timestamptz)`;
      await db.update(webhookEndpoints).set({ nextAttemptAtUs, failingSinceUs: since }).where(isEndpoint(endpoint));
      await prune(db, endpoint, last);
      return true;
    }),

  addTest: (
    { $client }: Drizzle,
    delivery: Omit<WebhookDelivery, "number">,
    { atUs, answer }: Omit<WebhookOutcome, "delivery">,
  ): Promise<number | null> =>
    inTransaction($client, async (db) => {
      const { endpoint } = delivery;
      if ((await numberOf(db, endpoint, "lastAttempt")) === null) return null;
      const last = await numberOf(db, endpoint, "lastDelivery");
      if (last === null) return null;
      const { lastDelivery: number, lastAttempt: attempt } = last;
      await putDelivery(db, { ...delivery, number });
      await db.insert(webhookAttempts).values({ ...answer, endpoint, number: attempt, delivery: number, atUs });
      await prune(db, endpoint, last);
      return number;
    }),

  requeue: ({ $client }: Drizzle, { number, ...filter }: Parameters<Webhooks["requeue"]>[0]): Promise<number> =>
    inTransaction($client, async (db) => {
      await hold(db, filter.endpoint);
      const isAsked = number === undefined ? undefined : eq(webhookDeliveries.number, number);
      const { rowCount } = await db
        .update(webhookDeliveries)
        .set({ state: "WAITING", tries: 0, settledAtUs: null })
        .where(and(conditionOf(filter), isAsked, isRepeatable));
      if (rowCount === null || rowCount === 0) return 0;
      await db.update(webhookEndpoints).set({ nextAttemptAtUs: null }).where(isEndpoint(filter.endpoint));
      return rowCount;
    }),

  skip: (
    { $client }: Drizzle,
    delivery: Pick<WebhookDelivery, "endpoint" | "number">,
    atUs: Micros,
  ): Promise<boolean> =>
    inTransaction($client, async (db) => {
      await hold(db, delivery.endpoint);
      const { rowCount } = await db
        .update(webhookDeliveries)
        .set({ state: "SKIPPED", settledAtUs: atUs })
        .where(and(isDelivery(delivery), eq(webhookDeliveries.state, "WAITING")));
      if (rowCount !== 1) return false;
      await db.update(webhookEndpoints).set({ nextAttemptAtUs: null }).where(isEndpoint(delivery.endpoint));
      return true;
    }),
};

const isEndpoint = (id: number): SQL => eq(webhookEndpoints.id, id);

const hold = async (db: Queries, id: number): Promise<void> => {
  await db.select({ id: webhookEndpoints.id }).from(webhookEndpoints).where(isEndpoint(id)).for("update");
};

type Numbers = Pick<WebhookEndpoint, "lastDelivery" | "lastAttempt">;

/** Counts one more of them; null where there is no such endpoint any more. */
const numberOf = async (db: Queries, id: number, name: keyof Numbers): Promise<Numbers | null> => {
  const { lastDelivery, lastAttempt } = webhookEndpoints;
  const [row] = await db
    .update(webhookEndpoints)
    .set({ [name]: sql`${webhookEndpoints[name]} + 1` })
    .where(isEndpoint(id))
    .returning({ lastDelivery, lastAttempt });
  return row ?? null;
};

/** What waits stays, however old it is. */
const prune = async (db: Queries, endpoint: number, { lastDelivery, lastAttempt }: Numbers): Promise<void> => {
  const isOld = and(
    ...[eq(webhookDeliveries.endpoint, endpoint), lte(webhookDeliveries.number, lastDelivery - KEPT_DELIVERIES)],
    sql`${webhookDeliveries.state} not in ('COLLECTING', 'WAITING')`,
  );
  await db.delete(webhookDeliveries).where(isOld);
  const isOldAttempt = lte(webhookAttempts.number, lastAttempt - KEPT_ATTEMPTS);
  await db.delete(webhookAttempts).where(and(eq(webhookAttempts.endpoint, endpoint), isOldAttempt));
};

/** The statements that write what acts make of endpoints. */
export const createEndpointChanges = (db: Queries) => {
  const statementsOf = (write: WebhookWrite): readonly Statement[] => {
    const { id, cursor } = write.endpoint;
    if (write.kind === "remove")
      return [
        prepare(db.delete(webhookEndpoints).where(isEndpoint(id)))({}),
        prepare(db.delete(webhookDeliveries).where(eq(webhookDeliveries.endpoint, id)))({}),
        prepare(db.delete(webhookAttempts).where(eq(webhookAttempts.endpoint, id)))({}),
      ];
    const row = toEndpointRow(write.endpoint);
    const put = prepare(
      db
        .insert(webhookEndpoints)
        .values(row)
        .onConflictDoUpdate({ target: webhookEndpoints.id, set: changedColumns(row) }),
    )({});
    if (write.kind === "put") return [put];
    const { skipsMissed } = write;
    const isUnsent = and(
      eq(webhookDeliveries.endpoint, id),
      sql`${webhookDeliveries.state} in ('COLLECTING', 'WAITING')`,
    );
    const progress = skipsMissed ? { failingSinceUs: null, cursor } : { failingSinceUs: null };
    const after = skipsMissed ? ({ state: "SKIPPED" } as const) : { tries: 0 };
    return [
      put,
      prepare(db.update(webhookEndpoints).set(progress).where(isEndpoint(id)))({}),
      prepare(db.update(webhookDeliveries).set(after).where(isUnsent))({}),
    ];
  };
  return (writes: readonly WebhookWrite[]): readonly Statement[] => writes.flatMap(statementsOf);
};
