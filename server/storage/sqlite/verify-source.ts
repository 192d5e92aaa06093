// What a verification reads: every table from one snapshot, while servers may go on writing. One connection that only
// reads, and nothing else opens the file: closing another descriptor of it would give up the locks of this process.
import { existsSync, statSync } from "node:fs";
import BetterSqlite from "better-sqlite3";
import { REBUILDS } from "../rollup-reads.ts";
import type { JobRow, ProfileRow } from "../rows.ts";
import type { ClientTotals, MinuteTotals } from "../storage.ts";
import {
  type ActRow,
  type ClosingRow,
  type CountedRow,
  type FailureEntryRow,
  type LogHead,
  type LogRow,
  type ProblemRow,
  type RawRow,
  type RollupDeltaRow,
  type RollupRow,
  type StoredEventRow,
  type StoredFailureRow,
  type Stream,
  Unreadable,
  VerifyRefused,
  type VerifySource,
} from "../verification.ts";
import { type Drizzle, MIGRATIONS, openReadOnly } from "./database.ts";
import { drizzle, getTableColumns, getTableName, migrate, readMigrationFiles, type SQLiteTable } from "./drizzle.ts";
import { rollupDeltas, rollups } from "./rollup-tables.ts";
import {
  activity,
  clientProfiles,
  counters,
  failedEvents,
  failureProblems,
  jobs,
  normalizedEvents,
  processingLog,
  rawEvents,
} from "./tables.ts";

type Connection = Drizzle["$client"];

/** A row may have 256 KiB. */
const PORTION_ROWS = 250;
const MAX_REPORTED = 100;

/**
 * Opens the file as one snapshot.
 * @throws VerifyRefused where there is none, or it is of another version; Unreadable where it is damaged at its root.
 */
export const openVerifySource = (file: string): VerifySource => {
  if (!existsSync(file)) throw new VerifyRefused(`There is no database at ${file}. DATABASE_URL says where it is.`);
  const { $client } = reading(() => openReadOnly(file));
  try {
    return reading(() => sourceOf(file, $client));
  } catch (error) {
    $client.close();
    throw error;
  }
};

const sourceOf = (file: string, connection: Connection): VerifySource => {
  connection.exec("begin");
  refuseOtherVersion(connection);
  const value = <Value>(sql: string, ...values: readonly unknown[]) =>
    reading(() =>
      connection
        .prepare(sql)
        .pluck()
        .get(...values),
    ) as Value;
  const stream = <Row>(sql: string, ...values: readonly unknown[]): Stream<Row> => portions(connection, sql, values);
  const databaseId = value<string | undefined>("select value from meta where name = 'database_id'");
  if (databaseId === undefined) throw new Unreadable("it has no id");

  return {
    databaseId,
    checkFile: async () => {
      const faults = [
        ...damageOf(connection),
        ...schemaFaults(connection),
        ...metaFaults(connection),
        ...sizeFaults(file, connection),
      ];
      return { checked: "integrity_check and the definitions of all tables", faults };
    },
    head: async () => headOf(connection),
    statedHead: async () => null,
    sizes: async () => ({
      entries: value<number>("select ifnull(max(seq), 0) from processing_log"),
      failures: value<number>("select count(*) from failed_events"),
      events: value<number>("select count(*) from normalized_events"),
    }),
    firstRawSeq: async () => value<number | null>("select min(seq) from raw_events"),
    log: () =>
      stream<LogRow>(`select ${columnsOf(processingLog)}, null as eventReceivedAtUs from processing_log order by seq`),
    raws: () => stream<RawRow>(`${selectFrom(rawEvents)} order by seq`),
    events: () => stream<StoredEventRow>(`${selectFrom(normalizedEvents)} order by seq`),
    identities: () => null,
    acts: () =>
      stream<ActRow>(`select seq, event, action, details from processing_log
        where action in ('VOIDED', 'UNVOIDED', 'REPROCESSED') order by event, seq`),
    strays: () =>
      stream(`select l.seq, l.event from processing_log l left join normalized_events e on e.seq = l.event
        where l.event <> l.seq and (e.seq is null or e.client is not l.client or l.seq < l.event) order by l.seq`),
    failures: () => stream<StoredFailureRow>(`${selectFrom(failedEvents)} order by id`),
    failureEntries: () =>
      stream<FailureEntryRow>(`select seq, at_us as atUs, action, client, event, failure, details, ${hexOf("digest")} as digest
        from processing_log where failure is not null order by failure, seq`),
    problems: () => stream<ProblemRow>(`${selectFrom(failureProblems)} order by failure, code, path`),
    closings: async (event) => reading(() => connection.prepare(CLOSINGS).all({ event })) as readonly ClosingRow[],
    counted: () =>
      stream<CountedRow>(`select client, metric, ifnull(unit, '') as unit,
        timestamp_us - timestamp_us % 900000000 as bucketUs, amount, received_at_us as receivedAtUs, seq
        from normalized_events where voided_by is null order by 1, 2, 3, 4`),
    rollups: (grainMinutes) =>
      stream<RollupRow>(
        `${selectFrom(rollups)} where grain_minutes = ? order by client, metric, unit, bucket_us`,
        grainMinutes,
      ),
    rollupDeltas: () => stream<RollupDeltaRow>(selectFrom(rollupDeltas)),
    strangeRollups: async (grains) =>
      value<number>(`select count(*) from rollups where grain_minutes not in (${grains.join(", ")})`),
    counters: () => stream<ClientTotals>(`${selectFrom(counters)} order by client`),
    activity: () => stream<MinuteTotals>(`${selectFrom(activity)} order by minute_us`),
    minutesOfLog: () =>
      stream<MinuteTotals>(`select at_us - (at_us % 60000000 + 60000000) % 60000000 as minuteUs, count(*) as received,
        sum(action = 'ACCEPTED') as accepted, sum(action = 'DUPLICATE') as duplicates,
        sum(action = 'CONFLICT') as conflicts, sum(action = 'REJECTED') as rejected
        from processing_log where action in ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED') group by 1 order by 1`),
    profiles: () => stream<ProfileRow>(`${selectFrom(clientProfiles)} order by seq`),
    jobs: () => stream<JobRow>(`${selectFrom(jobs)} order by id`),
    close: async () => {
      connection.close();
    },
  };
};

const CLOSINGS = `select seq, client, failure from processing_log
  where event = $event and failure is not null and action in ('ACCEPTED', 'DUPLICATE')
    and (seq = $event or (event = $event and event <> seq))`;

const hexOf = (column: string): string => `nullif(lower(hex("${column}")), '')`;

const columnsOf = (table: SQLiteTable): string =>
  Object.entries(getTableColumns(table))
    .map(([name, column]) => `${column.getSQLType() === "blob" ? hexOf(column.name) : `"${column.name}"`} as "${name}"`)
    .join(", ");

const selectFrom = (table: SQLiteTable): string => `select ${columnsOf(table)} from ${getTableName(table)}`;

async function* portions<Row>(connection: Connection, sql: string, values: readonly unknown[]) {
  const rows = reading(() => connection.prepare(sql).iterate(...values)) as IterableIterator<Row>;
  try {
    for (;;) {
      const portion: Row[] = [];
      while (portion.length < PORTION_ROWS) {
        const { done, value } = reading(() => rows.next());
        if (done) break;
        portion.push(value);
      }
      if (portion.length > 0) yield portion as readonly Row[];
      if (portion.length < PORTION_ROWS) return;
    }
  } finally {
    rows.return?.();
  }
}

/** What passes: it says nothing of what is stored. */
const passing = /^SQLITE_(BUSY|LOCKED|FULL|NOMEM|INTERRUPT|PROTOCOL)/;

/** Asks the database. @throws Unreadable where it is damaged so that it cannot answer. */
const reading = <T>(ask: () => T): T => {
  try {
    return ask();
  } catch (error) {
    const isDamage = error instanceof BetterSqlite.SqliteError && !passing.test(error.code);
    throw isDamage ? new Unreadable(error.message, { cause: error }) : error;
  }
};

const headOf = (connection: Connection): LogHead => {
  const sql = `select seq, at_us as atUs, ${hexOf("hash")} as hash from processing_log order by seq desc limit 1`;
  const row = reading(() => connection.prepare(sql).get()) as LogHead | undefined;
  return row ?? { seq: 0, atUs: 0, hash: null };
};

/** @throws VerifyRefused where other tables are to be expected than this version knows. */
const refuseOtherVersion = (connection: Connection): void => {
  const known = readMigrationFiles({ migrationsFolder: MIGRATIONS });
  const applied = connection
    .prepare("select hash, created_at as atMs from __drizzle_migrations order by created_at")
    .all() as readonly { readonly hash: string; readonly atMs: number }[];
  const shared = Math.min(applied.length, known.length);
  for (let index = 0; index < shared; index++)
    if (applied[index]?.hash !== known[index]?.hash || applied[index]?.atMs !== known[index]?.folderMillis)
      throw new Unreadable("what it says of its version is of no version");
  if (applied.length < known.length)
    throw new VerifyRefused("The database is of an older version: start the server once, which brings it up to date.");
  if (applied.length > known.length)
    throw new VerifyRefused("The database is of a newer version: verify it with that version.");
};

/** What SQLite finds itself: pages, and whether each index holds what its table does. */
const damageOf = (connection: Connection) => {
  try {
    const lines = connection.prepare(`pragma integrity_check(${MAX_REPORTED})`).pluck().all() as readonly string[];
    return lines
      .filter((line) => line !== "ok")
      .map((line) => ({ table: "integrity_check", what: line.replaceAll("\n", " ") }));
  } catch (error) {
    return [{ table: "integrity_check", what: error instanceof Error ? error.message : String(error) }];
  }
};

/** Where Litestream replicates the file it notes in it how far it is; none of ours. */
const ofOthers: ReadonlySet<string> = new Set(["_litestream_seq", "_litestream_lock"]);

/** Every table and index must be defined as in a new database. */
const schemaFaults = (connection: Connection) => {
  const fresh = new BetterSqlite(":memory:");
  try {
    migrate(drizzle({ client: fresh }), { migrationsFolder: MIGRATIONS });
    const [expected, found] = [definitionsOf(fresh), definitionsOf(connection)];
    return [...new Set([...expected.keys(), ...found.keys()])]
      .filter((name) => !ofOthers.has(name) && expected.get(name) !== found.get(name))
      .map((name) => ({ table: name, what: "is not defined as it should be" }));
  } catch (error) {
    return [{ table: "sqlite_schema", what: error instanceof Error ? error.message : String(error) }];
  } finally {
    fresh.close();
  }
};

const definitionsOf = (connection: Connection): ReadonlyMap<string, string> => {
  const rows = connection.prepare("select type, name, tbl_name as ofTable, sql from sqlite_schema").all();
  return new Map(
    (rows as readonly { type: string; name: string; ofTable: string; sql: string | null }[]).map(
      // Not as a text: a type that is kept as bytes is no type.
      ({ type, name, ofTable, sql }) => [name, JSON.stringify([type, name, ofTable, sql?.replace(/\s+/g, " ")])],
    ),
  );
};

/** The facts about the database itself, of which no entry of the log tells. */
const metaFaults = (connection: Connection) => {
  try {
    const rows = connection.prepare("select name, value from meta").raw().all() as readonly [string, string][];
    const unreadable = rows.filter(([name, value]) => !(metaShapes[name]?.test(value) ?? false));
    const facts = new Map(rows);
    const lastFence = Number(facts.get("last_fence") ?? 0);
    const above = connection.prepare("select count(*) from leases where fence > ?").pluck().get(lastFence) as number;
    return [
      ...unreadable.map(([name]) => ({ table: "meta", what: `${JSON.stringify(name)} does not say what it should` })),
      ...(above === 0 ? [] : [{ table: "leases", what: `${above} have a fence above the last that was given` }]),
    ];
  } catch (error) {
    return [{ table: "meta", what: error instanceof Error ? error.message : String(error) }];
  }
};

const metaShapes: Readonly<Record<string, RegExp | undefined>> = {
  database_id: /^[0-9a-f]{12}$/,
  writable_at_us: /^\d+$/,
  last_fence: /^\d+$/,
  rollups_due: /^1$/,
  [REBUILDS]: /^[1-9]\d*$/,
};

/** A file that was cut short. While a server writes, its newest pages are beside it. */
const sizeFaults = (file: string, connection: Connection) => {
  const hasLog = existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0;
  const pages = Number(connection.pragma("page_count", { simple: true }));
  const bytes = pages * Number(connection.pragma("page_size", { simple: true }));
  const { size } = statSync(file);
  return hasLog || size >= bytes ? [] : [{ table: "database", what: `the file has ${size} bytes of ${bytes}` }];
};
