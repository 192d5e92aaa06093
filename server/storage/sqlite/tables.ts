// The tables. `seq`, the position in processing_log, is the one numbering: a raw event and its normalised form
// carry the seq of the entry that accepted them, a failure that of the entry that recorded it first.
//
// There are no foreign keys: rows that belong together are written by one function in one transaction, and the books
// prove it. All instants are whole microseconds since 1970 in UTC; all amounts are canonical decimal text, because
// neither REAL nor INTEGER holds 15 + 9 digits. Every table is STRICT.
//
// What can be computed anew from the log and from what was sent, `verify` does compute. What cannot is held twice, in an
// index (proof_of_…) as well: SQLite's integrity_check compares the two.
import type { Action } from "../../domain/event.ts";
import type { FailureKind, FailureState } from "../../domain/failure.ts";
import type { JobState } from "../../domain/job.ts";
import { blob, index, integer, isNotNull, primaryKey, sql, sqliteTable, text, uniqueIndex } from "./drizzle.ts";

/**
 * One row per fact about the database itself: its id, drawn at random when it was created, when it was last found
 * writable, and the last fence that was given.
 */
export const meta = sqliteTable(
  "meta",
  {
    name: text().primaryKey(),
    value: text().notNull(),
  },
  (table) => [index("proof_of_meta").on(table.value)],
);

/** What was sent, as JSON text. Never changed; removed by retention alone, oldest first. */
export const rawEvents = sqliteTable("raw_events", {
  seq: integer().primaryKey(),
  raw: text().notNull(),
});

/** Every event that was counted. The two unique indexes decide what is the same event. */
export const normalizedEvents = sqliteTable(
  "normalized_events",
  {
    seq: integer().primaryKey(),
    client: text().notNull(),
    metric: text().notNull(),
    unit: text(),
    amount: text().notNull(),
    timestampUs: integer("timestamp_us").notNull(),
    /** What the timestamp says below the microsecond: it is part of the fingerprint. */
    timestampNs: integer("timestamp_ns").notNull(),
    receivedAtUs: integer("received_at_us").notNull(),
    fingerprint: blob({ mode: "buffer" }).notNull(),
    idempotencyKey: text("idempotency_key"),
    /** JSON list of [code, path]; null where there are none. */
    warnings: text(),
    /** 0 where it was read without a profile. */
    profileVersion: integer("profile_version").notNull().default(0),
    /** The entry that took it out of the figures; null where it counts. */
    voidedBy: integer("voided_by"),
    /** The last entry that changed this row; null where it is as it was accepted. */
    changedBy: integer("changed_by"),
    /** The event that it was found to be: it has no identity of its own any more. */
    sameAs: integer("same_as"),
  },
  (table) => [
    uniqueIndex("identity_by_key")
      .on(table.client, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null and ${table.sameAs} is null`),
    // The time stands before the hash so that new events go to the end of the index and not all over it.
    uniqueIndex("identity_by_content")
      .on(table.timestampUs, table.fingerprint)
      .where(sql`${table.idempotencyKey} is null and ${table.sameAs} is null`),
    index("events_by_time").on(table.timestampUs),
    index("events_by_client").on(table.client),
    index("voided_events").on(table.voidedBy).where(isNotNull(table.voidedBy)),
  ],
);

/** What was refused, once for each different bad event. */
export const failedEvents = sqliteTable(
  "failed_events",
  {
    id: integer().primaryKey(),
    kind: text().$type<FailureKind>().notNull(),
    state: text().$type<FailureState>().notNull(),
    client: text(),
    idempotencyKey: text("idempotency_key"),
    identity: blob({ mode: "buffer" }).notNull(),
    raw: text().notNull(),
    problems: text().notNull(),
    timesSeen: integer("times_seen").notNull(),
    firstSeenAtUs: integer("first_seen_at_us").notNull(),
    lastSeenAtUs: integer("last_seen_at_us").notNull(),
    resolvedBy: integer("resolved_by"),
    /** Attempts to count it that failed. */
    attempts: integer().notNull().default(0),
    /** When it is tried again by itself; null but for SCHEDULED. */
    nextAttemptAtUs: integer("next_attempt_at_us"),
    /** Why it was discarded, or what the last unexpected fault was. */
    reason: text(),
  },
  (table) => [
    uniqueIndex("failure_identity").on(table.identity),
    index("open_failures").on(table.client, table.idempotencyKey).where(sql`${table.state} = 'OPEN'`),
    index("scheduled_failures").on(table.nextAttemptAtUs).where(sql`${table.state} = 'SCHEDULED'`),
    index("dead_failures").on(table.id).where(sql`${table.state} = 'DEAD'`),
  ],
);

/** The problems of each failure by code and place, to find and to group failures by. */
export const failureProblems = sqliteTable(
  "failure_problems",
  {
    failure: integer().notNull(),
    code: text().notNull(),
    /** Empty where the problem is that of the whole event: a key cannot hold null. */
    path: text().notNull(),
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
export const processingLog = sqliteTable(
  "processing_log",
  {
    seq: integer().primaryKey(),
    /** Never before the entry above it, even where the server's clock was set back. */
    atUs: integer("at_us").notNull(),
    action: text().$type<Action>().notNull(),
    client: text(),
    event: integer(),
    failure: integer(),
    /** JSON list of what was spelled otherwise in a duplicate, or differs in a conflict; null where nothing is. */
    differences: text(),
    /** JSON object of what there is to say besides; null where nothing is. */
    details: text(),
    job: integer(),
    /** SHA-256 of what the entry brought into other tables (chain.ts); null where it brought nothing there. */
    digest: blob({ mode: "buffer" }),
    /** SHA-256 over this entry and the hash of the one before; null for entries older than the chain. */
    hash: blob({ mode: "buffer" }),
  },
  (table) => [
    // An accepted entry has its event's seq and is found by it, so the index holds only the rare others.
    index("log_of_event").on(table.event).where(sql`${table.event} <> ${table.seq}`),
    index("log_of_failure").on(table.failure).where(isNotNull(table.failure)),
    index("log_of_job").on(table.job, table.action).where(isNotNull(table.job)),
    index("log_of_acts")
      .on(table.seq)
      .where(sql`${table.action} not in ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED')`),
  ],
);

/** Every version that the profile of a client ever had. Only ever added to. */
export const clientProfiles = sqliteTable(
  "client_profiles",
  {
    /** The entry that records the version. */
    seq: integer().primaryKey(),
    client: text().notNull(),
    version: integer().notNull(),
    /** JSON; null where this version took the profile away. */
    profile: text(),
    atUs: integer("at_us").notNull(),
    by: text(),
  },
  (table) => [uniqueIndex("profile_versions").on(table.client, table.version)],
);

/** Work on many items that a person has asked for. */
export const jobs = sqliteTable(
  "jobs",
  {
    /** The entry that records its beginning. */
    id: integer().primaryKey(),
    state: text().$type<JobState>().notNull(),
    /** JSON of what it is to do. */
    plan: text().notNull(),
    by: text(),
    total: integer().notNull(),
    looked: integer().notNull(),
    position: integer().notNull(),
    startedAtUs: integer("started_at_us").notNull(),
    endedAtUs: integer("ended_at_us"),
    error: text(),
  },
  (table) => [
    index("running_jobs").on(table.id).where(sql`${table.state} = 'RUNNING'`),
    index("proof_of_jobs").on(table.looked, table.position),
  ],
);

/** How many events of each outcome each client has sent. */
export const counters = sqliteTable("counters", {
  /** Empty for events whose client could not be read: a key cannot hold null. */
  client: text().primaryKey(),
  received: integer().notNull(),
  accepted: integer().notNull(),
  duplicates: integer().notNull(),
  conflicts: integer().notNull(),
  rejected: integer().notNull(),
  lastSeenAtUs: integer("last_seen_at_us").notNull(),
});

/** How many events of each outcome were received in each minute; none for minutes in which none were. */
export const activity = sqliteTable("activity", {
  /** Its beginning. An event belongs to the minute that its entry of the log says. */
  minuteUs: integer("minute_us").primaryKey(),
  received: integer().notNull(),
  accepted: integer().notNull(),
  duplicates: integer().notNull(),
  conflicts: integer().notNull(),
  rejected: integer().notNull(),
});

/** Later work, and who has it in hand: not by name, but by fence. */
export const leases = sqliteTable(
  "leases",
  {
    kind: text().notNull(),
    item: text().notNull(),
    dueAtUs: integer("due_at_us").notNull(),
    /** Null where nobody has claimed it since it was scheduled or settled. */
    leasedUntilUs: integer("leased_until_us"),
    /** That of the last claim; 0 before the first. */
    fence: integer().notNull(),
    /** Claims since it was scheduled, or settled as done. */
    attempts: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.item] }),
    index("work_by_due").on(table.kind, table.dueAtUs),
    index("proof_of_leases").on(table.leasedUntilUs, table.fence, table.attempts),
  ],
);

/** Who may use the API, and what for. Never deleted: those that hold no more are witnesses. */
export const tokens = sqliteTable(
  "tokens",
  {
    id: text().primaryKey(),
    name: text(),
    /** JSON lists; null where the token is bound to no client. */
    scopes: text().notNull(),
    clients: text(),
    secretHash: text("secret_hash").notNull(),
    previousHash: text("previous_hash"),
    previousUntilUs: integer("previous_until_us"),
    createdAtUs: integer("created_at_us").notNull(),
    createdBy: text("created_by"),
    expiresAtUs: integer("expires_at_us"),
    rotatedAtUs: integer("rotated_at_us"),
    revokedAtUs: integer("revoked_at_us"),
    revokedBy: text("revoked_by"),
    lastUsedAtUs: integer("last_used_at_us"),
    /** The change that made it, among all changes of all tokens, and the last that it has seen. */
    made: integer().notNull(),
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex("tokens_by_age").on(table.made),
    uniqueIndex("tokens_by_change").on(table.revision),
    index("proof_of_tokens").on(
      ...([table.secretHash, table.previousHash, table.previousUntilUs, table.scopes, table.clients] as const),
      ...([table.name, table.createdAtUs, table.createdBy, table.expiresAtUs, table.rotatedAtUs] as const),
      ...([table.revokedAtUs, table.revokedBy, table.lastUsedAtUs] as const),
    ),
  ],
);

/** What the figures of each server were, in steps of several lengths, of late. */
export const systemHistory = sqliteTable(
  "system_history",
  {
    stepSeconds: integer("step_seconds").notNull(),
    atUs: integer("at_us").notNull(),
    server: text().notNull(),
    startedAtUs: integer("started_at_us").notNull(),
    figures: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.stepSeconds, table.atUs, table.server, table.startedAtUs] }),
    index("proof_of_system_history").on(table.figures),
  ],
);
