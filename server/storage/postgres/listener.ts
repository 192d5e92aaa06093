// Wakes this server when another has committed. The wake-up carries nothing: the log carries the truth. One that is lost
// only delays, since the feed looks by itself as well.

import pg from "pg";
import type { Log } from "../../log.ts";
import type { Addresses } from "./addresses.ts";
import { type SQL, sql } from "./drizzle.ts";
import { connectionSettings } from "./pool.ts";

const CHANNEL = "surecount_log";
const RECONNECT_MS = 1_000;

/** Part of each transaction that writes; PostgreSQL sends it when the transaction is there for all to see. */
export const wakingOthers: SQL = sql`pg_notify(${sql.raw(`'${CHANNEL}'`)}, '')`;

interface ListenerDeps {
  readonly addresses: Addresses;
  readonly onGrown: () => void;
  readonly log?: Pick<Log, "warn" | "info"> | undefined;
}

interface Listener {
  close(): Promise<void>;
}

/** Listens on a connection of its own, and connects again for as long as it is not closed. */
export const startListener = ({ addresses, onGrown, log }: ListenerDeps): Listener => {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let isDown = false;

  const connect = async (): Promise<void> => {
    const connectionString = addresses.current();
    const connecting = new pg.Client({ ...connectionSettings, connectionString });
    client = connecting;
    // An error is always followed by the end.
    connecting.on("error", () => {});
    connecting.once("end", retry);
    connecting.on("notification", onGrown);
    try {
      await connecting.connect();
      await connecting.query(`listen ${CHANNEL}`);
      if (isDown) log?.info("listening to the database again");
      isDown = false;
      // What was committed while nobody listened.
      onGrown();
    } catch (error) {
      if (!isClosed && !isDown) log?.warn({ err: error }, "cannot listen to the database; looking at it instead");
      isDown = true;
      await connecting.end().catch(() => {});
    }
  };
  const retry = (): void => {
    if (!isClosed) timer = setTimeout(() => void connect(), RECONNECT_MS);
  };

  void connect();
  return {
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
};
