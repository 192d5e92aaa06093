// The PostgreSQL backend: any number of servers on one database, everything durable when it is answered. Faults of the
// connection are tried again where that is safe, and else told as UNAVAILABLE.
import type { Micros } from "../../domain/calendar.ts";
import type { Log } from "../../log.ts";
import { isSelective, type Storage } from "../storage.ts";
import { createPerform } from "./acts.ts";
import { createAddresses } from "./addresses.ts";
import { takeAllowance } from "./allowances.ts";
import { createAppend } from "./append.ts";
import { books } from "./books.ts";
import { openDatabase } from "./database.ts";
import { type Drizzle, drizzle, type Queries, sql } from "./drizzle.ts";
import { event, events, rawEvent, rawEventsOf, timesSeen } from "./events.ts";
import { failureGroups } from "./failure-groups.ts";
import { countFailures, dueFailures, failure, failures, rawFailure } from "./failures.ts";
import { lacksPartition } from "./faults.ts";
import { figures } from "./figures.ts";
import { createFolding } from "./folding.ts";
import { history, writeHistory } from "./history.ts";
import { match } from "./identity.ts";
import { advanceJob, job, jobs, jobTally, runningJobs } from "./jobs.ts";
import { claim, extend, schedule, settle } from "./leases.ts";
import { startListener, wakingOthers } from "./listener.ts";
import { entries, head, lastAtUs } from "./log.ts";
import { ensurePartitions, type PartitionLength } from "./partitions.ts";
import { BEGIN_SNAPSHOT, transact } from "./pool.ts";
import { profiles, profileVersions } from "./profiles.ts";
import { oldEvents, removeRawEvents } from "./retention.ts";
import { retrying } from "./retry.ts";
import { rollupChanges } from "./rollup-changes.ts";
import { countEvents, rollups } from "./rollups.ts";
import { openSnapshot } from "./snapshot.ts";
import { activity, clients, receivedSince, totals } from "./stats.ts";
import { createTokenStore } from "./tokens.ts";
import { createTransactions } from "./transaction.ts";
import { webhookReads, webhookWrites } from "./webhooks.ts";

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
  /** Called with how long each group of events waited for the lock that lets it write. */
  readonly onLocked?: ((seconds: number) => void) | undefined;
  /** How many entries old the deltas of rollups become before they are folded. */
  readonly foldAfterEntries?: number;
}

/** Opens the database. @throws Error where it cannot be reached or brought up to date. */
export const createPostgresStorage = async ({
  url,
  readUrl = null,
  connections,
  partitionLength,
  now,
  log,
  onLocked,
  foldAfterEntries,
}: PostgresOptions): Promise<Storage> => {
  const { id, addresses, writer, lookups, questions, close } = await openDatabase({ url, readUrl, connections, log });
  const inTransaction = createTransactions({ pool: writer, db: lookups, databaseId: id, onLocked });
  const append = createAppend(inTransaction, lookups);
  const perform = createPerform(inTransaction, lookups);
  const folding = createFolding({ inTransaction, log, afterEntries: foldAfterEntries });
  await retrying(() => ensurePartitions(writer, now(), partitionLength));
  const listeners = new Set<() => void>();
  const onGrown = (): void => {
    for (const listener of listeners) listener();
  };
  const listener = startListener({ addresses, onGrown, wake: () => lookups.execute(sql`select ${wakingOthers}`), log });

  const write = <T>(work: (nowUs: Micros) => Promise<T>): Promise<T> =>
    retrying(async () => {
      const nowUs = now();
      try {
        return await work(nowUs);
      } catch (error) {
        if (!lacksPartition(error)) throw error;
        // Another server's clock may be ahead of this one's, and the head of the log with it.
        await ensurePartitions(writer, Math.max(nowUs, await lastAtUs(lookups)), partitionLength);
        return work(nowUs);
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
    backend: "POSTGRESQL",
    databaseId: id,
    append: async (events, options) => {
      const appended = await write((nowUs) => append(events, nowUs, options));
      if (appended.kind === "committed") folding.note(events.length);
      return appended;
    },
    perform: (acts) => write((nowUs) => perform(acts, nowUs)),
    onGrown: (listener) => {
      listeners.add(listener);
    },
    figures: () => look((db) => figures(db, now())),
    connections: () =>
      Object.entries({ writes: writer, lookups: lookups.$client, questions: questions.$client }).map(
        ([purpose, { options, totalCount, idleCount, waitingCount }]) => ({
          ...{ purpose, most: options.max, open: totalCount, idle: idleCount, waiting: waitingCount },
        }),
      ),
    // As an append without events: it needs all that the events need, the head of the log too. But to ask must not move
    // the log's time, which a clock that is wrong would do for all servers.
    checkWritable: () => retrying(() => inTransaction({ count: 0, nowUs: 0, first: [] }, ({ commit }) => commit())),
    match: (prepared) => look((db) => match(db, prepared)),
    head: () => look(head),
    event: (seq) => look((db) => event(db, seq)),
    rawEvent: (seq) => look((db) => rawEvent(db, seq)),
    rawEvents: (seqs) => look((db) => rawEventsOf(db, seqs)),
    timesSeen: (seq) => look((db) => timesSeen(db, seq)),
    failure: (id) => look((db) => failure(db, id)),
    rawFailure: (id) => look((db) => rawFailure(db, id)),
    dueFailures: (options) => look((db) => dueFailures(db, options)),
    // What events are read with, and what is done with them, must not be that of a moment ago.
    profileVersions: (client, after) => look((db) => profileVersions(db, client, after)),
    profiles: (range) => look((db) => profiles(db, range)),
    job: (id) => look((db) => job(db, id)),
    jobs: (range) => look((db) => jobs(db, range)),
    runningJobs: () => look(runningJobs),
    advanceJob: (progress) => look((db) => advanceJob(db, progress)),
    totals: (client) => look((db) => totals(db, client)),
    clients: (options) => look((db) => clients(db, options)),
    activity: (options) => look((db) => activity(db, options)),
    entries: (filter, range) => {
      const read = (db: Queries) => entries(db, filter, range);
      return isSelective(filter) ? askUpTo(range.below, read) : look(read);
    },
    events: (filter, range) => askUpTo(range.below, (db) => events(db, filter, range)),
    countEvents: (filter) => ask((db) => countEvents(db, filter)),
    failures: (filter, range) => askUpTo(range.below, (db) => failures(db, filter, range)),
    countFailures: (filter) => ask((db) => countFailures(db, filter)),
    failureGroups: (question) => ask((db) => failureGroups(db, question)),
    jobTally: (id) => ask((db) => jobTally(db, id)),
    rollups: (question) => ask((db) => rollups(db, question)),
    rollupChanges: (question, since) => ask((db) => rollupChanges(db, question, since)),
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
    oldEvents: (options) => look((db) => oldEvents(db, options)),
    tokens: createTokenStore(look),
    takeAllowance: (asked) => look((db) => takeAllowance(db, asked)),
    // Tried again also where the outcome is not known: what was written already is not as it was read any more.
    webhooks: {
      endpoints: () => look(webhookReads.endpoints),
      endpoint: (id) => look((db) => webhookReads.endpoint(db, id)),
      due: (nowUs) => look((db) => webhookReads.due(db, nowUs)),
      unsent: (endpoint) => look((db) => webhookReads.unsent(db, endpoint)),
      deliveries: (filter, range) => look((db) => webhookReads.deliveries(db, filter, range)),
      countDeliveries: (filter) => look((db) => webhookReads.countDeliveries(db, filter)),
      delivery: (id) => look((db) => webhookReads.delivery(db, id)),
      attempts: (of, limit) => look((db) => webhookReads.attempts(db, of, limit)),
      advance: (step) => look((db) => webhookWrites.advance(db, step)),
      settle: (outcome) => look((db) => webhookWrites.settle(db, outcome)),
      addTest: (delivery, outcome) => look((db) => webhookWrites.addTest(db, delivery, outcome)),
      requeue: (filter) => look((db) => webhookWrites.requeue(db, filter)),
      skip: (delivery, atUs) => look((db) => webhookWrites.skip(db, delivery, atUs)),
    },
    history: {
      write: (rows, outdated) => writeHistory(lookups, rows, outdated),
      read: (question) => look((db) => history(db, question)),
    },
    removeRawEvents: (options) => look((db) => removeRawEvents(db.$client, options)),
    openSnapshot: () => openSnapshot(readUrl === null ? addresses : createAddresses(readUrl)),
    close: async () => {
      await listener.close();
      await folding.end();
      await close();
    },
  };
};
