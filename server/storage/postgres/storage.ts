// The PostgreSQL backend: any number of servers on one database, everything durable when it is answered. Faults of the
// connection are tried again where that is safe, and else told as UNAVAILABLE.
import type { Log } from "../../log.ts";
import { isSelective, type Match, type Storage } from "../storage.ts";
import { createAppend } from "./append.ts";
import { books } from "./books.ts";
import { openDatabase } from "./database.ts";
import { type Drizzle, drizzle, type Queries, sql } from "./drizzle.ts";
import { event, events, rawEvent, timesSeen } from "./events.ts";
import { countFailures, failure, failures, rawFailure } from "./failures.ts";
import { lacksPartition } from "./faults.ts";
import { holdersOf, identityOf } from "./identity.ts";
import { claim, extend, schedule, settle } from "./leases.ts";
import { startListener, wakingOthers } from "./listener.ts";
import { entries, head, lastAtUs } from "./log.ts";
import { ensurePartitions, type PartitionLength } from "./partitions.ts";
import { BEGIN_SNAPSHOT, transact } from "./pool.ts";
import { removeRawEvents } from "./retention.ts";
import { retrying } from "./retry.ts";
import { rollups } from "./rollups.ts";
import { clients, receivedSince, totals } from "./stats.ts";
import { createTransactions } from "./transaction.ts";

interface PostgresOptions {
  /** postgres://user@host:5432/name; several hosts may be given, with commas between. */
  readonly url: string;
  /** Where questions that may be long are asked, such as a standby. */
  readonly readUrl?: string | null;
  /** Most connections that this server opens. */
  readonly connections: number;
  readonly partitionLength: PartitionLength;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
  readonly log?: Pick<Log, "warn" | "info"> | undefined;
}

/** Opens the database. @throws Error where it cannot be reached or brought up to date. */
export const createPostgresStorage = async ({
  url,
  readUrl = null,
  connections,
  partitionLength,
  now,
  log,
}: PostgresOptions): Promise<Storage> => {
  const { id, addresses, writer, lookups, questions, close } = await openDatabase({ url, readUrl, connections, log });
  const inTransaction = createTransactions(writer, lookups);
  const appendOnce = createAppend(inTransaction, lookups);
  await retrying(() => ensurePartitions(writer, now(), partitionLength));
  const listeners = new Set<() => void>();
  const onGrown = (): void => {
    for (const listener of listeners) listener();
  };
  const listener = startListener({ addresses, onGrown, wake: () => lookups.execute(sql`select ${wakingOthers}`), log });

  const append: Storage["append"] = (events, options) =>
    retrying(async () => {
      const nowUs = now();
      try {
        return await appendOnce(events, nowUs, options);
      } catch (error) {
        if (!lacksPartition(error)) throw error;
        // Another server's clock may be ahead of this one's, and the head of the log with it.
        await ensurePartitions(writer, Math.max(nowUs, await lastAtUs(lookups)), partitionLength);
        return appendOnce(events, nowUs, options);
      }
    });

  const look = <T>(read: (db: Drizzle) => Promise<T>): Promise<T> => retrying(() => read(lookups));
  const ask = <T>(read: (db: Drizzle) => Promise<T>): Promise<T> => retrying(() => read(questions));
  // Whoever reads up to a place goes on behind it, so a standby that has not got there yet must not answer.
  const askUpTo = async <T>(below: number | undefined, read: (db: Queries) => Promise<T>): Promise<T> => {
    if (readUrl === null || below === undefined) return ask(read);
    const answer = await ask((db) =>
      transact(db.$client, BEGIN_SNAPSHOT, async (client) => {
        const snapshot = drizzle({ client });
        return (await head(snapshot)) >= below - 1 ? { rows: await read(snapshot) } : null;
      }),
    );
    return answer === null ? look(read) : answer.rows;
  };

  return {
    databaseId: id,
    append,
    onGrown: (listener) => {
      listeners.add(listener);
    },
    connections: () =>
      Object.entries({ writes: writer, lookups: lookups.$client, questions: questions.$client }).map(
        ([purpose, { totalCount, idleCount, waitingCount }]) => ({
          ...{ purpose, open: totalCount, idle: idleCount, waiting: waitingCount },
        }),
      ),
    // As an append without events: it needs all that the events need, the head of the log too. But to ask must not move
    // the log's time, which a clock that is wrong would do for all servers.
    checkWritable: () => retrying(() => inTransaction({ count: 0, nowUs: 0, first: [] }, ({ commit }) => commit())),
    match: (prepared) =>
      look(async (db): Promise<Match> => {
        const event = (await holdersOf(db, [prepared])).get(identityOf(prepared))?.event;
        if (event === undefined) return { outcome: "ACCEPTED" };
        return { outcome: event.fingerprint === prepared.fingerprint ? "DUPLICATE" : "CONFLICT", event };
      }),
    head: () => look(head),
    event: (seq) => look((db) => event(db, seq)),
    rawEvent: (seq) => look((db) => rawEvent(db, seq)),
    timesSeen: (seq) => look((db) => timesSeen(db, seq)),
    failure: (id) => look((db) => failure(db, id)),
    rawFailure: (id) => look((db) => rawFailure(db, id)),
    totals: (client) => look((db) => totals(db, client)),
    clients: (options) => look((db) => clients(db, options)),
    entries: (filter, range) => {
      const read = (db: Queries) => entries(db, filter, range);
      return isSelective(filter) ? askUpTo(range.below, read) : look(read);
    },
    events: (filter, range) => ask((db) => events(db, filter, range)),
    // The rollups know the number without looking at each event.
    countEvents: (filter) =>
      ask(async (db) => {
        const found = await rollups(db, { filter, groupBy: [], byTime: false });
        return found.reduce((sum, { count }) => sum + count, 0);
      }),
    failures: (filter, range) => ask((db) => failures(db, filter, range)),
    countFailures: (filter) => ask((db) => countFailures(db, filter)),
    rollups: (question) => ask((db) => rollups(db, question)),
    receivedSince: (options) => (options.client === null ? look : ask)((db) => receivedSince(db, options)),
    books: () => ask(books),
    // Short and by an index, so beside the lookups: the connections of the writers belong to the events. Tried again also
    // where the outcome is not known: what a lost claim has taken is free when its lease ends.
    leases: {
      schedule: (work, delayMs) => look((db) => schedule(db, work, delayMs)),
      claim: (options) => look((db) => claim(db, options)),
      extend: (held, leaseMs) => look((db) => extend(db, held, leaseMs)),
      settle: (held, next) => look((db) => settle(db, held, next)),
    },
    removeRawEvents: (options) => look((db) => removeRawEvents(db.$client, options)),
    close: async () => {
      await listener.close();
      await close();
    },
  };
};
