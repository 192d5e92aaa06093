// Two writers of this build, each on a database of its own: one that keeps rollups, and one whose rollup store does
// nothing. Both are given the same events, read and ready for the commit.
import { join } from "node:path";
import type { Prepared } from "../../domain/event.ts";
import { createProfileBook } from "../../domain/profile-book.ts";
import { prepare } from "../../pipeline/prepare.ts";
import { createAppend } from "../../storage/sqlite/append.ts";
import { databaseIdOf, openDatabase } from "../../storage/sqlite/database.ts";
import { createGuard } from "../../storage/sqlite/guard.ts";
import { createLogWriter } from "../../storage/sqlite/log-writer.ts";
import { createRollupStore, type RollupStore } from "../../storage/sqlite/rollup-store.ts";
import { allNew, createEventSource } from "../events.ts";
import { serveParent } from "../parent.ts";

export const sides = ["with", "without"] as const;
export type Side = (typeof sides)[number];
/** now: as all tables send them. history: a year in order of time, a few hours in each group. */
export type Times = "now" | "history";

export interface WritersJob {
  readonly events: number;
  readonly eventsPerTransaction: number;
  readonly times: Times;
}

export interface Written {
  readonly eventsPerSecond: number;
  /** Of the whole process. */
  readonly cpuUsPerEvent: number;
  /** The same with what it took to read the events. */
  readonly withReadingUs: number;
}

const folder = process.argv[2] ?? "";
const nothing: RollupStore = { add: () => {}, run: () => {} };

const createSide = (times: Times, side: Side) => {
  const file = join(folder, `${times}-${side}.db`);
  const db = openDatabase(file);
  const log = createLogWriter(db, databaseIdOf(db));
  const rollupStore = side === "with" ? createRollupStore(db) : nothing;
  const append = createAppend(db, { log, rollupStore, onLocked: () => {} });
  const guard = createGuard({ connection: db.$client, file });
  const countRows = db.$client.prepare<[], number>("select count(*) from normalized_events").pluck();
  return {
    write: (group: readonly Prepared[]): void => {
      guard.run(() => append(group, nowUs()), 0);
      guard.tidy();
    },
    stored: (): number => countRows.get() ?? 0,
  };
};

const nowUs = (): number => Date.now() * 1_000;

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const YEAR_MS = 365 * 86_400_000;
/** Of a history: so many events are a year. */
const EVENTS_A_YEAR = 2_000_000;

const createReader = (times: Times) => {
  const source = createEventSource({ first: 0, mix: allNew });
  const book = createProfileBook([], 0);
  const endMs = Date.now();
  const timeOf = (): string =>
    new Date(endMs - YEAR_MS * (1 - (source.made % EVENTS_A_YEAR) / EVENTS_A_YEAR)).toISOString();
  return (): Prepared => {
    const raw = JSON.parse(source.next());
    const submitted = { raw: times === "now" ? raw : { ...raw, timestamp: timeOf() }, idempotencyKey: null };
    return prepare(submitted, book.read(submitted, nowUs()), nowUs());
  };
};

const createPair = (times: Times) => ({
  read: createReader(times),
  with: createSide(times, "with"),
  without: createSide(times, "without"),
});

const pairs = new Map<Times, ReturnType<typeof createPair>>();

const pairOf = (times: Times): ReturnType<typeof createPair> => {
  const pair = pairs.get(times) ?? createPair(times);
  pairs.set(times, pair);
  return pair;
};

/** The same new events to both, one after the other in each transaction's turn, so that both have the machine alike. */
const write = ({ events, eventsPerTransaction, times }: WritersJob): Readonly<Record<Side, Written>> => {
  const pair = pairOf(times);
  const spent = { with: { cpu: 0, ms: 0 }, without: { cpu: 0, ms: 0 } };
  let readingUs = 0;
  for (let written = 0; written < events; written += eventsPerTransaction) {
    const began = cpuUs();
    const group = Array.from({ length: eventsPerTransaction }, pair.read);
    readingUs += cpuUs() - began;
    for (const side of sides) {
      const [startCpu, startMs] = [cpuUs(), performance.now()];
      pair[side].write(group);
      spent[side].cpu += cpuUs() - startCpu;
      spent[side].ms += performance.now() - startMs;
    }
  }
  const writtenBy = ({ cpu, ms }: { readonly cpu: number; readonly ms: number }): Written => ({
    eventsPerSecond: events / (ms / 1_000),
    cpuUsPerEvent: cpu / events,
    withReadingUs: (cpu + readingUs) / events,
  });
  return { with: writtenBy(spent.with), without: writtenBy(spent.without) };
};

export type WritersQuestion = WritersJob | { readonly stored: Times };

serveParent({}, (question: WritersQuestion) => {
  if (!("stored" in question)) return write(question);
  const pair = pairOf(question.stored);
  return { with: pair.with.stored(), without: pair.without.stored() };
});
