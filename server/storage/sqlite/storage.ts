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

/** Opens the database. @throws Error where the file cannot be opened or is not a database. */
export const createSqliteStorage = ({ file, now, random }: SqliteOptions): Storage => {
  const db = openDatabase(file);
  const databaseId = databaseIdOf(db);
  const { append, match } = createAppend(db, now);
  const attempt = <T>(work: () => T): Promise<T> => withBusyRetry(work, random);

  return {
    databaseId,
    append: (prepared, options) => attempt(() => append(prepared, options)),
    match: (prepared) => attempt(() => match(prepared)),
    head: () => attempt(() => head(db)),
    entries: (filter, range) => attempt(() => entries(db, filter, range)),
    event: (seq) => attempt(() => event(db, seq)),
    events: (filter, range) => attempt(() => events(db, filter, range)),
    // The rollups know the number without looking at each event.
    countEvents: (filter) =>
      attempt(() => rollups(db, { filter, groupBy: [], byTime: false }).reduce((sum, { count }) => sum + count, 0)),
    rawEvent: (seq) => attempt(() => rawEvent(db, seq)),
    timesSeen: (seq) => attempt(() => timesSeen(db, seq)),
    failure: (id) => attempt(() => failure(db, id)),
    failures: (filter, range) => attempt(() => failures(db, filter, range)),
    countFailures: (filter) => attempt(() => countFailures(db, filter)),
    rawFailure: (id) => attempt(() => rawFailure(db, id)),
    rollups: (question) => attempt(() => rollups(db, question)),
    totals: (client) => attempt(() => totals(db, client)),
    clients: (options) => attempt(() => clients(db, options)),
    receivedSince: (options) => attempt(() => receivedSince(db, options)),
    books: () => attempt(() => books(db)),
    checkWritable: () => attempt(() => inTransaction(db, () => {})),
    close: async () => {
      db.$client.close();
    },
  };
};
