// Verifying a whole database: what a backend must give so that everything stored can be recomputed and compared. The
// checks themselves are in server/verify, once for both backends. Nothing here writes, and servers may go on meanwhile.
import type { Micros } from "../domain/calendar.ts";
import type { Action } from "../domain/event.ts";
import type { Grain } from "../domain/grain.ts";
import type { RollupDelta } from "./deltas.ts";
import type { NewEntry } from "./outcomes.ts";
import type { StoredRollup } from "./rollup-work.ts";
import type { EventRow, FailureRow, JobRow, ProfileRow } from "./rows.ts";
import type { ClientTotals, MinuteTotals } from "./storage.ts";

/**
 * Rows in portions, in the order of their key, so that no table has to fit into memory. All hashes are in hex: millions of
 * buffers would take more time than all that is computed of them.
 */
export type Stream<Row> = AsyncIterable<readonly Row[]>;

export interface LogRow extends NewEntry {
  readonly digest: string | null;
  readonly hash: string | null;
}

export interface StoredEventRow extends Omit<EventRow, "fingerprint"> {
  readonly fingerprint: string;
}

export interface RawRow {
  readonly seq: number;
  readonly raw: string;
}

/** What a unique index decides by, where that is a table of its own. */
export interface IdentityRow {
  readonly seq: number;
  readonly receivedAtUs: Micros;
  readonly client: string | null;
  readonly idempotencyKey: string | null;
  readonly timestampUs: Micros;
  readonly fingerprint: string;
}

/** An entry that changed an event: VOIDED, UNVOIDED or REPROCESSED. */
export interface ActRow {
  readonly seq: number;
  readonly event: number;
  readonly action: Action;
  readonly details: string | null;
}

export interface StoredFailureRow extends FailureRow {
  readonly identity: string;
  readonly raw: string;
}

/** An entry about a failure. */
export interface FailureEntryRow {
  readonly seq: number;
  readonly atUs: Micros;
  readonly action: Action;
  readonly client: string | null;
  readonly event: number | null;
  readonly failure: number;
  readonly details: string | null;
  readonly digest: string | null;
}

export interface ProblemRow {
  readonly failure: number;
  readonly code: string;
  readonly path: string;
}

/** An entry that closed a failure, perhaps together with others that it does not name. */
export interface ClosingRow {
  readonly seq: number;
  readonly client: string | null;
  readonly failure: number;
}

/** An event that is in the figures, by its series and its quarter of an hour. */
export interface CountedRow {
  readonly client: string;
  readonly metric: string;
  readonly unit: string;
  readonly bucketUs: Micros;
  readonly amount: string;
  readonly receivedAtUs: Micros;
  readonly seq: number;
}

/** Bins in hex; null for none. */
type InHex<Row> = Omit<Row, "bins"> & { readonly bins: string | null };
export type RollupRow = InHex<StoredRollup>;
export type RollupDeltaRow = InHex<RollupDelta>;

/** The end of the log. */
export interface LogHead {
  readonly seq: number;
  readonly atUs: Micros;
  /** Null where the last entry is older than the chain. */
  readonly hash: string | null;
}

/** What the database says of its own soundness. */
export interface FileReport {
  /** What was looked at, for people. */
  readonly checked: string;
  readonly faults: readonly Fault[];
}

/** A damage that the backend has found itself. */
export interface Fault {
  readonly table: string;
  readonly what: string;
}

/** How many rows there are to go through. */
export interface Sizes {
  readonly entries: number;
  readonly failures: number;
  readonly events: number;
}

/** One snapshot of a database. @throws Unreadable from any of its methods and streams. */
export interface VerifySource {
  readonly databaseId: string;
  checkFile(): Promise<FileReport>;
  head(): Promise<LogHead>;
  /** The end of the log as a row of its own says it; null where there is no such row. */
  statedHead(): Promise<(LogHead & { readonly profilesAsOf: number }) | null>;
  sizes(): Promise<Sizes>;
  /** The first raw event that retention has left; null where there is none. */
  firstRawSeq(): Promise<number | null>;

  /** By seq. */
  log(): Stream<LogRow>;
  raws(): Stream<RawRow>;
  events(): Stream<StoredEventRow>;
  /** Null where the events themselves hold the identities. */
  identities(): Stream<IdentityRow> | null;
  /** By event, then by seq. */
  acts(): Stream<ActRow>;
  /** The entries about another event that is not there, or is not that client's. */
  strays(): Stream<{ readonly seq: number; readonly event: number }>;

  failures(): Stream<StoredFailureRow>;
  /** By failure, then by seq. */
  failureEntries(): Stream<FailureEntryRow>;
  problems(): Stream<ProblemRow>;
  /** The entries about this event that name a failure. */
  closings(event: number): Promise<readonly ClosingRow[]>;

  /** By client, metric, unit and bucket; texts by their bytes in UTF-8, as those of the rollups. */
  counted(): Stream<CountedRow>;
  /** Of one grain, in the same order. */
  rollups(grainMinutes: Grain): Stream<RollupRow>;
  /** What is not folded into them yet. */
  rollupDeltas(): Stream<RollupDeltaRow>;
  /** Grains that are neither of these. */
  strangeRollups(grainsMinutes: readonly number[]): Promise<number>;

  counters(): Stream<ClientTotals>;
  /** By minute. */
  activity(): Stream<MinuteTotals>;
  /** The same as the log has it. */
  minutesOfLog(): Stream<MinuteTotals>;
  /** By seq. */
  profiles(): Stream<ProfileRow>;
  /** By id. */
  jobs(): Stream<JobRow>;
  close(): Promise<void>;
}

/** Something that is stored cannot be read at all: the database is damaged there. */
export class Unreadable extends Error {}

/** There is nothing that this version could verify: its message is one line for the operator. */
export class VerifyRefused extends Error {}
