// The partitions of what grows without end. A partition begins where the one before ends, so that their length may be
// changed at any time; it is made when the first row for it comes.
import type pg from "pg";
import type { Micros } from "../../domain/calendar.ts";
import { formatMicros } from "../../domain/timestamp.ts";

export const partitionLengths = ["day", "month"] as const;
export type PartitionLength = (typeof partitionLengths)[number];

const PARTITIONED = ["raw_events", "normalized_events", "processing_log"] as const;
export type Partitioned = (typeof PARTITIONED)[number];

export interface Partition {
  readonly name: string;
  /** Inclusive. */
  readonly fromUs: Micros;
  /** Exclusive. */
  readonly toUs: Micros;
}

/** Of several servers that miss a partition one makes it. */
const PARTITION_LOCK = "1398098511, 2";

// The bounds are read as PostgreSQL writes them, as instants, so that the session's time zone does not matter.
const LIST = `
  select child.relname as name, (extract(epoch from bounds[1]::timestamptz) * 1000000)::float8 as "fromUs",
    (extract(epoch from bounds[2]::timestamptz) * 1000000)::float8 as "toUs"
  from pg_inherits
  join pg_class child on child.oid = inhrelid
  cross join regexp_match(pg_get_expr(child.relpartbound, child.oid), 'FROM \\(''(.+)''\\) TO \\(''(.+)''\\)') as bounds
  where inhparent = $1::regclass and not inhdetachpending
  order by 2`;

/** The partitions of a table, oldest first. */
export const partitionsOf = async (
  client: Pick<pg.ClientBase | pg.Pool, "query">,
  table: Partitioned,
): Promise<readonly Partition[]> => (await client.query<Partition>(LIST, [table])).rows;

/** Makes the partitions that rows of this instant go into, where they are missing. */
export const ensurePartitions = async (pool: pg.Pool, atUs: Micros, length: PartitionLength): Promise<void> => {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query(`select pg_advisory_xact_lock(${PARTITION_LOCK})`);
    for (const table of PARTITIONED) await ensurePartition(client, { table, atUs, length });
    await client.query("commit");
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
};

// The log's times never go back: where another server's clock runs ahead, rows that come now get its time.
const TIME_OF_ROWS = `
  select (extract(epoch from greatest(at, $1::timestamptz)) * 1000000)::float8 as "atUs" from log_head`;

/** Makes the partitions that rows go into which come now, where they are missing. */
export const ensureCurrentPartitions = async (pool: pg.Pool, nowUs: Micros, length: PartitionLength): Promise<void> => {
  const { rows } = await pool.query<{ atUs: Micros }>(TIME_OF_ROWS, [formatMicros(nowUs)]);
  for (const { atUs } of rows) await ensurePartitions(pool, atUs, length);
};

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
