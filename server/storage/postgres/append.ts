// THE write: one transaction for a group of events. The unique indexes decide which events are new; what each of the
// others is, follows from the event that it meets. Two round trips where all are new, one more for those that are not,
// and two for failures.
import type { Micros } from "../../domain/calendar.ts";
import type { Event, Prepared, PreparedEvent, Result } from "../../domain/event.ts";
import type { Failure } from "../../domain/failure.ts";
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
import { toEventRow } from "../rows.ts";
import type { Appended, AppendOptions } from "../storage.ts";
import { unescapeNul } from "./columns.ts";
import { type Queries, sql } from "./drizzle.ts";
import { afterResolution, createOpenQuestion, firstResolved, recordFailures, resolveFailures } from "./failures.ts";
import { createIdentityClaim, type Holder, holdersOf, identityOf } from "./identity.ts";
import { wakingOthers } from "./listener.ts";
import { addingRollups } from "./rollups.ts";
import { arraysOf, prepare, rowsOf, type Statement } from "./statement.ts";
import { addingCounters } from "./stats.ts";
import {
  counters as counterTable,
  normalizedEvents,
  processingLog,
  rawEvents,
  rollups as rollupTable,
} from "./tables.ts";
import type { Head, InTransaction, Transaction } from "./transaction.ts";

/** One event at its place in the log. */
interface Arrival extends Turn {
  readonly prepared: Prepared;
}

/** `append` of the Storage interface, for one attempt. `nowUs` is the server's clock. */
export type Append = (events: readonly Prepared[], nowUs: Micros, options?: AppendOptions) => Promise<Appended>;

export const createAppend = (inTransaction: InTransaction, db: Queries): Append => {
  const claimIdentities = createIdentityClaim(db);
  const whichHaveOpen = createOpenQuestion(db);
  const write = createGroupWriter(db);

  const appendGroup = async (
    { db, run, commit }: Transaction,
    arrivals: readonly Arrival[],
    { claimed, open, atomic, fault }: Claimed & AppendOptions,
  ): Promise<readonly Result[]> => {
    const holders = await holdersFor(db, arrivals, claimed);
    const recorded = await recordFailures(db, failuresOf(arrivals, holders));
    const resolutions = await resolveFailures(db, mayResolve(arrivals, { holders, recorded, open }));
    const failed = afterResolution(recorded, resolutions);
    const results = arrivals.map((arrival) => resultOf(arrival, holders, failed));
    if (atomic && results.some((result) => "failure" in result)) throw new Refusal(results);
    const written = write(arrivals, results, firstResolved(resolutions));
    if (fault === "DURING_TRANSACTION") await run(written);
    failAt("DURING_TRANSACTION", fault);
    await commit(written);
    return results;
  };

  return async (events, nowUs, options = {}) => {
    const first = [claimIdentities(numbered(events), { count: events.length }), whichHaveOpen(clientsOf(events))];
    try {
      const results = await inTransaction({ count: events.length, nowUs, first }, (transaction, head, answers) => {
        const [claimed, open] = answers;
        return appendGroup(transaction, arrivalsAt(head, events), {
          claimed: new Set(claimed?.rows.map(({ seq }) => Number(seq))),
          open: new Set(open?.rows.map(({ client }) => unescapeNul(client))),
          ...options,
        });
      });
      return { kind: "committed", results };
    } catch (error) {
      if (error instanceof Refusal) return { kind: "refused", results: error.results };
      throw error;
    }
  };
};

interface Claimed {
  /** The seqs of the events that are new. */
  readonly claimed: ReadonlySet<number>;
  /** The clients that have open failures. */
  readonly open: ReadonlySet<string>;
}

type Holders = ReadonlyMap<string, Holder>;

const numbered = (events: readonly Prepared[]) =>
  events.flatMap((event, index) => (event.kind === "event" ? [[index + 1, event] as const] : []));

const clientsOf = (events: readonly Prepared[]): readonly string[] => [
  ...new Set(numbered(events).map(([, { facts }]) => facts.client)),
];

const arrivalsAt = ({ seq, atUs }: Head, events: readonly Prepared[]): readonly Arrival[] =>
  events.map((prepared, index) => ({ prepared, seq: seq - events.length + 1 + index, atUs }));

/** The holder of each identity in the group: an event of the group itself, or one that was counted before. */
const holdersFor = async (
  db: Queries,
  arrivals: readonly Arrival[],
  claimed: ReadonlySet<number>,
): Promise<Holders> => {
  const own = arrivals.flatMap(({ prepared, ...turn }) =>
    prepared.kind === "event" && claimed.has(turn.seq)
      ? [[identityOf(prepared), { event: storedEvent(prepared, turn), rawText: prepared.rawText }] as const]
      : [],
  );
  const holders = new Map<string, Holder>(own);
  const others = arrivals.flatMap(({ prepared }) =>
    prepared.kind === "event" && !holders.has(identityOf(prepared)) ? [prepared] : [],
  );
  for (const [identity, holder] of await holdersOf(db, others)) holders.set(identity, holder);
  return holders;
};

const holderOf = (holders: Holders, prepared: PreparedEvent): Holder => {
  const holder = holders.get(identityOf(prepared));
  if (holder === undefined) throw new Error("The identity of an event is taken, but no event has it.");
  return holder;
};

const failuresOf = (arrivals: readonly Arrival[], holders: Holders) =>
  arrivals.flatMap(({ prepared, ...turn }) => {
    if (prepared.kind === "invalid") return [invalidFailure(prepared, turn)];
    const { event } = holderOf(holders, prepared);
    return event.fingerprint === prepared.fingerprint ? [] : [conflictFailure(prepared, event, turn)];
  });

/** The events that are counted, now or before, of clients whose failures they may close. */
const mayResolve = (
  arrivals: readonly Arrival[],
  { holders, recorded, open }: { holders: Holders; recorded: ReadonlyMap<number, Failure>; open: ReadonlySet<string> },
) => {
  const clients = new Set<string | null>(open);
  for (const { client } of recorded.values()) clients.add(client);
  return arrivals.flatMap(({ prepared, seq }) => {
    if (prepared.kind === "invalid" || recorded.has(seq) || !clients.has(prepared.facts.client)) return [];
    return [{ prepared, seq, event: holderOf(holders, prepared).event.seq }];
  });
};

const resultOf = ({ prepared, ...turn }: Arrival, holders: Holders, failed: ReadonlyMap<number, Failure>): Result => {
  const failure = failed.get(turn.seq);
  if (prepared.kind === "invalid" && failure !== undefined) return rejected(prepared, failure, turn);
  if (prepared.kind === "invalid") throw new Error("A rejected event has no failure.");
  const { event, rawText } = holderOf(holders, prepared);
  if (event.seq === turn.seq) return accepted(prepared, event);
  if (failure === undefined) return duplicate(prepared, event, rawText);
  return conflict(prepared, { existing: event, failure, turn });
};

/**
 * The statement that writes what a group has brought: one for all tables, as each costs 50 µs where a group has one
 * event. It wakes the other servers as well, when its transaction is there for all to see.
 */
const createGroupWriter = (db: Queries) => {
  const parts = {
    raws: db.insert(rawEvents).select(rowsOf(rawEvents, "raws")),
    events: db.insert(normalizedEvents).select(rowsOf(normalizedEvents, "events")),
    entries: db.insert(processingLog).select(rowsOf(processingLog, "entries")),
    rollups: addingRollups(db, "rollups"),
    counters: addingCounters(db, "counters"),
  };
  const named = Object.entries(parts).map(([name, part]) => sql`${sql.identifier(name)} as ${part}`);
  const statement = prepare(sql`with ${sql.join(named, sql`, `)} select ${wakingOthers}`);

  return (
    arrivals: readonly Arrival[],
    results: readonly Result[],
    resolved: ReadonlyMap<number, number>,
  ): Statement => {
    const [rollups, counters] = [createRollupDeltas(), createCounterDeltas()];
    const raws: object[] = [];
    const events: Event[] = [];
    const entries = results.map((result, index) => {
      const { prepared, ...turn } = arrivals[index] as Arrival;
      const entry = entryOf(result, turn, resolved.get(turn.seq) ?? null);
      counters.add(entry.client, entry.action, turn.atUs);
      if (result.outcome === "ACCEPTED") {
        rollups.add(result.event);
        raws.push({ seq: turn.seq, receivedAtUs: turn.atUs, raw: prepared.rawText });
        events.push(result.event);
      }
      return entry;
    });
    return statement({
      ...arraysOf(rawEvents, "raws", raws),
      ...arraysOf(normalizedEvents, "events", events.map(toEventRow)),
      ...arraysOf(processingLog, "entries", entries),
      ...arraysOf(rollupTable, "rollups", rollups.deltas()),
      ...arraysOf(counterTable, "counters", counters.deltas()),
    });
  };
};
