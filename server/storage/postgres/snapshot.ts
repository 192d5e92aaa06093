// Several questions about one state of the database, whatever is committed meanwhile. Drizzle's own transactions keep a
// connection for ever where their beginning fails, and after a few of those nobody gets one any more.
import type { Drizzle, Queries } from "./database.ts";
import { drizzle } from "./drizzle.ts";

/** Runs `read` on a connection of its own, in a transaction that sees what was committed before its first question. */
export const inSnapshot = async <T>(db: Drizzle, read: (snapshot: Queries) => Promise<T>): Promise<T> => {
  const client = await db.$client.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    const result = await read(drizzle({ client }));
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    // Perhaps it was the connection that failed: the next gets another.
    client.release(true);
    throw error;
  }
};
