// THE write: one transaction for a group of events. Each event gets its outcome, its rows and its entry in the log;
// rollups and counters are summed up over the group and written once at its end.
import type { Micros } from "../../domain/calendar.ts";
import type { Event, FailurePoint, Prepared, PreparedEvent, PreparedInvalid, Result } from "../../domain/event.ts";
import { createCounterDeltas, createRollupDeltas } from "../deltas.ts";
import { failAt } from "../fault.ts";
import {
  accepted,
  conflict,
  conflictFailure,
  duplicate,
  entryOf,
  invalidFailure,
  Refusal,
  rejected,
  storedEvent,
  type Turn,
} from "../outcomes.ts";
import type { Appended, AppendOptions } from "../storage.ts";
import { type Drizzle, inTransaction } from "./database.ts";
import { desc, eq, sql } from "./drizzle.ts";
import { createFailureWriter } from "./failures.ts";
import { createIdentityClaim, createIdentityLookup } from "./identity.ts";
import { createRollupWriter } from "./rollups.ts";
import { prepareGet, prepareRun } from "./statement.ts";
import { createCounterWriter } from "./stats.ts";
import { processingLog, rawEvents } from "./tables.ts";

/** The place of one event in the log, and where its transaction is to fail. */
interface FaultyTurn extends Turn {
  readonly fault: FailurePoint | null;
}

/** `append` of the Storage interface, without the waiting. `nowUs` is the server's clock. */
export type Append = (events: readonly Prepared[], nowUs: Micros, options?: AppendOptions) => Appended;

export const createAppend = (db: Drizzle): Append => {
  const statements = prepareStatements(db);
  const claimIdentity = createIdentityClaim(db);
  const holderOf = createIdentityLookup(db);
  const failures = createFailureWriter(db);
  const writeRollups = createRollupWriter(db);
  const writeCounters = createCounterWriter(db);
  const rollups = createRollupDeltas();
  const counters = createCounterDeltas();

  const append: Append = (events, nowUs, options = {}) => {
    try {
      return { kind: "committed", results: inTransaction(db, () => appendGroup(events, nowUs, options)) };
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
  ): readonly Result[] => {
    const [lastSeq, lastAtUs] = statements.lastEntry({}) ?? [0, 0];
    // An audit trail must not run backwards where the machine's clock did.
    const atUs = Math.max(nowUs, lastAtUs);
    const results = events.map((event, index) => {
      const turn = { seq: lastSeq + 1 + index, atUs, fault };
      return event.kind === "event" ? appendEvent(event, turn) : appendInvalid(event, turn);
    });
    if (atomic && results.some((result) => "failure" in result)) throw new Refusal(results);
    writeRollups(rollups.deltas());
    writeCounters(counters.deltas());
    return results;
  };

  const appendEvent = (prepared: PreparedEvent, turn: FaultyTurn): Result => {
    const event = storedEvent(prepared, turn);
    if (claimIdentity(event)) return appendNew(prepared, event, turn);
    const existing = holderOf(prepared);
    if (existing === undefined) throw new Error("The identity of an event is taken, but no event has it.");
    return existing.fingerprint === event.fingerprint
      ? appendDuplicate(prepared, existing, turn)
      : appendConflict(prepared, existing, turn);
  };

  const appendNew = (prepared: PreparedEvent, event: Event, turn: FaultyTurn): Result => {
    statements.insertRaw({ seq: event.seq, raw: prepared.rawText });
    failAt("DURING_TRANSACTION", turn.fault);
    rollups.add(event);
    return addEntry(accepted(prepared, event), turn, failures.resolve(prepared, event.seq));
  };

  const appendDuplicate = (prepared: PreparedEvent, event: Event, turn: FaultyTurn): Result => {
    const original = statements.rawOf.get({ seq: event.seq })?.raw ?? null;
    return addEntry(duplicate(prepared, event, original), turn, failures.resolve(prepared, event.seq));
  };

  const appendConflict = (prepared: PreparedEvent, existing: Event, turn: FaultyTurn): Result => {
    const failure = failures.record(conflictFailure(prepared, existing, turn));
    return addEntry(conflict(prepared, { existing, failure, turn }), turn);
  };

  const appendInvalid = (prepared: PreparedInvalid, turn: FaultyTurn): Result =>
    addEntry(rejected(prepared, failures.record(invalidFailure(prepared, turn)), turn), turn);

  const addEntry = (result: Result, turn: FaultyTurn, resolved: number | null = null): Result => {
    const entry = entryOf(result, turn, resolved);
    statements.insertEntry({ ...entry });
    counters.add(entry.client, entry.action, entry.atUs);
    failAt("DURING_TRANSACTION", turn.fault);
    return result;
  };

  return append;
};

const prepareStatements = (db: Drizzle) => {
  const { placeholder } = sql;
  const { seq, atUs } = processingLog;
  return {
    lastEntry: prepareGet<readonly [seq: number, atUs: Micros]>(
      db,
      db.select({ seq, atUs }).from(processingLog).orderBy(desc(seq)).limit(1),
    ),
    insertRaw: prepareRun(db, db.insert(rawEvents).values({ seq: placeholder("seq"), raw: placeholder("raw") })),
    insertEntry: prepareRun(
      db,
      db.insert(processingLog).values({
        seq: placeholder("seq"),
        atUs: placeholder("atUs"),
        action: placeholder("action"),
        client: placeholder("client"),
        event: placeholder("event"),
        failure: placeholder("failure"),
        differences: placeholder("differences"),
      }),
    ),
    rawOf: db
      .select({ raw: rawEvents.raw })
      .from(rawEvents)
      .where(eq(rawEvents.seq, placeholder("seq")))
      .prepare(),
  };
};
