// What really reaches the disk. `synchronous` cannot be asked of another process's connection, so its calls to the
// system are counted while single events are sent one after the other: each must have been synced before its answer.
import BetterSqlite from "better-sqlite3";
import type { LimitJob } from "./peers/limit.ts";
import { traceProcess } from "./strace.ts";
import type { Workshop } from "./workshop.ts";

const REQUESTS = 200;

export interface Durability {
  readonly who: string;
  readonly journalMode: string;
  /** As the connection itself says; null where it cannot be asked. */
  readonly synchronous: number | null;
  /** Calls of fsync and fdatasync for each event sent alone; null where they cannot be counted. */
  readonly syncsPerEvent: number | null;
}

/** Measures the server, the reference design and the limit. */
export const observeDurability = async (workshop: Workshop): Promise<readonly Durability[]> => {
  const file = workshop.file("reference.db");
  const reference = await workshop.child("peers/reference.ts", file);
  const limit = await workshop.child("peers/limit.ts", workshop.file("limit.db"));
  const server = await workshop.server();
  const ours = await workshop.loader({ url: `${server.url}/graphql`, target: "event", ...alone });
  const theirs = await workshop.loader({ url: `${reference.ready.url}/api/events`, target: "reference", ...alone });
  const singles: LimitJob = { events: REQUESTS, eventsPerTransaction: 1 };
  return [
    {
      ...{ who: "Surecount", journalMode: journalModeOf(server.database), synchronous: null },
      syncsPerEvent: await countSyncs(server.pid, () => ours.run({})),
    },
    { who: "reference", ...saidBy(reference), syncsPerEvent: await countSyncs(reference.pid, () => theirs.run({})) },
    { who: "limit", ...saidBy(limit), syncsPerEvent: await countSyncs(limit.pid, () => limit.ask(singles)) },
  ];
};

const alone = { inFlight: 1, warmUpMs: 0, durationMs: 60_000, maxRequests: REQUESTS } as const;

const saidBy = ({ ready }: { readonly ready: Readonly<Record<string, unknown>> }) => ({
  journalMode: String(ready.journalMode),
  synchronous: Number(ready.synchronous),
});

/** It is kept in the file, and the same for all connections. */
const journalModeOf = (file: string): string => {
  const connection = new BetterSqlite(file, { readonly: true });
  const mode = String(connection.pragma("journal_mode", { simple: true }));
  connection.close();
  return mode;
};

const countSyncs = async (pid: number, send: () => Promise<unknown>): Promise<number | null> => {
  const trace = await traceProcess(pid, "-c", "-e", "trace=fsync,fdatasync");
  if (trace === null) return null;
  await send();
  return readSyncs(await trace.end()) / REQUESTS;
};

/** The sum of the column "calls" in the summary of strace. */
export const readSyncs = (summary: string): number =>
  [...summary.matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?f(?:data)?sync$/gm)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );

/** @throws Error where events were answered that had not been synced. What was not counted is not judged. */
export const assertSynced = (all: readonly Durability[]): void => {
  const unsynced = all.filter(({ syncsPerEvent }) => syncsPerEvent !== null && syncsPerEvent < 1);
  if (unsynced.length === 0) return;
  throw new Error(
    `Answered before it was on disk, with less than one sync an event: ${unsynced.map(({ who }) => who).join(", ")}.`,
  );
};

export const durabilityText = (all: readonly Durability[]): string => {
  const lines = all.map(({ who, journalMode, synchronous, syncsPerEvent }) => {
    const said = synchronous === null ? "" : `, synchronous=${synchronous === 2 ? "FULL" : synchronous}`;
    const counted =
      syncsPerEvent === null ? "syncs not counted: this needs strace" : `${syncsPerEvent.toFixed(2)} syncs an event`;
    return `${who}: journal_mode=${journalMode}${said}, ${counted}`;
  });
  return `durability  ${lines.join("\n            ")}  (events sent one after the other)`;
};
