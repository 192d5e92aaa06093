// The tables of who is told of entries of the log, and of what came of it, as those of SQLite.
import type { AttemptResult, DeliveryState, DisabledBecause } from "../../domain/webhook.ts";
import { anyText, instant, whole } from "./columns.ts";
import { index, integer, pgTable, primaryKey, sql, text, uniqueIndex } from "./drizzle.ts";

/** Who wants to be told of entries of the log, and how far they have been. */
export const webhookEndpoints = pgTable("webhook_endpoints", {
  /** The entry that records its creation. */
  id: whole().primaryKey(),
  name: anyText().notNull(),
  url: anyText().notNull(),
  /** JSON list. */
  kinds: text().notNull(),
  /** JSON list; null where all clients are meant. */
  clients: text(),
  windowSeconds: integer("window_seconds").notNull(),
  /** JSON list, the one in force first; encrypted with a key that is not in the database. */
  secrets: text().notNull(),
  createdAtUs: instant("created_at").notNull(),
  /** Null where it is enabled. */
  disabledBecause: text("disabled_because").$type<DisabledBecause>(),
  disabledAtUs: instant("disabled_at"),
  reason: anyText(),
  /** The last entry that was looked at for it. */
  cursor: whole().notNull(),
  lastDelivery: whole("last_delivery").notNull(),
  lastAttempt: whole("last_attempt").notNull(),
  nextAttemptAtUs: instant("next_attempt_at"),
  failingSinceUs: instant("failing_since"),
});

/** What an endpoint is told, and was told of late. */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    endpoint: whole().notNull(),
    number: whole().notNull(),
    /** The `webhook-id`. */
    id: text().notNull(),
    kind: text().notNull(),
    /** Null for kinds that are no failures. */
    code: text(),
    state: text().$type<DeliveryState>().notNull(),
    count: whole().notNull(),
    fromSeq: whole("from_seq").notNull(),
    toSeq: whole("to_seq").notNull(),
    fromAtUs: instant("from_at").notNull(),
    toAtUs: instant("to_at").notNull(),
    closesAtUs: instant("closes_at").notNull(),
    /** JSON list of what is told of them. */
    entries: text().notNull(),
    tries: integer().notNull(),
    settledAtUs: instant("settled_at"),
  },
  (table) => [
    primaryKey({ columns: [table.endpoint, table.number] }),
    uniqueIndex("delivery_by_id").on(table.id),
    index("unsent_deliveries").on(table.endpoint, table.number).where(sql`${table.state} in ('COLLECTING', 'WAITING')`),
  ],
);

/** What came of sending them, of late. */
export const webhookAttempts = pgTable(
  "webhook_attempts",
  {
    endpoint: whole().notNull(),
    number: whole().notNull(),
    delivery: whole().notNull(),
    atUs: instant("at").notNull(),
    durationMs: integer("duration_ms").notNull(),
    result: text().$type<AttemptResult>().notNull(),
    status: integer(),
    error: anyText(),
    response: anyText(),
  },
  (table) => [
    primaryKey({ columns: [table.endpoint, table.number] }),
    index("attempts_of_delivery").on(table.endpoint, table.delivery),
  ],
);
