// What a backend must do, and the guarantees that every one of them keeps. The cases in *.contract.ts hold each
// backend to this text.

import type { Act, Performed } from "../domain/act.ts";
import type { Micros } from "../domain/calendar.ts";
import type { Action, Entry, Event, FailurePoint, Prepared, PreparedEvent, Result } from "../domain/event.ts";
import type { Failure, FailureGroup } from "../domain/failure.ts";
import type { EventFilter, FailureFilter, LogFilter, Range } from "../domain/filter.ts";
import type { Job } from "../domain/job.ts";
import type { PackedRows } from "../domain/packed-rows.ts";
import type { ProfileVersion } from "../domain/profile.ts";
import type { History } from "./history.ts";
import type { Leases } from "./leases.ts";
import type { Reach } from "./reach.ts";
import type { AggregationQuestion } from "./summing.ts";
import type { TokenStore } from "./tokens.ts";
import type { Webhooks } from "./webhooks.ts";

export interface AppendOptions {
  /** All or nothing: where any event would be CONFLICT or REJECTED, nothing is written. */
  readonly atomic?: boolean;
  /** Makes the transaction fail at this point, as a disk or a process might. */
  readonly fault?: FailurePoint | null;
}

/**
 * `refused`: the results are those that the events would have had; nothing was written. `stale`: there are no results and
 * nothing was written, because a profile was changed after the events had been read.
 */
export interface Appended {
  readonly kind: "committed" | "refused" | "stale";
  /** One for each event, in the order given. */
  readonly results: readonly Result[];
}

/** Where most entries are not wanted, many are read for each that is. */
export const isSelective = ({ clients, metrics, outcomes, actions }: LogFilter): boolean =>
  (clients ?? metrics ?? outcomes ?? actions) !== undefined;

/** What a prepared event would meet if it came now. */
export type Match =
  | { readonly outcome: "ACCEPTED" }
  | { readonly outcome: "DUPLICATE" | "CONFLICT"; readonly event: Event };

/** Up to where what was read of the rollups goes. */
export interface RollupState {
  /** The last entry that it includes. */
  readonly asOfSeq: number;
  /** How often the rollups were counted anew and differed. */
  readonly rebuilds: number;
  readonly reach: Reach;
}

/** Whether what was read still holds, up to this entry. */
export interface RollupChanges {
  readonly asOfSeq: number;
  readonly isChanged: boolean;
}

/** What is stored of the events that were asked for. */
export interface Aggregated extends RollupState {
  /** Groups and intervals with events, ordered by time, client, metric and unit. */
  readonly rows: PackedRows;
  /** Whether percentiles are told from bins, and so not exact. */
  readonly isApproximate: boolean;
}

export interface GroupsQuestion {
  readonly filter: FailureFilter;
  /** At most this many groups, those with the most failures first. */
  readonly limit: number;
  /** Where the trend begins: so many buckets of this length. */
  readonly trend: { readonly fromUs: Micros; readonly bucketUs: Micros; readonly buckets: number };
}

export interface Totals {
  readonly received: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly rejected: number;
}

/** What was received in one minute. */
export interface MinuteTotals extends Totals {
  /** Its beginning. */
  readonly minuteUs: Micros;
}

export interface Activity {
  /** The last entry of the log that the figures include. */
  readonly asOfSeq: number;
  /** The minutes in which something was received, oldest first. */
  readonly minutes: readonly MinuteTotals[];
}

export interface ClientTotals extends Totals {
  readonly client: string;
  readonly lastSeenAtUs: Micros;
}

/** An identity of the books that does not hold: what should be equal and what was found. */
export interface BooksDifference {
  readonly identity: string;
  /** Null: over all clients together. */
  readonly client: string | null;
  readonly expected: number;
  readonly actual: number;
}

/** An event that was counted, with what was sent as JSON text. */
export interface OldEvent {
  readonly event: Event;
  readonly raw: string;
}

export interface Removal {
  /** How many raw events are gone now that were there before; an estimate where they were very many. */
  readonly removed: number;
  /** Whether none is left to be removed. */
  readonly isDone: boolean;
}

/** A counted event with its raw event as JSON text, which is null where retention has removed it. */
export interface StoredEvent {
  readonly event: Event;
  readonly raw: string | null;
}

/** A failed event with what was sent, as `rawFailure` gives it. */
export interface StoredFailure {
  readonly failure: Failure;
  readonly raw: string;
}

/** Some rows of a list, in its order, of bounded size. */
export interface Portion<Row> {
  readonly rows: readonly Row[];
  /** The list has been read up to this position: go on after it. */
  readonly upTo: number;
}

/** One state of the database, whatever is written meanwhile. It holds a connection and what is written until it is closed. */
export interface Snapshot {
  /** The last entry that it includes; no list goes beyond. */
  readonly asOfSeq: number;
  /** The events that count, in order of seq. Each portion takes a bounded time, however little the filter admits. */
  events(filter: EventFilter, after: number): Promise<Portion<StoredEvent>>;
  /** In order of id. */
  failures(filter: FailureFilter, after: number): Promise<Portion<StoredFailure>>;
  close(): Promise<void>;
}

export interface Connections {
  readonly purpose: string;
  /** How many there can be. */
  readonly most: number;
  readonly open: number;
  readonly idle: number;
  /** How many callers wait for one. */
  readonly waiting: number;
}

/** What the database takes and holds; null where this backend cannot tell. */
export interface DatabaseFigures {
  /** Of the database's own program. */
  readonly version: string;
  readonly sizeBytes: number;
  /** What was written and is not yet in its place. */
  readonly walBytes: number | null;
  /** What the disk has left. */
  readonly freeBytes: number | null;
  /** Failed events that are to be tried again by themselves. */
  readonly scheduledFailures: number;
  /** Those of them whose time has come. */
  readonly dueFailures: number;
  /** Failed events that have been tried too often, and wait for a person. */
  readonly deadFailures: number;
  readonly runningJobs: number;
}

/**
 * Takes events out of what a minute allows to whoever the key names, or none where they are not all there. A count of 0
 * only looks.
 */
export type TakeAllowance = (asked: {
  readonly key: string;
  readonly perMinute: number;
  readonly count: number;
}) => Promise<
  | { readonly isTaken: true; readonly wholeInMs: number }
  /** `retryAfterMs`: null where a minute never allows so many. */
  | { readonly isTaken: false; readonly wholeInMs: number; readonly retryAfterMs: number | null }
>;

export interface Storage {
  readonly backend: "SQLITE" | "POSTGRESQL";
  /** Drawn at random when the database was made: cursors carry it. */
  readonly databaseId: string;

  /**
   * THE write: decides the outcome of each event and writes everything that belongs to it, in one transaction.
   * When it resolves, that is on disk; when it rejects, nothing is, unless the connection broke and nobody can know: the
   * same events sent again find out. Identity is decided by unique constraints, so any
   * number of callers, servers and processes may race. Entries get growing seqs without gaps, in order of commit.
   * @throws AppError UNAVAILABLE where the database cannot write now, SIMULATED_FAILURE where a fault was asked for.
   */
  append(events: readonly Prepared[], options?: AppendOptions): Promise<Appended>;

  /**
   * Does what people and workers do to what is stored, in one transaction and in the order given: each act is one entry of
   * the log, with all that it changes. An act that cannot be done is refused and leaves nothing; the others are done.
   * @throws AppError UNAVAILABLE where the database cannot write now.
   */
  perform(acts: readonly Act[]): Promise<readonly Performed[]>;

  /** What `append` would find for this event now. */
  match(event: PreparedEvent): Promise<Match>;

  /** The seq of the last entry; 0 where there is none. */
  head(): Promise<number>;
  entries(filter: LogFilter, range: Range): Promise<readonly Entry[]>;

  event(seq: number): Promise<Event | null>;
  events(filter: EventFilter, range: Range): Promise<readonly Event[]>;
  countEvents(filter: EventFilter): Promise<number>;
  /** The raw event as JSON text; null where it was removed, or where there is no such event. */
  rawEvent(seq: number): Promise<string | null>;
  /** Several at once, in the order given. */
  rawEvents(seqs: readonly number[]): Promise<readonly (string | null)[]>;
  /** 1 plus the duplicates received. */
  timesSeen(seq: number): Promise<number>;

  failure(id: number): Promise<Failure | null>;
  failures(filter: FailureFilter, range: Range): Promise<readonly Failure[]>;
  countFailures(filter: FailureFilter): Promise<number>;
  /** The raw event as JSON text, or as the JSON text of a string where it could not be kept as JSON. */
  rawFailure(id: number): Promise<string | null>;
  /** The failures that are to be tried again by themselves and whose time has come, those first that wait longest. */
  dueFailures(options: { readonly nowUs: Micros; readonly limit: number }): Promise<readonly number[]>;
  /** The failures that have a problem of one code at one place and are of one client, counted. */
  failureGroups(question: GroupsQuestion): Promise<readonly FailureGroup[]>;

  /**
   * Every version of every profile, or of one client's, oldest first: all, or those that entries after that one made. And
   * the last entry that made any.
   */
  profileVersions(
    client: string | null,
    after?: number,
  ): Promise<{ readonly asOf: number; readonly versions: readonly ProfileVersion[] }>;
  /** The profiles that are in force, by the seq of their last version. */
  profiles(range: Range): Promise<readonly ProfileVersion[]>;

  job(id: number): Promise<Job | null>;
  jobs(range: Range): Promise<readonly Job[]>;
  /** The jobs that have not ended, oldest first. */
  runningJobs(): Promise<readonly Job[]>;
  /** How many entries of each kind a job has made. */
  jobTally(id: number): Promise<Partial<Readonly<Record<Action, number>>>>;
  /** Notes how far a running job has come. Never backwards. */
  advanceJob(job: Pick<Job, "id" | "position" | "looked">): Promise<void>;

  /**
   * The tallies of all events that the filter admits, grouped as asked, in one snapshot. The cost follows the buckets, not
   * the events.
   * @throws AppError BAD_USER_INPUT where the range has too many intervals.
   */
  rollups(question: AggregationQuestion): Promise<Aggregated>;
  /**
   * Whether anything has changed since then of what the answer is read from, and up to where that is known. In doubt it has.
   * The cost follows what has changed, not what the answer is read from. Not for a search for text.
   */
  rollupChanges(question: AggregationQuestion, since: RollupState): Promise<RollupChanges>;
  /** The counters, and the seq of the last entry that they include. */
  totals(client: string | null): Promise<Totals & { readonly asOfSeq: number }>;
  /** Those who sent most come first. Events whose client could not be read are in the totals alone. */
  clients(options: { readonly client: string | null; readonly limit: number }): Promise<readonly ClientTotals[]>;
  /**
   * What was received in each of so many minutes, of which the last is that of `nowUs`; or that of the last event, where
   * that is later: the log's times never go back, though a clock may.
   */
  activity(options: { readonly nowUs: Micros; readonly minutes: number }): Promise<Activity>;
  /** How many entries were written since then. */
  receivedSince(options: { readonly sinceUs: Micros; readonly client: string | null }): Promise<number>;
  /** The identities that do not hold, recomputed from the tables in one snapshot; none where the books balance. */
  books(): Promise<readonly BooksDifference[]>;

  /** Calls the listener when another server may have written. Calls can be lost: look from time to time as well. */
  onGrown(listener: () => void): void;

  readonly leases: Leases;
  readonly tokens: TokenStore;
  /** What all servers take events from together; null where one server has the database for itself. */
  readonly takeAllowance: TakeAllowance | null;
  readonly webhooks: Webhooks;
  readonly history: History;
  /**
   * One step of retention: removes raw events that were received before then, oldest first, at most as many as that
   * or, where they are kept in pieces that go as a whole, one piece, once none of it was received later.
   * Identity, events, rollups, counters and the log stay, so that a late retry is still a duplicate.
   * `throughSeq`: the last event whose payload may go; any where it is left out.
   */
  removeRawEvents(options: {
    readonly receivedBeforeUs: Micros;
    readonly limit: number;
    readonly throughSeq?: number | undefined;
  }): Promise<Removal>;
  /** The events whose payloads are to be removed, oldest first: those after that seq, at most as many. */
  oldEvents(options: {
    readonly receivedBeforeUs: Micros;
    readonly afterSeq: number;
    readonly limit: number;
  }): Promise<readonly OldEvent[]>;

  /** @throws AppError UNAVAILABLE where the database does not serve now. */
  openSnapshot(): Promise<Snapshot>;

  /** What the database takes and holds. */
  figures(): Promise<DatabaseFigures>;
  /** The connections to a database server, by what they are for; none where there is no such server. */
  connections(): readonly Connections[];

  /** @throws AppError UNAVAILABLE where a write would not succeed now. */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
}
