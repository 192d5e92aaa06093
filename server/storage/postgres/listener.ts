// Wakes this server when another has committed. The wake-up carries nothing: the log carries the truth. One that is lost
// only delays, since the feed looks by itself as well.
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { Log } from "../../log.ts";
import type { Addresses } from "./addresses.ts";
import { type SQL, sql } from "./drizzle.ts";
import { connectionSettings } from "./pool.ts";

const CHANNEL = "surecount_log";
const RECONNECT_MS = 1_000;
/** Far longer than a wake-up takes: who is slow must not be told that there are none. */
const WAKE_UP_LIMIT_MS = 5_000;

/** Part of each transaction that writes; PostgreSQL sends it when the transaction is there for all to see. */
export const wakingOthers: SQL = sql`pg_notify(${sql.raw(`'${CHANNEL}'`)}, '')`;

interface ListenerDeps {
  readonly addresses: Addresses;
  readonly onGrown: () => void;
  /** Sends a wake-up to all, on another connection. */
  readonly wake: () => Promise<unknown>;
  readonly wakeUpLimitMs?: number;
  readonly log?: Pick<Log, "warn" | "info"> | undefined;
}

interface Listener {
  close(): Promise<void>;
}

/** Listens on a connection of its own, and connects again for as long as it is not closed. */
export const startListener = ({
  addresses,
  onGrown,
  wake,
  wakeUpLimitMs = WAKE_UP_LIMIT_MS,
  log,
}: ListenerDeps): Listener => {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let isDown = false;
  let hasWarned = false;

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
      if (!hasWarned) void checkWaking(connecting);
    } catch (error) {
      if (!isClosed && !isDown) log?.warn({ err: error }, "cannot listen to the database; looking at it instead");
      isDown = true;
      await connecting.end().catch(() => {});
    }
  };
  // Behind a pooler that gives each transaction another session, LISTEN succeeds and nothing ever comes.
  const checkWaking = async (listening: pg.Client): Promise<void> => {
    const settled = new AbortController();
    const { signal } = settled;
    const first = Promise.race([
      once(listening, "notification", { signal }),
      once(listening, "end", { signal }),
      delay(wakeUpLimitMs, "too late", { signal, ref: false }),
    ]);
    try {
      const [, what] = await Promise.all([wake(), first]);
      if (what !== "too late" || isClosed || hasWarned) return;
      hasWarned = true;
      log?.warn("no wake-ups come through this connection to the database; looking at it every second instead");
    } catch {
      // Nothing could be found out: the database is away, and the end of the connection tells that.
    } finally {
      settled.abort();
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
