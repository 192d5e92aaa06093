// What a backup of a PostgreSQL database reads: every table from one snapshot, on a connection of its own. Never from a
// standby, which may not have yet what was acknowledged.
import type { RowSource } from "../backup.ts";
import { createAddresses } from "./addresses.ts";
import { portionsOf } from "./copy-snapshot.ts";
import { BEGIN_SNAPSHOT, createPool } from "./pool.ts";

/** To sort a large table takes a while. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

/** Opens the database as one snapshot. @throws Error where it cannot be reached. */
export const openRowSource = async (url: string): Promise<RowSource> => {
  const addresses = createAddresses(url);
  const pool = createPool({ addresses, max: 1, writes: true, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  try {
    const client = await pool.connect();
    await client.query(BEGIN_SNAPSHOT);
    // The first question takes the snapshot. A sequence is not part of it, and only ever ahead of what is.
    const { rows } = await client.query(
      `select (select value from meta where name = 'database_id') as id,
        (select last_value::float8 from lease_fence) as fence, pg_database_size(current_database())::float8 as bytes`,
    );
    const [{ id, fence, bytes }] = rows as [{ readonly id: string; readonly fence: number; readonly bytes: number }];
    return {
      databaseId: id,
      lastFence: fence,
      sizeBytes: bytes,
      portions: (table) => portionsOf(client, table),
      close: async () => {
        client.release(true);
        await pool.end();
      },
    };
  } catch (error) {
    // What was not released ends with the process.
    void pool.end();
    throw error;
  }
};
