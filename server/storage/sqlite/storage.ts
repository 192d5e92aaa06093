// The SQLite backend: one file, one writer, everything durable when it is answered.
import type { Storage } from "../storage.ts";
import { createAppend } from "./append.ts";
import { books } from "./books.ts";
import { databaseIdOf, inTransaction, openDatabase, withBusyRetry } from "./database.ts";
import { event, events, rawEvent, timesSeen } from "./events.ts";
import { countFailures, failure, failures, rawFailure } from "./failures.ts";
import { entries, head } from "./log.ts";
import { rollups } from "./rollups.ts";
import { clients, receivedSince, totals } from "./stats.ts";

interface SqliteOptions {
  /** Path of the database file; it is created where there is none. */
  readonly file: string;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
  /** Chance, from 0 to 1: it spreads the attempts of those who wait for the same lock. */
  readonly random: () => number;
}

/** How long reads may follow each other before everything else gets its turn. */
const MAX_TURN_MS = 20;

/**
 * Reads are synchronous, and promises that are fulfilled at once never let the event loop go on. So a read that comes
 * late in a long row of them waits until the loop has turned.
 */
const createTurns = (): (() => Promise<void> | undefined) => {
  let startedAt: number | null = null;
  return () => {
    if (startedAt === null) {
      startedAt = performance.now();
      setImmediate(() => {
        startedAt = null;
      });
    }
    if (performance.now() - startedAt < MAX_TURN_MS) return undefined;
    return new Promise((resolve) => setImmediate(resolve));
  };
};

/** Opens the database. @throws Error where the file cannot be opened or is not a database. */
export const createSqliteStorage = ({ file, now, random }: SqliteOptions): Storage => {
  const db = openDatabase(file);
  const databaseId = databaseIdOf(db);
  const { append, match } = createAppend(db, now);
  const takeTurn = createTurns();
  const write = <T>(work: () => T): Promise<T> => withBusyRetry(work, random);
  const read = async <T>(work: () => T): Promise<T> => {
    for (let turn = takeTurn(); turn !== undefined; turn = takeTurn()) await turn;
    return write(work);
  };

  return {
    databaseId,
    append: (prepared, options) => write(() => append(prepared, options)),
    match: (prepared) => read(() => match(prepared)),
    head: () => read(() => head(db)),
    entries: (filter, range) => read(() => entries(db, filter, range)),
    event: (seq) => read(() => event(db, seq)),
    events: (filter, range) => read(() => events(db, filter, range)),
    // The rollups know the number without looking at each event.
    countEvents: (filter) =>
      read(() => rollups(db, { filter, groupBy: [], byTime: false }).reduce((sum, { count }) => sum + count, 0)),
    rawEvent: (seq) => read(() => rawEvent(db, seq)),
    timesSeen: (seq) => read(() => timesSeen(db, seq)),
    failure: (id) => read(() => failure(db, id)),
    failures: (filter, range) => read(() => failures(db, filter, range)),
    countFailures: (filter) => read(() => countFailures(db, filter)),
    rawFailure: (id) => read(() => rawFailure(db, id)),
    rollups: (question) => read(() => rollups(db, question)),
    totals: (client) => read(() => totals(db, client)),
    clients: (options) => read(() => clients(db, options)),
    receivedSince: (options) => read(() => receivedSince(db, options)),
    books: () => read(() => books(db)),
    checkWritable: () => write(() => inTransaction(db, () => {})),
    close: async () => {
      db.$client.close();
    },
  };
};
