// Removes what was sent and keeps what it meant: the partitions of raw_events that are older than asked, one in a step.
import type { ClientBase, Pool } from "pg";
import { toEvent } from "../rows.ts";
import type { OldEvent, Removal, Storage } from "../storage.ts";
import { and, asc, type Drizzle, eq, gt, lt } from "./drizzle.ts";
import { type Partition, partitionsOf } from "./partitions.ts";
import { BEGIN_BRIEFLY, transact } from "./pool.ts";
import { normalizedEvents, rawEvents } from "./tables.ts";

/** While this waits for those who read the table, all who come later wait for it. */
const LOCK_TIMEOUT_MS = 1_000;
/** To count more would take minutes, which the end of the server might have to wait for: PostgreSQL has an estimate. */
const MAX_COUNTED = 100_000;

/** `limit` does not matter: a partition goes as a whole, however many events it holds, and only when all are too old. */
export const removeRawEvents = async (
  pool: Pool,
  { receivedBeforeUs, throughSeq }: Parameters<Storage["removeRawEvents"]>[0],
): Promise<Removal> => {
  const partitions = await partitionsOf(pool, "raw_events");
  const [oldest, ...others] = partitions.filter(({ toUs }) => toUs <= receivedBeforeUs);
  if (oldest === undefined) return { removed: 0, isDone: true };
  // In one transaction, so that nothing is ever left half removed.
  return transact(pool, BEGIN_BRIEFLY, async (client) => {
    await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    if (throughSeq !== undefined && (await isBeyond(client, oldest, throughSeq))) return { removed: 0, isDone: true };
    const { rows } = await client.query(
      `select case when reltuples > ${MAX_COUNTED} then reltuples else
          (select count(*) from (select from ${oldest.name} limit ${MAX_COUNTED}) as counted) end::float8 as count
        from pg_class where oid = $1::regclass`,
      [oldest.name],
    );
    await client.query(`drop table ${oldest.name}`);
    return { removed: rows[0]?.count ?? 0, isDone: others.length === 0 };
  });
};

/** Whether the partition holds a later event than that. */
const isBeyond = async (client: ClientBase, { name }: Partition, seq: number): Promise<boolean> =>
  (await client.query(`select from ${name} where seq > $1 limit 1`, [seq])).rowCount !== 0;

/** Those of the partitions that are to go, with what they were counted as. */
export const oldEvents = async (
  db: Drizzle,
  { receivedBeforeUs, afterSeq, limit }: Parameters<Storage["oldEvents"]>[0],
): Promise<readonly OldEvent[]> => {
  const last = (await partitionsOf(db.$client, "raw_events")).findLast(({ toUs }) => toUs <= receivedBeforeUs);
  if (last === undefined) return [];
  const { seq, receivedAtUs, raw } = rawEvents;
  const rows = await db
    .select({ event: normalizedEvents, raw })
    .from(rawEvents)
    .innerJoin(normalizedEvents, and(eq(normalizedEvents.seq, seq), eq(normalizedEvents.receivedAtUs, receivedAtUs)))
    .where(and(gt(seq, afterSeq), lt(receivedAtUs, last.toUs)))
    .orderBy(asc(seq))
    .limit(limit);
  return rows.map(({ event, raw }) => ({ event: toEvent(event), raw }));
};
