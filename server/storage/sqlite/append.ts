// THE write: one transaction for a group of events. Each event gets its outcome, its rows and its entry in the log;
// rollups and counters are summed up over the group and written once at its end.
import type { Micros } from "../../domain/calendar.ts";
import { factDifferences, rawDifferences } from "../../domain/difference.ts";
import type { Event, FailurePoint, Prepared, PreparedEvent, PreparedInvalid, Result } from "../../domain/event.ts";
import { keyReusedProblem } from "../../domain/failure.ts";
import { failureIdentity } from "../../domain/fingerprint.ts";
import { microsOf } from "../../domain/timestamp.ts";
import { createCounterDeltas, createRollupDeltas } from "../deltas.ts";
import { failAt } from "../fault.ts";
import { differencesText } from "../rows.ts";
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
interface Turn {
  readonly seq: number;
  readonly atUs: number;
  readonly fault: FailurePoint | null;
}

/** Unwinds the transaction of an atomic group that has an event which cannot be counted. */
class Refusal extends Error {
  readonly results: readonly Result[];

  constructor(results: readonly Result[]) {
    super("refused");
    this.results = results;
  }
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

  const appendEvent = (prepared: PreparedEvent, turn: Turn): Result => {
    const event = toStored(prepared, turn);
    if (claimIdentity(event)) return appendNew(prepared, event, turn);
    const existing = holderOf(prepared);
    if (existing === undefined) throw new Error("The identity of an event is taken, but no event has it.");
    return existing.fingerprint === event.fingerprint
      ? appendDuplicate(prepared, existing, turn)
      : appendConflict(prepared, existing, turn);
  };

  const appendNew = (prepared: PreparedEvent, event: Event, turn: Turn): Result => {
    statements.insertRaw({ seq: event.seq, raw: prepared.rawText });
    failAt("DURING_TRANSACTION", turn.fault);
    rollups.add(event);
    const failure = failures.resolve(prepared, event.seq);
    addEntry(turn, { action: "ACCEPTED", client: event.client, event: event.seq, failure });
    return { outcome: "ACCEPTED", receipt: receiptOf(event), warnings: prepared.warnings, event };
  };

  const appendDuplicate = (prepared: PreparedEvent, event: Event, turn: Turn): Result => {
    // Retention may have removed the original: then there is nothing to compare with.
    const original = statements.rawOf.get({ seq: event.seq })?.raw ?? prepared.rawText;
    const isSameText = original === prepared.rawText;
    const differences = isSameText ? [] : rawDifferences(JSON.parse(original), JSON.parse(prepared.rawText));
    const failure = failures.resolve(prepared, event.seq);
    const about = { client: event.client, event: event.seq, failure };
    addEntry(turn, { action: "DUPLICATE", ...about, differences: differencesText(differences) });
    failAt("DURING_TRANSACTION", turn.fault);
    return { outcome: "DUPLICATE", receipt: receiptOf(event), warnings: prepared.warnings, event, differences };
  };

  const appendConflict = (prepared: PreparedEvent, existing: Event, turn: Turn): Result => {
    const { idempotencyKey, rawText, warnings, fingerprint } = prepared;
    const { client } = existing;
    const differences = factDifferences(existing, prepared.facts);
    const kind = "CONFLICT";
    const failure = failures.record({
      ...{ kind, id: turn.seq, atUs: turn.atUs, client, idempotencyKey, rawText },
      identity: failureIdentity({ kind, client, idempotencyKey, raw: JSON.parse(rawText) }),
      problems: [keyReusedProblem(idempotencyKey, existing)],
    });
    const about = { client, event: existing.seq, failure: failure.id };
    addEntry(turn, { action: "CONFLICT", ...about, differences: differencesText(differences) });
    failAt("DURING_TRANSACTION", turn.fault);
    const receipt = { seq: turn.seq, atUs: turn.atUs, fingerprint };
    return { outcome: "CONFLICT", receipt, warnings, existing, differences, failure };
  };

  const appendInvalid = (prepared: PreparedInvalid, turn: Turn): Result => {
    const { client, problems, warnings } = prepared;
    const failure = failures.record({ ...prepared, kind: "VALIDATION", id: turn.seq, atUs: turn.atUs });
    addEntry(turn, { action: "REJECTED", client, failure: failure.id });
    failAt("DURING_TRANSACTION", turn.fault);
    const receipt = { seq: turn.seq, atUs: turn.atUs, fingerprint: null };
    return { outcome: "REJECTED", receipt, warnings, problems, failure };
  };

  const addEntry = ({ seq, atUs }: Turn, entry: NewEntry): void => {
    statements.insertEntry({ event: null, failure: null, differences: null, ...entry, seq, atUs });
    counters.add(entry.client, entry.action, atUs);
  };

  return append;
};

interface NewEntry {
  readonly action: Result["outcome"];
  readonly client: string | null;
  readonly event?: number;
  readonly failure?: number | null;
  readonly differences?: string | null;
}

const toStored = ({ facts, fingerprint, idempotencyKey, warnings }: PreparedEvent, { seq, atUs }: Turn): Event => ({
  ...facts,
  ...{ seq, timestampUs: microsOf(facts.timestamp), receivedAtUs: atUs },
  ...{ fingerprint, idempotencyKey, warnings },
});

const receiptOf = ({ seq, receivedAtUs, fingerprint }: Event) => ({ seq, atUs: receivedAtUs, fingerprint });

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
