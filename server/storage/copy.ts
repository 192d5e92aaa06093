// Copying a whole database from one backend to another: which tables there are, what their rows look like on the way,
// and what the two sides must do. Neither backend knows the other; both know this file.
import type { Micros } from "../domain/calendar.ts";
import type { BooksDifference } from "./storage.ts";

interface TableShape {
  /** The names of its values, those of its key first. Rows are read in the order of the key. */
  readonly columns: readonly string[];
  readonly keys: number;
}

const deltaTallies = ["count", "sum", "min", "max", "late", "bins"] as const;
const tallies = ["revision", ...deltaTallies] as const;

/** Every table by its name. */
export const copyTables = {
  raw_events: { keys: 1, columns: ["seq", "receivedAtUs", "raw"] },
  normalized_events: {
    keys: 1,
    columns: [
      ...["seq", "client", "metric", "unit", "amount", "timestampUs", "timestampNs", "receivedAtUs"],
      ...["fingerprint", "idempotencyKey", "warnings", "profileVersion", "voidedBy", "changedBy", "sameAs"],
    ],
  },
  processing_log: {
    keys: 1,
    columns: [
      ...["seq", "atUs", "action", "client", "event", "eventReceivedAtUs", "failure", "differences"],
      ...["details", "job", "digest", "hash"],
    ],
  },
  /** What the unique indexes decide by; a backend may have it as a table of its own. Written with normalized_events. */
  event_identities: {
    keys: 1,
    columns: ["seq", "receivedAtUs", "client", "idempotencyKey", "timestampUs", "fingerprint"],
  },
  failed_events: {
    keys: 1,
    columns: [
      ...["id", "kind", "state", "client", "idempotencyKey", "identity", "raw", "problems", "timesSeen"],
      ...["firstSeenAtUs", "lastSeenAtUs", "resolvedBy", "attempts", "nextAttemptAtUs", "reason"],
    ],
  },
  failure_problems: { keys: 3, columns: ["failure", "code", "path"] },
  client_profiles: { keys: 1, columns: ["seq", "client", "version", "profile", "atUs", "by"] },
  jobs: {
    keys: 1,
    columns: [...["id", "state", "plan", "by", "total", "looked", "position", "startedAtUs", "endedAtUs", "error"]],
  },
  rollups: {
    keys: 5,
    columns: ["grainMinutes", "bucketUs", "client", "metric", "unit", ...tallies],
  },
  rollup_deltas: { keys: 5, columns: ["revision", "bucketUs", "client", "metric", "unit", ...deltaTallies] },
  rollup_days: { keys: 1, columns: ["dayUs", "revision"] },
  counters: {
    keys: 1,
    columns: ["client", "received", "accepted", "duplicates", "conflicts", "rejected", "lastSeenAtUs"],
  },
  activity: {
    keys: 1,
    columns: ["minuteUs", "received", "accepted", "duplicates", "conflicts", "rejected"],
  },
  tokens: {
    keys: 1,
    columns: [
      ...["id", "name", "scopes", "clients", "secretHash", "previousHash", "previousUntilUs", "createdAtUs"],
      ...["createdBy", "expiresAtUs", "rotatedAtUs", "revokedAtUs", "revokedBy", "lastUsedAtUs", "made", "revision"],
    ],
  },
  webhook_endpoints: {
    keys: 1,
    columns: [
      ...["id", "name", "url", "kinds", "clients", "windowSeconds", "secrets", "createdAtUs", "disabledBecause"],
      ...["disabledAtUs", "reason", "cursor", "lastDelivery", "lastAttempt", "nextAttemptAtUs", "failingSinceUs"],
    ],
  },
  webhook_deliveries: {
    keys: 2,
    columns: [
      ...["endpoint", "number", "id", "kind", "code", "state", "count", "fromSeq", "toSeq", "fromAtUs", "toAtUs"],
      ...["closesAtUs", "entries", "tries", "settledAtUs"],
    ],
  },
  webhook_attempts: {
    keys: 2,
    columns: [...["endpoint", "number", "delivery", "atUs", "durationMs", "result", "status", "error", "response"]],
  },
  system_history: { keys: 4, columns: ["stepSeconds", "atUs", "server", "startedAtUs", "figures"] },
  leases: { keys: 2, columns: ["kind", "item", "dueAtUs", "leasedUntilUs", "fence", "attempts"] },
} as const satisfies Readonly<Record<string, TableShape>>;

export type CopyTable = keyof typeof copyTables;

/**
 * Rows are added in order of seq: a copy goes on behind the last that it has. Those of normalized_events may change later,
 * and say so.
 */
export const appendedTables = ["raw_events", "normalized_events", "processing_log"] as const;
export type AppendedTable = (typeof appendedTables)[number];

/** Rows change, or are few: they are written all at once, in one transaction. */
export const replacedTables = [
  ...(["failed_events", "failure_problems", "client_profiles", "jobs"] as const),
  ...(["rollups", "rollup_deltas", "rollup_days", "counters", "activity", "tokens", "leases"] as const),
  ...(["webhook_endpoints", "webhook_deliveries", "webhook_attempts", "system_history"] as const),
] as const;
export type ReplacedTable = (typeof replacedTables)[number];

/** Amounts are canonical decimal text, instants whole microseconds since 1970. */
export type CopyValue = number | string | Uint8Array | null;
export type CopyRow = Readonly<Record<string, CopyValue>>;

/** Rows of one table that are written by one statement. */
export interface Chunk<Table extends CopyTable = CopyTable> {
  readonly table: Table;
  readonly rows: readonly CopyRow[];
}

/** The last entry of a log: all are 0 or null where there is none. */
export interface CopyHead {
  readonly seq: number;
  readonly atUs: Micros;
  readonly hash: Uint8Array | null;
  /** The last entry that changed a profile. */
  readonly profilesAsOf: number;
}

/** What is copied: one snapshot, whatever is written meanwhile. */
export interface CopySource {
  readonly databaseId: string;
  readonly head: CopyHead;
  /** Retention has removed the raw events before this one. */
  readonly firstRawSeq: number;
  /** The last fence that a lease was given. */
  readonly lastFence: number;
  /** How many rows a table has after this seq; after 0, in all. */
  count(table: CopyTable, afterSeq: number): number;
  /** Them in the order of their key; `afterSeq` is 0 but for tables to which rows are only added. */
  rows(table: CopyTable, afterSeq: number): Iterable<CopyRow>;
  /** The rows of normalized_events up to this seq that have changed since they were written, in order of seq. */
  changedEvents(upToSeq: number): Iterable<CopyRow>;
  countChangedEvents(upToSeq: number): number;
  /** How many entries came after the snapshot. */
  entriesSince(): number;
  close(): void;
}

export type Positions = Readonly<Record<AppendedTable, number>>;

/** `complete`: everything is there already, and nothing may be written. Else the last seq that each table has. */
export type Begun = { readonly kind: "complete" } | { readonly kind: "unfinished"; readonly positions: Positions };

/** What a copy replaces. */
export interface Replacements {
  /** Events that are to go with what they are the same as, so that they can come as they are now. */
  readonly outdated: Iterable<Chunk<"normalized_events">>;
  /** These events, and all rows of the tables that change. */
  readonly rows: Iterable<Chunk<"normalized_events" | ReplacedTable>>;
}

/**
 * Where the copy goes. From `begin` to `complete` no server can use it.
 *
 * empty -> `begin` -> unfinished -> `complete` -> complete -> `begin`, where the source has grown -> unfinished
 */
export interface CopyTarget {
  /** Makes this run the one that may write. @throws CopyRefused where the target holds anything else. */
  begin(source: Pick<CopySource, "databaseId" | "head">): Promise<Begun>;
  /** One transaction. */
  append(chunk: Chunk<AppendedTable>): Promise<void>;
  /** One transaction. Raw events before `firstRawSeq` are removed. */
  replace(replacements: Replacements, options: Pick<CopySource, "firstRawSeq">): Promise<void>;
  /** What is there now, as one snapshot. */
  open(): Promise<CopySnapshot>;
  /** Makes it a database that servers can use, which goes on with the id and the log of its source. */
  complete(source: Pick<CopySource, "head" | "lastFence">): Promise<void>;
  close(): Promise<void>;
}

export interface CopySnapshot {
  /** All rows in the order of their key. */
  rows(table: CopyTable): AsyncIterable<CopyRow>;
  books(): Promise<readonly BooksDifference[]>;
  close(): Promise<void>;
}

/** A copy that must not be made: its message is one line for the operator. */
export class CopyRefused extends Error {}
