// THE write: one transaction for a group of events. The unique indexes decide which events are new; what each of the
// others is, follows from the event that it meets. Two round trips where all are new, one more for those that are not,
// and two for failures.
import type { Micros } from "../../domain/calendar.ts";
import type { Event, Prepared, PreparedEvent, PreparedInvalid, Result } from "../../domain/event.ts";
import { type Failure, isUnresolved } from "../../domain/failure.ts";
import type { Chain } from "../chain.ts";
import { createCounterDeltas, createRollupDeltas, minutesOf } from "../deltas.ts";
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
  rejected,
  stale,
  storedEvent,
  type Turn,
} from "../outcomes.ts";
import { toEventRow } from "../rows.ts";
import type { Appended, AppendOptions } from "../storage.ts";
import { unescapeNul } from "./columns.ts";
import type { Queries } from "./drizzle.ts";
import {
  afterResolution,
  createOpenQuestion,
  firstResolved,
  recordFailures,
  resolveFailures,
} from "./failure-writer.ts";
import { failuresOf } from "./failures.ts";
import {
  createIdentityClaim,
  type Holder,
  type Holders,
  holdersOf,
  identityOf,
  type Placed,
  pastHolderOf,
} from "./identity.ts";
import { asOneStatement, endingLog, endOf } from "./log-writer.ts";
import { addingDeltas } from "./rollup-store.ts";
import { rollupDeltas } from "./rollup-tables.ts";
import { arraysOf, prepare, rowsOf, type Statement } from "./statement.ts";
import { addingCounters, addingMinutes } from "./stats.ts";
import { activity as activityTable, counters as counterTable, normalizedEvents, rawEvents } from "./tables.ts";
import type { Head, InTransaction, Transaction } from "./transaction.ts";

/** One event at its place in the log. */
interface Arrival extends Turn {
  readonly prepared: Prepared;
}

/** What an event is, once it is known which are new. */
type Verdict =
  | { readonly kind: "counted" | "conflict"; readonly prepared: PreparedEvent; readonly holder: Holder }
  | { readonly kind: "invalid"; readonly prepared: PreparedInvalid };

type Judged = Turn & Verdict;

/** `append` of the Storage interface, for one attempt. `nowUs` is the server's clock. */
export type Append = (events: readonly Prepared[], nowUs: Micros, options?: AppendOptions) => Promise<Appended>;

export const createAppend = (inTransaction: InTransaction, db: Queries): Append => {
  const claimIdentities = createIdentityClaim(db);
  const whichHaveOpen = createOpenQuestion(db);
  const write = createGroupWriter(db);

  const appendGroup = async (
    { db, run, commit }: Transaction,
    { arrivals, chain, claimed, open, atomic, fault }: Group & AppendOptions,
  ): Promise<Appended> => {
    const holders = await holdersFor(db, arrivals, claimed);
    const judged = arrivals.map((arrival) => judge(arrival, holders));
    await checkRetries(db, judged);
    const recorded = await recordFailures(db, judged.flatMap(failureOf));
    const resolutions = await resolveFailures(db, mayResolve(judged, { recorded, open }));
    const failed = afterResolution(recorded, resolutions);
    const results = judged.map((one) => resultOf(one, failed));
    if (atomic && results.some((result) => "failure" in result)) return { kind: "refused", results };
    const written = write({ judged, results, chain, resolved: firstResolved(resolutions) });
    if (fault === "DURING_TRANSACTION") await run(written);
    failAt("DURING_TRANSACTION", fault);
    await commit(written);
    return { kind: "committed", results };
  };

  return (events, nowUs, options = {}) => {
    const claims = claimIdentities(claimable(events), { count: events.length });
    const first = [...claims, whichHaveOpen(clientsOf(events))];
    return inTransaction({ count: events.length, nowUs, first }, async (transaction, head, answers) => {
      // Without a commit, what was claimed is free again.
      if (isStale(events, head.profilesAsOf)) return stale;
      const [open, claimed] = [answers.at(-1), answers.slice(0, -1)];
      return appendGroup(transaction, {
        ...{ arrivals: arrivalsAt(head, events), chain: head.chain },
        claimed: new Set(claimed.flatMap(({ rows }) => rows.map(({ seq }) => Number(seq)))),
        open: new Set(open?.rows.map(({ client }) => unescapeNul(client))),
        ...options,
      });
    });
  };
};

interface Group {
  readonly arrivals: readonly Arrival[];
  readonly chain: Chain;
  /** The seqs of the events that are new. */
  readonly claimed: ReadonlySet<number>;
  /** The clients that have open failures. */
  readonly open: ReadonlySet<string>;
}

const placed = (events: readonly Prepared[]): readonly Placed[] =>
  events.flatMap((event, index) => (event.kind === "event" ? [[index + 1, event] as const] : []));

const claimable = (events: readonly Prepared[]): readonly Placed[] =>
  placed(events).filter(([, { ifNew }]) => ifNew === undefined);

const clientsOf = (events: readonly Prepared[]): readonly string[] => [
  ...new Set(placed(events).map(([, { facts }]) => facts.client)),
];

const arrivalsAt = ({ seq, atUs }: Head, events: readonly Prepared[]): readonly Arrival[] =>
  events.map((prepared, index) => ({ prepared, seq: seq - events.length + 1 + index, atUs }));

/** The holder of each identity that the group asks for: an event of the group itself, or one that was counted before. */
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
  const others = arrivals.flatMap(({ prepared, seq }) =>
    prepared.kind === "event" && !claimed.has(seq) ? [prepared, ...(prepared.earlier ?? [])] : [],
  );
  const unknown = others.filter((identity) => !holders.has(identityOf(identity)));
  for (const [identity, holder] of await holdersOf(db, unknown)) holders.set(identity, holder);
  return holders;
};

const judge = ({ prepared, ...turn }: Arrival, holders: Holders): Judged => {
  if (prepared.kind === "invalid") return { ...turn, kind: "invalid", prepared };
  const found = holders.get(identityOf(prepared));
  // What comes later in the group does not hold anything yet.
  const holder = found !== undefined && found.event.seq <= turn.seq ? found : undefined;
  const isNew = holder?.event.seq === turn.seq;
  const past = isNew ? undefined : pastHolderOf(prepared, holders, turn);
  if (past !== undefined) return { ...turn, kind: "counted", prepared, holder: past };
  if (holder === undefined && prepared.ifNew !== undefined) {
    checkArrival(prepared);
    return { ...turn, kind: "invalid", prepared: prepared.ifNew };
  }
  if (holder === undefined) throw new Error("The identity of an event is taken, but no event has it.");
  const isSame = holder.event.fingerprint === prepared.fingerprint;
  if (!isSame) checkArrival(prepared);
  return { ...turn, kind: isSame ? "counted" : "conflict", prepared, holder };
};

/** Of two people who correct one failed event in different ways, one comes first, and the other's is not counted. */
const checkRetries = async (db: Queries, judged: readonly Judged[]): Promise<void> => {
  const added = judged.flatMap((one) =>
    one.kind === "counted" && one.holder.event.seq === one.seq && one.prepared.retry !== undefined
      ? [{ prepared: one.prepared, failure: one.prepared.retry.failure }]
      : [],
  );
  if (added.length === 0) return;
  const found = await failuresOf(db, { ids: added.map(({ failure }) => failure), identities: [] });
  const open = new Set(found.flatMap(({ failure }) => (isUnresolved(failure) ? [failure.id] : [])));
  for (const { prepared, failure } of added) if (!open.delete(failure)) checkArrival(prepared);
};

const failureOf = (judged: Judged) => {
  if (judged.kind === "invalid") return [invalidFailure(judged.prepared, judged)];
  return judged.kind === "conflict" ? [conflictFailure(judged.prepared, judged.holder.event, judged)] : [];
};

/** The events that are counted, now or before, where they may close a failure. */
const mayResolve = (
  judged: readonly Judged[],
  { recorded, open }: { recorded: ReadonlyMap<number, Failure>; open: ReadonlySet<string> },
) => {
  const clients = new Set<string | null>(open);
  for (const { client } of recorded.values()) clients.add(client);
  return judged.flatMap((one) => {
    if (one.kind !== "counted") return [];
    const { prepared, seq, holder } = one;
    if (prepared.retry === undefined && !clients.has(prepared.facts.client)) return [];
    return [{ prepared, seq, event: holder.event.seq }];
  });
};

const resultOf = (judged: Judged, failed: ReadonlyMap<number, Failure>): Result => {
  if (judged.kind === "counted") {
    const { prepared, holder, seq } = judged;
    if (holder.event.seq === seq) return accepted(prepared, holder.event);
    return duplicate(prepared, holder.event, holder.rawText);
  }
  const failure = failed.get(judged.seq);
  if (failure === undefined) throw new Error("An event that was not counted has no failure.");
  if (judged.kind === "invalid") return rejected(judged.prepared, failure, judged);
  return conflict(judged.prepared, { existing: judged.holder.event, failure, turn: judged });
};

interface Written {
  readonly judged: readonly Judged[];
  readonly results: readonly Result[];
  readonly chain: Chain;
  /** The failure that each event has closed, by the event's seq. */
  readonly resolved: ReadonlyMap<number, number>;
}

/** The failure that an event closes: the one that it is tried again for, or the first of those that it was. */
const closedBy = (judged: Judged, resolved: Written["resolved"]): number | null => {
  const retried = judged.kind === "counted" ? judged.prepared.retry?.failure : undefined;
  return retried ?? resolved.get(judged.seq) ?? null;
};

/** The statement that writes what a group has brought. */
const createGroupWriter = (db: Queries) => {
  const statement = prepare(
    asOneStatement({
      raws: db.insert(rawEvents).select(rowsOf(rawEvents, "raws")),
      events: db.insert(normalizedEvents).select(rowsOf(normalizedEvents, "events")),
      rollups: addingDeltas(db, "rollups"),
      counters: addingCounters(db, "counters"),
      minutes: addingMinutes(db, "minutes"),
      ...endingLog(db),
    }),
  );

  return ({ judged, results, chain, resolved }: Written): Statement => {
    const [rollups, counters] = [createRollupDeltas(), createCounterDeltas()];
    const raws: object[] = [];
    const events: Event[] = [];
    const entries = results.map((result, index) => {
      const one = judged[index] as Judged;
      const { prepared, seq, atUs } = one;
      const entry = chainEntry(chain, { prepared, result, turn: { seq, atUs }, resolved: closedBy(one, resolved) });
      counters.add(entry.client, result.outcome, atUs);
      if (result.outcome === "ACCEPTED") {
        rollups.add(result.event, result.event.seq);
        raws.push({ seq, receivedAtUs: atUs, raw: prepared.rawText });
        events.push(result.event);
      }
      return entry;
    });
    return statement({
      ...arraysOf(rawEvents, "raws", raws),
      ...arraysOf(normalizedEvents, "events", events.map(toEventRow)),
      ...arraysOf(rollupDeltas, "rollups", rollups.deltas()),
      ...arraysOf(counterTable, "counters", counters.deltas()),
      ...arraysOf(activityTable, "minutes", minutesOf(counters.deltas())),
      ...endOf({ entries, chain, toMove: 0, profilesAsOf: 0 }),
    });
  };
};
