// The tables, as those of SQLite where nothing is said. What grows without end (raw_events, normalized_events,
// processing_log) is partitioned by the time of reception. No unique index can reach over partitions, so identity has a
// table of its own, which stays when old payloads go.
//
// Drizzle knows neither partitions nor collations nor fill factors: those stand in the migration alone.
import type { Action } from "../../domain/event.ts";
import type { FailureKind, FailureState } from "../../domain/failure.ts";
import type { JobState } from "../../domain/job.ts";
import { anyText, bytes, instant, whole } from "./columns.ts";
import {
  index,
  integer,
  isNotNull,
  isNull,
  numeric,
  pgSequence,
  pgTable,
  primaryKey,
  sql,
  text,
  uniqueIndex,
} from "./drizzle.ts";

/** One row per fact about the database itself. */
export const meta = pgTable("meta", {
  name: text().primaryKey(),
  value: text().notNull(),
});

/** One row: the last entry of the log. Whoever holds it is the only one to write: that is what orders the commits. */
export const logHead = pgTable("log_head", {
  /** Always 1. */
  id: integer().primaryKey(),
  seq: whole().notNull(),
  atUs: instant("at").notNull(),
  /** That of the last entry; null before the first of the chain. */
  hash: bytes(),
  /** The last entry that changed a profile; 0 where there is none. */
  profilesAsOf: whole("profiles_as_of").notNull().default(0),
});

/** What has been counted, for ever. The two unique indexes decide what is the same event. */
export const eventIdentities = pgTable(
  "event_identities",
  {
    /** The event that has it, and when it was received: its partition. */
    seq: whole().notNull(),
    receivedAtUs: instant("received_at").notNull(),
    /** Null where the content is the identity. */
    client: anyText(),
    idempotencyKey: anyText("idempotency_key"),
    timestampUs: instant("timestamp").notNull(),
    fingerprint: bytes().notNull(),
  },
  (table) => [
    uniqueIndex("identity_by_key").on(table.client, table.idempotencyKey).where(isNotNull(table.idempotencyKey)),
    // The time stands before the hash so that new events go to the end of the index and not all over it.
    uniqueIndex("identity_by_content").on(table.timestampUs, table.fingerprint).where(isNull(table.idempotencyKey)),
  ],
);

/** What was sent, as JSON text. Never changed. */
export const rawEvents = pgTable(
  "raw_events",
  {
    seq: whole().notNull(),
    receivedAtUs: instant("received_at").notNull(),
    raw: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.seq, table.receivedAtUs] })],
);

/** Every event that was counted. */
export const normalizedEvents = pgTable(
  "normalized_events",
  {
    seq: whole().notNull(),
    client: anyText().notNull(),
    metric: anyText().notNull(),
    unit: anyText(),
    amount: numeric().notNull(),
    timestampUs: instant("timestamp").notNull(),
    /** What the timestamp says below the microsecond: it is part of the fingerprint. */
    timestampNs: integer("timestamp_ns").notNull(),
    receivedAtUs: instant("received_at").notNull(),
    fingerprint: bytes().notNull(),
    idempotencyKey: anyText("idempotency_key"),
    /** JSON list of [code, path]; null where there are none. */
    warnings: text(),
    profileVersion: integer("profile_version").notNull().default(0),
    /** The entry that took it out of the figures; null where it counts. */
    voidedBy: whole("voided_by"),
    /** The last entry that changed this row; null where it is as it was accepted. */
    changedBy: whole("changed_by"),
    /** The event that it was found to be: it has no identity of its own any more. */
    sameAs: whole("same_as"),
  },
  (table) => [
    primaryKey({ columns: [table.seq, table.receivedAtUs] }),
    index("events_by_time").on(table.timestampUs),
    index("events_by_client").on(table.client, table.seq),
    index("voided_events").on(table.voidedBy).where(isNotNull(table.voidedBy)),
  ],
);

/** What was refused, once for each different bad event. */
export const failedEvents = pgTable(
  "failed_events",
  {
    id: whole().primaryKey(),
    kind: text().$type<FailureKind>().notNull(),
    state: text().$type<FailureState>().notNull(),
    client: anyText(),
    idempotencyKey: anyText("idempotency_key"),
    identity: bytes().notNull(),
    raw: text().notNull(),
    problems: text().notNull(),
    timesSeen: whole("times_seen").notNull(),
    firstSeenAtUs: instant("first_seen_at").notNull(),
    lastSeenAtUs: instant("last_seen_at").notNull(),
    resolvedBy: whole("resolved_by"),
    attempts: integer().notNull().default(0),
    nextAttemptAtUs: instant("next_attempt_at"),
    reason: anyText(),
  },
  (table) => [
    uniqueIndex("failure_identity").on(table.identity),
    index("open_failures").on(table.client, table.idempotencyKey).where(sql`${table.state} = 'OPEN'`),
    index("scheduled_failures").on(table.nextAttemptAtUs).where(sql`${table.state} = 'SCHEDULED'`),
    index("dead_failures").on(table.id).where(sql`${table.state} = 'DEAD'`),
  ],
);

/** The problems of each failure by code and place, to find and to group failures by. */
export const failureProblems = pgTable(
  "failure_problems",
  {
    failure: whole().notNull(),
    code: text().notNull(),
    /** Empty where the problem is that of the whole event: a key cannot hold null. */
    path: anyText().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.failure, table.code, table.path] }),
    index("failures_by_code").on(table.code, table.failure),
  ],
);

/**
 * The audit trail and the event log: one row for each event received and for each act of a person or a worker, in order of
 * commit and without a gap.
 */
export const processingLog = pgTable(
  "processing_log",
  {
    seq: whole().notNull(),
    /** Never before the entry above it, even where a server's clock was set back. */
    atUs: instant("at").notNull(),
    action: text().$type<Action>().notNull(),
    client: anyText(),
    event: whole(),
    /** When that event was received: with it only one partition has to be looked into. */
    eventReceivedAtUs: instant("event_received_at"),
    failure: whole(),
    /** JSON list of what was spelled otherwise in a duplicate, or differs in a conflict; null where nothing is. */
    differences: text(),
    details: text(),
    job: whole(),
    digest: bytes(),
    hash: bytes(),
  },
  (table) => [
    primaryKey({ columns: [table.seq, table.atUs] }),
    index("log_of_event").on(table.event).where(sql`${table.event} <> ${table.seq}`),
    index("log_of_failure").on(table.failure).where(isNotNull(table.failure)),
    index("log_of_job").on(table.job, table.action).where(isNotNull(table.job)),
    index("log_of_acts")
      .on(table.seq)
      .where(sql`${table.action} not in ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED')`),
  ],
);

/** Every version that the profile of a client ever had. Only ever added to. */
export const clientProfiles = pgTable(
  "client_profiles",
  {
    /** The entry that records the version. */
    seq: whole().primaryKey(),
    client: anyText().notNull(),
    version: integer().notNull(),
    /** JSON; null where this version took the profile away. */
    profile: text(),
    atUs: instant("at").notNull(),
    by: anyText(),
  },
  (table) => [uniqueIndex("profile_versions").on(table.client, table.version)],
);

/** Work on many items that a person has asked for. */
export const jobs = pgTable(
  "jobs",
  {
    /** The entry that records its beginning. */
    id: whole().primaryKey(),
    state: text().$type<JobState>().notNull(),
    /** JSON of what it is to do. */
    plan: text().notNull(),
    by: anyText(),
    total: whole().notNull(),
    looked: whole().notNull(),
    position: whole().notNull(),
    startedAtUs: instant("started_at").notNull(),
    endedAtUs: instant("ended_at"),
    error: anyText(),
  },
  (table) => [index("running_jobs").on(table.id).where(sql`${table.state} = 'RUNNING'`)],
);

/** How many events of each outcome each client has sent. */
export const counters = pgTable("counters", {
  /** Empty for events whose client could not be read: a key cannot hold null. */
  client: anyText().primaryKey(),
  received: whole().notNull(),
  accepted: whole().notNull(),
  duplicates: whole().notNull(),
  conflicts: whole().notNull(),
  rejected: whole().notNull(),
  lastSeenAtUs: instant("last_seen_at").notNull(),
});

/** How many events of each outcome were received in each minute; none for minutes in which none were. */
export const activity = pgTable("activity", {
  /** Its beginning. */
  minuteUs: instant("minute").primaryKey(),
  received: whole().notNull(),
  accepted: whole().notNull(),
  duplicates: whole().notNull(),
  conflicts: whole().notNull(),
  rejected: whole().notNull(),
});

/** Where the fences of leases come from: none is given twice. */
export const leaseFence = pgSequence("lease_fence");

/** Later work, and who has it in hand: not by name, but by fence. */
export const leases = pgTable(
  "leases",
  {
    kind: text().notNull(),
    item: text().notNull(),
    dueAtUs: instant("due_at").notNull(),
    /** Null where nobody has claimed it since it was scheduled or settled. */
    leasedUntilUs: instant("leased_until"),
    /** That of the last claim; 0 before the first. */
    fence: whole().notNull(),
    /** Claims since it was scheduled, or settled as done. */
    attempts: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.item] }), index("work_by_due").on(table.kind, table.dueAtUs)],
);

/** Who may use the API, and what for. Never deleted: those that hold no more are witnesses. */
export const tokens = pgTable(
  "tokens",
  {
    id: text().primaryKey(),
    name: anyText(),
    /** JSON lists; null where the token is bound to no client. */
    scopes: text().notNull(),
    clients: anyText(),
    secretHash: text("secret_hash").notNull(),
    previousHash: text("previous_hash"),
    previousUntilUs: instant("previous_until"),
    createdAtUs: instant("created_at").notNull(),
    createdBy: anyText("created_by"),
    expiresAtUs: instant("expires_at"),
    rotatedAtUs: instant("rotated_at"),
    revokedAtUs: instant("revoked_at"),
    revokedBy: anyText("revoked_by"),
    lastUsedAtUs: instant("last_used_at"),
    /** The change that made it, among all changes of all tokens, and the last that it has seen. */
    made: whole().notNull(),
    revision: whole().notNull(),
  },
  (table) => [uniqueIndex("tokens_by_age").on(table.made), uniqueIndex("tokens_by_change").on(table.revision)],
);

/** What the figures of each server were, in steps of several lengths, of late. */
export const systemHistory = pgTable(
  "system_history",
  {
    stepSeconds: integer("step_seconds").notNull(),
    atUs: instant("at").notNull(),
    server: anyText().notNull(),
    startedAtUs: instant("started_at").notNull(),
    figures: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.stepSeconds, table.atUs, table.server, table.startedAtUs] })],
);
