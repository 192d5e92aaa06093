// The limit: how fast SQLite takes the server's rows in this Node, on this disk, when nothing else is to be done.
import { allNew, createEventSource } from "../events.ts";
import { serveParent } from "../parent.ts";
import { rowsOf } from "./limit-rows.ts";
import { createLimitWriter, openLimitDatabase } from "./limit-writer.ts";

export interface LimitJob {
  readonly events: number;
  readonly eventsPerTransaction: number;
}

export interface LimitReport {
  readonly eventsPerSecond: number;
  /** All events written so far. */
  readonly written: number;
  /** All rows in normalized_events. */
  readonly stored: number;
}

const connection = openLimitDatabase(process.argv[2] ?? "");
const write = createLimitWriter(connection);
const countRows = connection.prepare("select count(*) from normalized_events").pluck();
const source = createEventSource({ first: 0, mix: allNew });

const runLimit = ({ events, eventsPerTransaction }: LimitJob): LimitReport => {
  const groups = Array.from({ length: Math.ceil(events / eventsPerTransaction) }, () => {
    const firstSeq = source.made + 1;
    const texts = Array.from({ length: eventsPerTransaction }, source.next);
    return rowsOf({ texts, firstSeq, atUs: Date.now() * 1_000 });
  });
  const startedAt = performance.now();
  for (const group of groups) write(group);
  const seconds = (performance.now() - startedAt) / 1000;
  const eventsPerSecond = (groups.length * eventsPerTransaction) / seconds;
  return { eventsPerSecond, written: source.made, stored: Number(countRows.get()) };
};

const pragma = (name: string): unknown => connection.pragma(name, { simple: true });
serveParent({ journalMode: pragma("journal_mode"), synchronous: pragma("synchronous") }, runLimit);
