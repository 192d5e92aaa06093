// The tables of who is told of entries of the log, and of what came of it.
import type { AttemptResult, DeliveryState, DisabledBecause } from "../../domain/webhook.ts";
import { index, integer, primaryKey, sql, sqliteTable, text, uniqueIndex } from "./drizzle.ts";

/** Who wants to be told of entries of the log, and how far they have been. */
export const webhookEndpoints = sqliteTable(
  "webhook_endpoints",
  {
    /** The entry that records its creation. */
    id: integer().primaryKey(),
    name: text().notNull(),
    url: text().notNull(),
    /** JSON list. */
    kinds: text().notNull(),
    /** JSON list; null where all clients are meant. */
    clients: text(),
    windowSeconds: integer("window_seconds").notNull(),
    /** JSON list, the one in force first; encrypted with a key that is not in the database. */
    secrets: text().notNull(),
    createdAtUs: integer("created_at_us").notNull(),
    /** Null where it is enabled. */
    disabledBecause: text("disabled_because").$type<DisabledBecause>(),
    disabledAtUs: integer("disabled_at_us"),
    reason: text(),
    /** The last entry that was looked at for it. */
    cursor: integer().notNull(),
    lastDelivery: integer("last_delivery").notNull(),
    lastAttempt: integer("last_attempt").notNull(),
    nextAttemptAtUs: integer("next_attempt_at_us"),
    failingSinceUs: integer("failing_since_us"),
  },
  (table) => [
    index("proof_of_webhook_endpoints").on(
      ...[table.name, table.url, table.kinds, table.clients, table.windowSeconds, table.secrets, table.createdAtUs],
      ...[table.disabledBecause, table.disabledAtUs, table.reason, table.cursor, table.lastDelivery],
      ...[table.lastAttempt, table.nextAttemptAtUs, table.failingSinceUs],
    ),
  ],
);

/** What an endpoint is told, and was told of late. */
export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    endpoint: integer().notNull(),
    number: integer().notNull(),
    /** The `webhook-id`. */
    id: text().notNull(),
    kind: text().notNull(),
    /** Null for kinds that are no failures. */
    code: text(),
    state: text().$type<DeliveryState>().notNull(),
    count: integer().notNull(),
    fromSeq: integer("from_seq").notNull(),
    toSeq: integer("to_seq").notNull(),
    fromAtUs: integer("from_at_us").notNull(),
    toAtUs: integer("to_at_us").notNull(),
    closesAtUs: integer("closes_at_us").notNull(),
    /** JSON list of what is told of them. */
    entries: text().notNull(),
    tries: integer().notNull(),
    settledAtUs: integer("settled_at_us"),
  },
  (table) => [
    primaryKey({ columns: [table.endpoint, table.number] }),
    uniqueIndex("delivery_by_id").on(table.id),
    index("unsent_deliveries").on(table.endpoint, table.number).where(sql`${table.state} in ('COLLECTING', 'WAITING')`),
    index("proof_of_webhook_deliveries").on(
      ...[table.kind, table.code, table.state, table.count, table.fromSeq, table.toSeq, table.fromAtUs, table.toAtUs],
      ...[table.closesAtUs, table.entries, table.tries, table.settledAtUs],
    ),
  ],
);

/** What came of sending them, of late. */
export const webhookAttempts = sqliteTable(
  "webhook_attempts",
  {
    endpoint: integer().notNull(),
    number: integer().notNull(),
    delivery: integer().notNull(),
    atUs: integer("at_us").notNull(),
    durationMs: integer("duration_ms").notNull(),
    result: text().$type<AttemptResult>().notNull(),
    status: integer(),
    error: text(),
    response: text(),
  },
  (table) => [
    primaryKey({ columns: [table.endpoint, table.number] }),
    index("attempts_of_delivery").on(table.endpoint, table.delivery),
    index("proof_of_webhook_attempts").on(
      ...[table.delivery, table.atUs, table.durationMs, table.result, table.status, table.error, table.response],
    ),
  ],
);
