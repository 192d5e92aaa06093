// What 10,000 clients and 1,000,000,000 events a day need, computed from what was measured. It is a sum, not a
// measurement: what it assumes is named below its table.
import type { EventCost } from "./cost.ts";
import { figure, type Table } from "./table.ts";

const EVENTS_PER_DAY = 1_000_000_000;
const CLIENTS = 10_000;
/** Metrics, each in one unit, that a client sends. */
const SERIES_PER_CLIENT = 3;
/** The busiest moment over the average. */
const PEAK = 3;
/** How much of a core may be used at the peak. */
const BUSY = 0.7;
/** How long payloads, events and entries are kept; identities stay for ever. */
const KEPT_DAYS = 30;

const PARTITIONED_TABLES = 3;
const SECONDS_PER_DAY = 86_400;
const QUARTERS_PER_DAY = 96;

/** What was measured of one kind of load. */
export interface Measured {
  readonly load: string;
  readonly cost: EventCost;
  /** The most that one database took, over all numbers of servers. */
  readonly mostPerSecond: number;
}

/** What was measured of the database. */
export interface Footprint {
  /** An event, of what retention can drop. */
  readonly removableBytes: number;
  /** An event, of what stays for ever. */
  readonly stayingBytes: number;
  readonly rollupRowBytes: number;
  readonly connectionsPerServer: number;
}

export interface Need {
  readonly busyServerCores: number;
  /** Cores to provide for the peak. A server is one process on one core. */
  readonly serverCores: number;
  readonly busyPostgresCores: number;
  readonly postgresCores: number;
  /** CPU of PostgreSQL at the peak, in cores: nearly all of it is spent while the log is locked. */
  readonly turnsAtPeak: number;
  readonly walBytesPerDay: number;
  readonly connections: number;
}

const AVERAGE = EVENTS_PER_DAY / SECONDS_PER_DAY;

/** What that many events need where each costs as much as measured. */
export const needOf = (cost: EventCost, { connectionsPerServer }: Pick<Footprint, "connectionsPerServer">): Need => {
  const busyCores = (costUs: number): number => (AVERAGE * costUs) / 1e6;
  const coresFor = (costUs: number): number => Math.ceil((busyCores(costUs) * PEAK) / BUSY);
  const serverCores = coresFor(cost.serversUs);
  return {
    ...{ busyServerCores: busyCores(cost.serversUs), serverCores },
    ...{ busyPostgresCores: busyCores(cost.postgresUs), postgresCores: coresFor(cost.postgresUs) },
    turnsAtPeak: busyCores(cost.postgresUs) * PEAK,
    walBytesPerDay: cost.walBytes * EVENTS_PER_DAY,
    connections: serverCores * connectionsPerServer,
  };
};

/** The table for people: a column for each kind of load. */
export const estimateTable = (all: readonly Measured[], footprint: Footprint): Table => {
  const needs = all.map(({ cost }) => needOf(cost, footprint));
  const each = (name: string, cell: (need: Need) => string): readonly string[] => [name, ...needs.map(cell)];
  const same = (name: string, cell: string): readonly string[] => each(name, () => cell);
  const { removableBytes, stayingBytes, rollupRowBytes } = footprint;
  const rollupsPerDay = CLIENTS * SERIES_PER_CLIENT * QUARTERS_PER_DAY;
  return {
    name: "postgres-estimate",
    title: `what ${figure(CLIENTS)} clients and ${figure(EVENTS_PER_DAY)} events a day need`,
    columns: ["need", ...all.map(({ load }) => load)],
    rows: [
      same("events a second, average and peak", `${figure(AVERAGE)}, ${figure(AVERAGE * PEAK)}`),
      each("cores busy with Surecount on average", ({ busyServerCores }) => figure(busyServerCores)),
      each("cores for Surecount, a server each", ({ serverCores }) => figure(serverCores)),
      each("clients of each server", ({ serverCores }) => figure(Math.ceil(CLIENTS / serverCores))),
      each("cores busy with PostgreSQL on average", ({ busyPostgresCores }) => figure(busyPostgresCores)),
      each("cores for PostgreSQL", ({ postgresCores }) => figure(postgresCores)),
      each("cores in the turns of the log at the peak", ({ turnsAtPeak }) => figure(turnsAtPeak)),
      ["most that one log took here, events/s", ...all.map(({ mostPerSecond }) => figure(mostPerSecond))],
      each("connections to PostgreSQL while writing", ({ connections }) => figure(connections)),
      each("WAL a day", ({ walBytesPerDay }) => gigabytes(walBytesPerDay)),
      same("disk a day that retention drops", gigabytes(removableBytes * EVENTS_PER_DAY)),
      same(`disk for ${KEPT_DAYS} days of it`, gigabytes(removableBytes * EVENTS_PER_DAY * KEPT_DAYS)),
      same("disk a day that stays: identities", gigabytes(stayingBytes * EVENTS_PER_DAY)),
      same("disk a day that stays: rollups", gigabytes(rollupRowBytes * rollupsPerDay)),
      same("partitions, one a day for each table", figure(PARTITIONED_TABLES * KEPT_DAYS)),
    ],
    ...{ notes, checks: [], runs: { all, footprint, needs } },
  };
};

const gigabytes = (bytes: number): string => `${figure(bytes / 1e9)} GB`;

const notes = [
  `Assumed: the peak is ${PEAK} times the average and may use ${BUSY * 100} % of each core; each client sends ${SERIES_PER_CLIENT} metrics, each in one unit, in every quarter of an hour; payloads, events and entries are kept for ${KEPT_DAYS} days, identities and rollups for ever; events are like those of this benchmark, all new.`,
  "Assumed: an event costs what it cost with the most servers here, on cores like these and without a network between; the most that one log took is with load, servers and PostgreSQL on the same cores. Events sent alone are committed together with those that arrive meanwhile, so that each costs less where more are under way.",
  "Not in it: reading, replicas, backups and their copies of the WAL, and what caches that no longer hold the indexes cost: the databases measured here fit into memory.",
  "Commits take turns, because the log is in their order. Where the turns at the peak come near one core, one PostgreSQL is not enough, however many cores it has: send batches, or distribute the clients over several databases.",
];
