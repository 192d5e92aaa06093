// What an event costs by how many servers share the database, beside what others cost on the same PostgreSQL.
import type { EventCost } from "./cost.ts";
import { type Speed, speedCells } from "./speed.ts";
import { median } from "./statistics.ts";
import { figure, type Table } from "./table.ts";

/** A measurement of anyone who writes to the PostgreSQL. */
export interface CostedRun extends Speed {
  readonly cost: EventCost;
  /** NaN where it cannot be asked. */
  readonly eventsPerCommit: number;
}

export interface Costed {
  readonly load: string;
  readonly who: string;
  readonly runs: readonly CostedRun[];
}

/** The medians of the single figures. */
export const medianCost = (runs: readonly CostedRun[]): EventCost => ({
  serversUs: median(runs.map(({ cost }) => cost.serversUs)),
  postgresUs: median(runs.map(({ cost }) => cost.postgresUs)),
  walBytes: median(runs.map(({ cost }) => cost.walBytes)),
});

const columns = [
  ...["load", "who", "events/s", "p50", "p99"],
  ...["its CPU an event", "PostgreSQL's CPU", "WAL", "events a commit"],
];

const notes = [
  "Each server has its own load of this size, so that two servers have twice the load in flight. CPU time is of all threads, and of all PostgreSQL's processes; the load generators are not counted, but take their share of the same cores, so that events/s says less than the cost as servers are added.",
  "WAL: bytes of the write-ahead log an event.",
];

export const costTable = (all: readonly Costed[]): Table => ({
  ...{ name: "postgres-cost", title: "cost of an event as servers are added", columns, notes },
  rows: all.filter(({ runs }) => runs.length > 0).map(rowOf),
  ...{ checks: [], runs: all },
});

const rowOf = ({ load, who, runs }: Costed): readonly string[] => {
  const { serversUs, postgresUs, walBytes } = medianCost(runs);
  const eventsPerCommit = median(runs.map((run) => run.eventsPerCommit));
  return [
    load,
    who,
    ...speedCells(runs),
    micros(serversUs),
    micros(postgresUs),
    bytes(walBytes),
    figure(eventsPerCommit),
  ];
};

const micros = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(1)} µs` : "-");
const bytes = (value: number): string => (Number.isFinite(value) ? `${figure(value)} B` : "-");
