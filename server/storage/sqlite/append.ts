// THE write: one transaction for a group of events. Each event gets its outcome, its rows and its entry in the log;
// rollups and counters are summed up over the group and written once at its end.
import type { Micros } from "../../domain/calendar.ts";
import type { Event, FailurePoint, Prepared, PreparedEvent, PreparedInvalid, Result } from "../../domain/event.ts";
import type { Chain } from "../chain.ts";
import { createCounterDeltas, createRollupDeltas } from "../deltas.ts";
import { failAt } from "../fault.ts";
import {
  accepted,
  chainEntry,
  checkArrival,
  conflict,
  conflictFailure,
  duplicate,
  invalidFailure,
  isStale,
  Refusal,
  rejected,
  stale,
  storedEvent,
  type Turn,
} from "../outcomes.ts";
import type { Appended, AppendOptions } from "../storage.ts";
import { type Drizzle, inTransaction } from "./database.ts";
import { eq, sql } from "./drizzle.ts";
import { createFailureWriter } from "./failures.ts";
import { createIdentityClaim, createIdentityLookup } from "./identity.ts";
import type { LogWriter } from "./log-writer.ts";
import type { RollupStore } from "./rollup-store.ts";
import { prepareRun } from "./statement.ts";
import { createCounterWriter } from "./stats.ts";
import { rawEvents } from "./tables.ts";

/** The place of one event in the log, and where its transaction is to fail. */
interface FaultyTurn extends Turn {
  readonly chain: Chain;
  readonly fault: FailurePoint | null;
}

/** `append` of the Storage interface, without the waiting. `nowUs` is the server's clock. */
export type Append = (events: readonly Prepared[], nowUs: Micros, options?: AppendOptions) => Appended;

interface AppendParts {
  readonly log: LogWriter;
  readonly rollupStore: RollupStore;
  /** Told how long each group waited for the lock, in milliseconds. */
  readonly onLocked: (waitedMs: number) => void;
}

export const createAppend = (db: Drizzle, { log, rollupStore, onLocked }: AppendParts): Append => {
  const statements = prepareStatements(db);
  const claimIdentity = createIdentityClaim(db);
  const { holderOf, earlierHolderOf } = createIdentityLookup(db);
  const failures = createFailureWriter(db);
  const writeCounters = createCounterWriter(db);
  const rollups = createRollupDeltas();
  const counters = createCounterDeltas();

  const append: Append = (events, nowUs, options = {}) => {
    const beganAtMs = performance.now();
    try {
      return inTransaction(db, () => {
        onLocked(performance.now() - beganAtMs);
        return appendGroup(events, nowUs, options);
      });
    } catch (error) {
      if (error instanceof Refusal) return { kind: "refused", results: error.results };
      throw error;
    } finally {
      failures.clear();
      rollups.clear();
      counters.clear();
    }
  };

  const appendGroup = (
    events: readonly Prepared[],
    nowUs: Micros,
    { atomic, fault = null }: AppendOptions,
  ): Appended => {
    const { seq, atUs, chain, profilesAsOf } = log.end(nowUs);
    if (isStale(events, profilesAsOf)) return stale;
    const results = events.map((event, index) => {
      const turn = { seq: seq + 1 + index, atUs, chain, fault };
      return event.kind === "event" ? appendEvent(event, turn) : appendInvalid(event, turn);
    });
    if (atomic && results.some((result) => "failure" in result)) throw new Refusal(results);
    rollupStore.add(rollups.deltas(), seq + events.length);
    writeCounters(counters.deltas());
    return { kind: "committed", results };
  };

  const appendEvent = (prepared: PreparedEvent, turn: FaultyTurn): Result => {
    const earlier = earlierHolderOf(prepared);
    if (earlier !== undefined) return appendDuplicate(prepared, earlier, turn);
    const event = storedEvent(prepared, turn);
    if (prepared.ifNew !== undefined && holderOf(prepared) === undefined) {
      checkArrival(prepared);
      return appendInvalid(prepared.ifNew, turn);
    }
    if (claimIdentity(event)) return appendNew(prepared, event, turn);
    const existing = holderOf(prepared);
    if (existing === undefined) throw new Error("The identity of an event is taken, but no event has it.");
    return existing.fingerprint === event.fingerprint
      ? appendDuplicate(prepared, existing, turn)
      : appendConflict(prepared, existing, turn);
  };

  const appendNew = (prepared: PreparedEvent, event: Event, turn: FaultyTurn): Result => {
    // Of two people who correct one failed event in different ways, one comes first, and the other's is not counted.
    if (prepared.retry !== undefined && !failures.isUnresolved(prepared.retry.failure)) checkArrival(prepared);
    statements.insertRaw({ seq: event.seq, raw: prepared.rawText });
    failAt("DURING_TRANSACTION", turn.fault);
    rollups.add(event, event.seq);
    return addEntry(prepared, accepted(prepared, event), turn, failures.resolve(prepared, event.seq));
  };

  const appendDuplicate = (prepared: PreparedEvent, event: Event, turn: FaultyTurn): Result => {
    const original = statements.rawOf.get({ seq: event.seq })?.raw ?? null;
    return addEntry(prepared, duplicate(prepared, event, original), turn, failures.resolve(prepared, event.seq));
  };

  const appendConflict = (prepared: PreparedEvent, existing: Event, turn: FaultyTurn): Result => {
    checkArrival(prepared);
    const failure = failures.record(conflictFailure(prepared, existing, turn));
    return addEntry(prepared, conflict(prepared, { existing, failure, turn }), turn);
  };

  const appendInvalid = (prepared: PreparedInvalid, turn: FaultyTurn): Result => {
    const failure = failures.record(invalidFailure(prepared, turn));
    return addEntry(prepared, rejected(prepared, failure, turn), turn);
  };

  const addEntry = (prepared: Prepared, result: Result, turn: FaultyTurn, resolved: number | null = null): Result => {
    const entry = chainEntry(turn.chain, { prepared, result, turn, resolved });
    log.insert(entry);
    counters.add(entry.client, result.outcome, entry.atUs);
    failAt("DURING_TRANSACTION", turn.fault);
    return result;
  };

  return append;
};

const prepareStatements = (db: Drizzle) => {
  const { placeholder } = sql;
  return {
    insertRaw: prepareRun(db, db.insert(rawEvents).values({ seq: placeholder("seq"), raw: placeholder("raw") })),
    rawOf: db
      .select({ raw: rawEvents.raw })
      .from(rawEvents)
      .where(eq(rawEvents.seq, placeholder("seq")))
      .prepare(),
  };
};
