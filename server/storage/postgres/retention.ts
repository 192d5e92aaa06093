// Removes what was sent and keeps what it meant: the partitions of raw_events that are older than asked, one in a step.
import type { Pool } from "pg";
import type { Removal, Storage } from "../storage.ts";
import { partitionsOf } from "./partitions.ts";

/** While this waits for those who read the table, all who come later wait for it. */
const LOCK_TIMEOUT_MS = 1_000;

/** `limit` does not matter: a partition goes as a whole, however many events it holds, and only when all are too old. */
export const removeRawEvents = async (
  pool: Pool,
  { receivedBeforeUs }: Parameters<Storage["removeRawEvents"]>[0],
): Promise<Removal> => {
  const partitions = await partitionsOf(pool, "raw_events");
  const [oldest, ...others] = partitions.filter(({ toUs }) => toUs <= receivedBeforeUs);
  if (oldest === undefined) return { removed: 0, isDone: true };
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}; set local statement_timeout = 0`);
    const { rows } = await client.query(`select count(*)::float8 as count from "${oldest.name}"`);
    // In one transaction, so that nothing is ever left half removed.
    await client.query(`drop table "${oldest.name}"`);
    await client.query("commit");
    client.release();
    return { removed: rows[0]?.count ?? 0, isDone: others.length === 0 };
  } catch (error) {
    client.release(true);
    throw error;
  }
};
