// Pools of connections that survive the faults of a network: broken ones are replaced, an address that does not serve
// is left for the next, and nothing waits for ever.
import pg from "pg";
import type { Log } from "../../log.ts";
import type { Addresses } from "./addresses.ts";
import { READ_ONLY } from "./faults.ts";

interface PoolOptions {
  readonly addresses: Addresses;
  readonly max: number;
  /** Whether connections to a standby are refused. */
  readonly writes: boolean;
  /** After which the server gives up a statement. */
  readonly statementTimeoutMs: number;
  /** Whether statements are sent without waiting for the answers to those before. */
  readonly pipeline?: boolean;
  readonly log?: Pick<Log, "warn"> | undefined;
}

/** Between client and server a dead connection shows by silence alone. */
const CONNECT_TIMEOUT_MS = 2_000;
const KEEP_ALIVE_DELAY_MS = 5_000;
/** Above every timeout that the server itself applies: only a dead network lets it be reached. */
const GRACE_MS = 2_000;

/** What the connections of all pools have in common. */
export const connectionSettings = {
  application_name: "surecount",
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
} as const;

/** Makes the pool; connections are opened when they are needed. */
export const createPool = ({
  addresses,
  max,
  writes,
  statementTimeoutMs,
  pipeline = false,
  log,
}: PoolOptions): pg.Pool => {
  const settings = {
    ...connectionSettings,
    ...{ statement_timeout: statementTimeoutMs, query_timeout: statementTimeoutMs + GRACE_MS, pipeline },
  };
  // The pool asks for a class; which address is the right one is known only when a client is made.
  class Client extends pg.Client {
    constructor() {
      const connectionString = addresses.current();
      super({ ...settings, connectionString });
      // The pool listens to idle clients alone. One that breaks at work tells whoever waits for it, and would then end
      // the process.
      this.on("error", () => undefined);
      let isConnected = false;
      this.once("connect", () => {
        isConnected = true;
      });
      this.once("end", () => {
        if (!isConnected || this.isUseless) addresses.fail(connectionString);
      });
    }
    isUseless = false;
  }
  const prepareSession = async (client: pg.ClientBase): Promise<void> => {
    const { rows } = await client.query("select pg_is_in_recovery() as standby, set_config('DateStyle', 'ISO', false)");
    if (!writes || !rows[0]?.standby) return;
    if (client instanceof Client) client.isUseless = true;
    throw Object.assign(new Error("This address is a standby."), { code: READ_ONLY });
  };
  const pool = new pg.Pool({ ...settings, max, Client, onConnect: prepareSession });
  // Without a listener a connection that breaks while it is idle would end the process.
  // The pool hangs the whole client on the error, which has no place in a log.
  pool.on("error", ({ message }) => log?.warn({ reason: message }, "a connection to the database broke"));
  return pool;
};

/** Begins a transaction of more than one statement. Who vanishes or stands still in it loses it, and what it has locked. */
export const BEGIN_BRIEFLY =
  "begin isolation level read committed; set local idle_in_transaction_session_timeout = 4000";
/** Begins one whose statements all see the same state. */
export const BEGIN_SNAPSHOT = "begin isolation level repeatable read read only";

/**
 * Runs the work in a transaction of its own, which the statement `begin` opens. One that fails ends with its connection:
 * Drizzle's own keeps that for ever where not even `begin` succeeds.
 */
export const transact = async <T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
};
