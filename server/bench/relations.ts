// What a PostgreSQL database with events takes: the bytes of each table, its indexes and partitions included, and the
// connections that its servers hold.
import { z } from "zod";
import type { Database } from "./database.ts";
import type { Footprint } from "./estimate.ts";
import { figure, megabytes, type Table } from "./table.ts";

const SIZES = `
  select coalesce(parent.relname, own.relname) as "table", sum(pg_total_relation_size(own.oid)) as "sizeBytes"
  from pg_class own left join pg_inherits on inhrelid = own.oid left join pg_class parent on parent.oid = inhparent
  where own.relkind = 'r' and own.relnamespace = 'public'::regnamespace
  group by 1 order by 2 desc`;

const sizes = z.array(z.object({ table: z.string(), sizeBytes: z.coerce.number() }));

/** Partitioned, so that retention can drop what is old. */
const REMOVABLE: readonly string[] = ["raw_events", "normalized_events", "processing_log"];

const COUNTS = `select (select count(*) from event_identities) as events, (select count(*) from rollups) as rollups,
  (select count(*) from pg_stat_activity where datname = current_database() and application_name = 'surecount') as connections`;

const counts = z.object({ events: z.coerce.number(), rollups: z.coerce.number(), connections: z.coerce.number() });

export interface Inventory extends z.infer<typeof counts> {
  /** The largest first. */
  readonly relations: z.infer<typeof sizes>;
}

/** Frees the small tables of old versions of their rows, of which a short and heavy load leaves many. */
export const inventoryOf = async ({ query }: Pick<Database, "query">): Promise<Inventory> => {
  await query("vacuum full rollups, counters, activity, log_head");
  return { ...counts.parse((await query(COUNTS))[0]), relations: sizes.parse(await query(SIZES)) };
};

export const footprintOf = ({ events, rollups, connections, relations }: Inventory, servers: number): Footprint => {
  const bytesOf = (tables: readonly string[]): number =>
    relations.reduce((sum, { table, sizeBytes }) => sum + (tables.includes(table) ? sizeBytes : 0), 0);
  return {
    removableBytes: bytesOf(REMOVABLE) / events,
    stayingBytes: bytesOf(["event_identities"]) / events,
    rollupRowBytes: bytesOf(["rollups"]) / rollups,
    connectionsPerServer: Math.ceil(connections / servers),
  };
};

const SHOWN_BYTES_PER_EVENT = 0.05;

export const inventoryTable = ({ relations, events, ...others }: Inventory): Table => ({
  ...{ name: "postgres-disk", title: `what an event takes in PostgreSQL, with ${figure(events)} stored` },
  columns: ["table with its indexes", "size", "bytes an event"],
  rows: relations
    .filter(({ sizeBytes }) => sizeBytes / events >= SHOWN_BYTES_PER_EVENT)
    .map(({ table, sizeBytes }) => [table, megabytes(sizeBytes), figure(sizeBytes / events)]),
  notes: [
    "Whole files, as pg_total_relation_size gives them. rollups, counters, activity and log_head grow with series and time, not with events; they were freed of old versions of their rows before.",
  ],
  ...{ checks: [], runs: { relations, events, ...others } },
});
