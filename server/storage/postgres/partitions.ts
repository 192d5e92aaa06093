// The partitions of what grows without end. A partition begins where the one before ends, so that their length may be
// changed at any time; it is made when the first row for it comes.
import type pg from "pg";
import type { Micros } from "../../domain/calendar.ts";
import { formatMicros } from "../../domain/timestamp.ts";
import { BEGIN_BRIEFLY, transact } from "./pool.ts";

export type PartitionLength = "day" | "month";

const PARTITIONED = ["raw_events", "normalized_events", "processing_log"] as const;
export type Partitioned = (typeof PARTITIONED)[number];

export interface Partition {
  /** As it is written in SQL. */
  readonly name: string;
  /** Inclusive. */
  readonly fromUs: Micros;
  /** Exclusive. */
  readonly toUs: Micros;
}

/** Of several servers that miss a partition one makes it. */
const PARTITION_LOCK = "1398098511, 2";

// The bounds are read as PostgreSQL writes them, as instants, so that the session's time zone does not matter. One that
// somebody made without two bounds, such as a default partition, may hold rows of any time.
const LIST = `
  select child.oid::regclass::text as name, (extract(epoch from bounds[1]::timestamptz) * 1000000)::float8 as "fromUs",
    (extract(epoch from bounds[2]::timestamptz) * 1000000)::float8 as "toUs"
  from pg_inherits
  join pg_class child on child.oid = inhrelid
  cross join regexp_match(pg_get_expr(child.relpartbound, child.oid), 'FROM \\(''(.+)''\\) TO \\(''(.+)''\\)') as bounds
  where inhparent = $1::regclass and not inhdetachpending and bounds is not null
  order by 2`;

/** The partitions of a table that have a beginning and an end, oldest first. */
export const partitionsOf = async (
  client: Pick<pg.ClientBase | pg.Pool, "query">,
  table: Partitioned,
): Promise<readonly Partition[]> => (await client.query<Partition>(LIST, [table])).rows;

/** Makes the partitions that rows of this instant go into, where they are missing. */
export const ensurePartitions = (pool: pg.Pool, atUs: Micros, length: PartitionLength): Promise<void> =>
  transact(pool, BEGIN_BRIEFLY, async (client) => {
    await client.query(`select pg_advisory_xact_lock(${PARTITION_LOCK})`);
    for (const table of PARTITIONED) await ensurePartition(client, { table, atUs, length });
  });

interface Wanted {
  readonly table: Partitioned;
  readonly atUs: Micros;
  readonly length: PartitionLength;
}

const ensurePartition = async (client: pg.ClientBase, { table, atUs, length }: Wanted): Promise<void> => {
  const existing = await partitionsOf(client, table);
  if (existing.some(({ fromUs, toUs }) => fromUs <= atUs && atUs < toUs)) return;
  const { fromUs, toUs } = boundsAround(atUs, length, existing);
  const name = `${table}_${formatMicros(fromUs)
    .slice(0, 19)
    .replace(/\D/g, "")
    .replace(/000000$/, "")}`;
  // Made beside the table and then attached: that asks for a weaker lock, and readers go on meanwhile.
  await client.query(`create table "${name}" (like "${table}" including all)`);
  await client.query(
    `alter table "${table}" attach partition "${name}" for values from ('${formatMicros(fromUs)}') to ('${formatMicros(toUs)}')`,
  );
};

/** The day or month of the instant, less what others have of it. */
const boundsAround = (
  atUs: Micros,
  length: PartitionLength,
  existing: readonly Partition[],
): Pick<Partition, "fromUs" | "toUs"> => {
  const at = new Date(Math.floor(atUs / 1000));
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  const [from, to] =
    length === "month"
      ? [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)]
      : [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)];
  const endsBefore = existing.filter(({ toUs }) => toUs <= atUs).map(({ toUs }) => toUs);
  const startsAfter = existing.filter(({ fromUs }) => fromUs > atUs).map(({ fromUs }) => fromUs);
  return { fromUs: Math.max(from * 1000, ...endsBefore), toUs: Math.min(to * 1000, ...startsAfter) };
};
