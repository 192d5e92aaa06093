// The statements that the server ends up running, on a bare connection: what remains when everything but SQLite is
// taken away. It only writes; what the server looks up on the way is not done here.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite, { type Database } from "better-sqlite3";
import type { RowGroup } from "./limit-rows.ts";

const MIGRATIONS = fileURLToPath(new URL("../../../drizzle/sqlite", import.meta.url));

/** Opens a new database with the server's tables, as durable as the server's. */
export const openLimitDatabase = (file: string): Database => {
  const connection = new BetterSqlite(file);
  connection.pragma("journal_mode = WAL");
  connection.pragma("synchronous = FULL");
  connection.pragma("cache_size = -65536");
  connection.pragma("wal_autocheckpoint = 10000");
  for (const name of readdirSync(MIGRATIONS).sort())
    if (name.endsWith(".sql")) connection.exec(readFileSync(join(MIGRATIONS, name), "utf8"));
  return connection;
};

/** Writes a group in one transaction. */
export const createLimitWriter = (connection: Database): ((group: RowGroup) => void) => {
  const insertInto = (table: string, columns: string): string =>
    `insert into ${table} (${columns}) values (${columns.replace(/\w+/g, "?")})`;
  const prepare = (sql: string) => connection.prepare<unknown[]>(sql);
  const insertRaw = prepare(insertInto("raw_events", "seq, raw"));
  const insertNormalized = prepare(
    `${insertInto("normalized_events", "seq, client, metric, unit, amount, timestamp_us, timestamp_ns, received_at_us, fingerprint, idempotency_key, warnings, profile_version")} on conflict do nothing`,
  );
  const insertEntry = prepare(
    insertInto("processing_log", "seq, at_us, action, client, event, failure, differences, digest, hash"),
  );
  const addRollup = prepare(
    insertInto("rollup_deltas", "bucket_us, client, metric, unit, count, sum, min, max, late, revision, bins"),
  );
  const addCounter =
    prepare(`${insertInto("counters", "client, received, accepted, duplicates, conflicts, rejected, last_seen_at_us")}
    on conflict (client) do update set received = received + excluded.received, accepted = accepted + excluded.accepted,
    duplicates = duplicates + excluded.duplicates, conflicts = conflicts + excluded.conflicts,
    rejected = rejected + excluded.rejected, last_seen_at_us = excluded.last_seen_at_us`);
  const addMinute = prepare(`${insertInto("activity", "minute_us, received, accepted, duplicates, conflicts, rejected")}
    on conflict (minute_us) do update set received = received + excluded.received, accepted = accepted + excluded.accepted,
    duplicates = duplicates + excluded.duplicates, conflicts = conflicts + excluded.conflicts,
    rejected = rejected + excluded.rejected`);

  return connection.transaction((group: RowGroup) => {
    for (const { raw, normalized, entry } of group.events) {
      insertNormalized.run(normalized);
      insertRaw.run(raw);
      insertEntry.run(entry);
    }
    for (const rollup of group.rollups) addRollup.run(rollup);
    for (const counter of group.counters) addCounter.run(counter);
    addMinute.run(group.minute);
  }).immediate;
};
