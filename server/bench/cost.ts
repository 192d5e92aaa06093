// What a load costs: CPU time of the servers and of all PostgreSQL's processes, and what was written ahead. The load
// generators are not counted.
import type { Database } from "./database.ts";
import { cpuMsOf, familyCpuMsOf } from "./processes.ts";

export interface Cost {
  readonly serversMs: number;
  readonly postgresMs: number;
  /** Bytes of the write-ahead log, whole pages after a checkpoint included. */
  readonly walBytes: number;
}

export interface CostMeter {
  /** Nothing else should use the PostgreSQL meanwhile. `pids`: the servers. */
  measure<T>(pids: readonly number[], work: () => Promise<T>): Promise<{ readonly result: T; readonly cost: Cost }>;
}

const POSTMASTER = "select split_part(pg_read_file('postmaster.pid'), e'\\n', 1) as pid";
const WRITTEN = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes";

/** Measures what is done on the PostgreSQL of this database, which must run on this machine. */
export const createCostMeter = async ({ query }: Pick<Database, "query">): Promise<CostMeter> => {
  const postmaster = Number((await query(POSTMASTER))[0]?.pid);
  const spent = async (pids: readonly number[]): Promise<Cost> => {
    const walBytes = Number((await query(WRITTEN))[0]?.bytes);
    return { serversMs: cpuMsOf(pids), postgresMs: familyCpuMsOf(postmaster), walBytes };
  };
  return {
    measure: async (pids, work) => {
      const before = await spent(pids);
      const result = await work();
      const after = await spent(pids);
      const cost = {
        serversMs: after.serversMs - before.serversMs,
        postgresMs: after.postgresMs - before.postgresMs,
        walBytes: after.walBytes - before.walBytes,
      };
      return { result, cost };
    },
  };
};

/** The cost of each event where so many were stored. */
export interface EventCost {
  readonly serversUs: number;
  readonly postgresUs: number;
  readonly walBytes: number;
}

export const costOfEvent = ({ serversMs, postgresMs, walBytes }: Cost, events: number): EventCost => ({
  serversUs: (serversMs * 1_000) / events,
  postgresUs: (postgresMs * 1_000) / events,
  walBytes: walBytes / events,
});
