// THE write: one transaction for a group of events. Each event gets its outcome, its rows and its entry in the log;
// rollups and counters are summed up over the group and written once at its end.
import { desc, eq, sql } from "drizzle-orm";
import { factDifferences, rawDifferences } from "../../domain/difference.ts";
import { AppError } from "../../domain/error.ts";
import type { Event, FailurePoint, Prepared, PreparedEvent, PreparedInvalid, Result } from "../../domain/event.ts";
import { keyReusedProblem } from "../../domain/failure.ts";
import { failureIdentity, preimage } from "../../domain/fingerprint.ts";
import { microsOf } from "../../domain/timestamp.ts";
import { failAt } from "../fault.ts";
import type { Appended, AppendOptions, Match } from "../storage.ts";
import { type Drizzle, inTransaction } from "./database.ts";
import { createFailureWriter } from "./failures.ts";
import { createRollupWriter } from "./rollups.ts";
import { differencesText, nanosBelowMicro, toEvent, warningsText } from "./rows.ts";
import { createCounterWriter } from "./stats.ts";
import { normalizedEvents, processingLog, rawEvents } from "./tables.ts";

interface Group {
  nextSeq: number;
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

/** `append` and `match` of the Storage interface, without the waiting: both are synchronous. */
export const createAppend = (db: Drizzle, now: () => number) => {
  const statements = prepareStatements(db);
  const failures = createFailureWriter(db);
  const rollups = createRollupWriter(db);
  const counters = createCounterWriter(db);

  const append = (events: readonly Prepared[], { atomic = false, fault = null }: AppendOptions = {}): Appended => {
    try {
      return {
        kind: "committed",
        results: inTransaction(db, () => appendGroup(events, atomic, fault)),
      };
    } catch (error) {
      if (error instanceof Refusal) return { kind: "refused", results: error.results };
      throw error;
    } finally {
      rollups.clear();
      counters.clear();
    }
  };

  const appendGroup = (events: readonly Prepared[], atomic: boolean, fault: FailurePoint | null): readonly Result[] => {
    const last = statements.lastEntry.get();
    // An audit trail must not run backwards where the machine's clock did.
    const group: Group = {
      nextSeq: (last?.seq ?? 0) + 1,
      atUs: Math.max(now(), last?.atUs ?? 0),
      fault,
    };
    const results = events.map((event) => {
      const result = event.kind === "event" ? appendEvent(event, group) : appendInvalid(event, group);
      group.nextSeq += 1;
      return result;
    });
    if (atomic && results.some(({ outcome }) => outcome === "CONFLICT" || outcome === "REJECTED"))
      throw new Refusal(results);
    rollups.flush();
    counters.flush();
    return results;
  };

  const appendEvent = (prepared: PreparedEvent, group: Group): Result => {
    const event = toStored(prepared, group);
    const inserted = statements.insertEvent.run({
      ...event,
      timestampNs: nanosBelowMicro(event.timestamp),
      fingerprint: Buffer.from(event.fingerprint, "hex"),
      warnings: warningsText(event.warnings),
    });
    if (inserted.changes === 1) return appendNew(prepared, event, group);
    const existing = findExisting(prepared);
    if (existing === undefined) throw new Error("The identity of an event is taken, but no event has it.");
    return existing.fingerprint === event.fingerprint
      ? appendDuplicate(prepared, existing, group)
      : appendConflict(prepared, existing, group);
  };

  const appendNew = (prepared: PreparedEvent, event: Event, group: Group): Result => {
    statements.insertRaw.run({ seq: event.seq, raw: prepared.rawText });
    failAt("DURING_TRANSACTION", group.fault);
    rollups.add(event);
    const failure = failures.resolve(prepared, event.seq);
    addEntry(group, {
      action: "ACCEPTED",
      client: event.client,
      event: event.seq,
      failure,
    });
    return {
      outcome: "ACCEPTED",
      receipt: receiptOf(event),
      warnings: prepared.warnings,
      event,
    };
  };

  const appendDuplicate = (prepared: PreparedEvent, event: Event, group: Group): Result => {
    const original = statements.rawOf.get({ seq: event.seq })?.raw ?? prepared.rawText;
    const differences =
      original === prepared.rawText ? [] : rawDifferences(JSON.parse(original), JSON.parse(prepared.rawText));
    const failure = failures.resolve(prepared, event.seq);
    addEntry(group, {
      ...{
        action: "DUPLICATE",
        client: event.client,
        event: event.seq,
        failure,
      },
      differences: differencesText(differences),
    });
    failAt("DURING_TRANSACTION", group.fault);
    return {
      outcome: "DUPLICATE",
      receipt: receiptOf(event),
      warnings: prepared.warnings,
      event,
      differences,
    };
  };

  const appendConflict = (prepared: PreparedEvent, existing: Event, group: Group): Result => {
    const { client } = existing;
    const differences = factDifferences(existing, prepared.facts);
    const { idempotencyKey, rawText } = prepared;
    const failure = failures.record({
      ...{
        kind: "CONFLICT",
        id: group.nextSeq,
        atUs: group.atUs,
        client,
        idempotencyKey,
        rawText,
      },
      identity: failureIdentity({
        kind: "CONFLICT",
        client,
        idempotencyKey,
        raw: JSON.parse(rawText),
      }),
      problems: [keyReusedProblem(idempotencyKey, existing)],
    });
    addEntry(group, {
      ...{
        action: "CONFLICT",
        client,
        event: existing.seq,
        failure: failure.id,
      },
      differences: differencesText(differences),
    });
    failAt("DURING_TRANSACTION", group.fault);
    const receipt = {
      seq: group.nextSeq,
      atUs: group.atUs,
      fingerprint: prepared.fingerprint,
    };
    return {
      outcome: "CONFLICT",
      receipt,
      warnings: prepared.warnings,
      existing,
      differences,
      failure,
    };
  };

  const appendInvalid = (prepared: PreparedInvalid, group: Group): Result => {
    const { client, problems, warnings } = prepared;
    const failure = failures.record({
      ...prepared,
      kind: "VALIDATION",
      id: group.nextSeq,
      atUs: group.atUs,
    });
    addEntry(group, { action: "REJECTED", client, failure: failure.id });
    failAt("DURING_TRANSACTION", group.fault);
    const receipt = { seq: group.nextSeq, atUs: group.atUs, fingerprint: null };
    return { outcome: "REJECTED", receipt, warnings, problems, failure };
  };

  const addEntry = (group: Group, entry: NewEntry): void => {
    statements.insertEntry.run({
      event: null,
      failure: null,
      differences: null,
      ...entry,
      seq: group.nextSeq,
      atUs: group.atUs,
    });
    counters.add(entry.client, entry.action, group.atUs);
  };

  const findExisting = (prepared: PreparedEvent): Event | undefined => {
    const { facts, idempotencyKey, fingerprint } = prepared;
    const row =
      idempotencyKey === null
        ? statements.eventByContent.get({
            timestampUs: microsOf(facts.timestamp),
            fingerprint: Buffer.from(fingerprint, "hex"),
          })
        : statements.eventByKey.get({ client: facts.client, idempotencyKey });
    if (row === undefined) return undefined;
    const existing = toEvent(row);
    if (existing.fingerprint === fingerprint && preimage(existing) !== preimage(facts))
      throw new AppError(
        "INTERNAL",
        `Two different events have the fingerprint ${fingerprint}. The first is event ${existing.seq}.`,
      );
    return existing;
  };

  const match = (prepared: PreparedEvent): Match => {
    const event = findExisting(prepared);
    if (event === undefined) return { outcome: "ACCEPTED" };
    return {
      outcome: event.fingerprint === prepared.fingerprint ? "DUPLICATE" : "CONFLICT",
      event,
    };
  };

  return { append, match };
};

interface NewEntry {
  readonly action: Result["outcome"];
  readonly client: string | null;
  readonly event?: number;
  readonly failure?: number | null;
  readonly differences?: string | null;
}

const toStored = ({ facts, fingerprint, idempotencyKey, warnings }: PreparedEvent, group: Group): Event => ({
  ...facts,
  seq: group.nextSeq,
  timestampUs: microsOf(facts.timestamp),
  receivedAtUs: group.atUs,
  fingerprint,
  idempotencyKey,
  warnings,
});

const receiptOf = ({ seq, receivedAtUs, fingerprint }: Event) => ({
  seq,
  atUs: receivedAtUs,
  fingerprint,
});

const prepareStatements = (db: Drizzle) => {
  const { placeholder } = sql;
  return {
    lastEntry: db
      .select({ seq: processingLog.seq, atUs: processingLog.atUs })
      .from(processingLog)
      .orderBy(desc(processingLog.seq))
      .limit(1)
      .prepare(),
    insertEvent: db
      .insert(normalizedEvents)
      .values({
        seq: placeholder("seq"),
        client: placeholder("client"),
        metric: placeholder("metric"),
        unit: placeholder("unit"),
        amount: placeholder("amount"),
        timestampUs: placeholder("timestampUs"),
        timestampNs: placeholder("timestampNs"),
        receivedAtUs: placeholder("receivedAtUs"),
        fingerprint: placeholder("fingerprint"),
        idempotencyKey: placeholder("idempotencyKey"),
        warnings: placeholder("warnings"),
      })
      .onConflictDoNothing()
      .prepare(),
    insertRaw: db
      .insert(rawEvents)
      .values({ seq: placeholder("seq"), raw: placeholder("raw") })
      .prepare(),
    insertEntry: db
      .insert(processingLog)
      .values({
        seq: placeholder("seq"),
        atUs: placeholder("atUs"),
        action: placeholder("action"),
        client: placeholder("client"),
        event: placeholder("event"),
        failure: placeholder("failure"),
        differences: placeholder("differences"),
      })
      .prepare(),
    rawOf: db
      .select({ raw: rawEvents.raw })
      .from(rawEvents)
      .where(eq(rawEvents.seq, placeholder("seq")))
      .prepare(),
    // The `is (not) null` lets SQLite use the partial index that enforces the identity.
    eventByKey: db
      .select()
      .from(normalizedEvents)
      .where(
        sql`${normalizedEvents.client} = ${placeholder("client")} and ${normalizedEvents.idempotencyKey} = ${placeholder("idempotencyKey")} and ${normalizedEvents.idempotencyKey} is not null`,
      )
      .prepare(),
    eventByContent: db
      .select()
      .from(normalizedEvents)
      .where(
        sql`${normalizedEvents.timestampUs} = ${placeholder("timestampUs")} and ${normalizedEvents.fingerprint} = ${placeholder("fingerprint")} and ${normalizedEvents.idempotencyKey} is null`,
      )
      .prepare(),
  };
};
