// What a verification reads: every table from one snapshot, through cursors of the database. It only reads, so a standby
// serves as well, and nobody waits for it.
import type pg from "pg";
import type { JobRow, ProfileRow } from "../rows.ts";
import type { ClientTotals, MinuteTotals } from "../storage.ts";
import {
  type ActRow,
  type ClosingRow,
  type CountedRow,
  type FailureEntryRow,
  type FileReport,
  type IdentityRow,
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
import { createAddresses } from "./addresses.ts";
import { readValue, types } from "./copy-snapshot.ts";
import { refuseUnfinishedCopy } from "./copy-state.ts";
import { MIGRATIONS } from "./database.ts";
import { drizzle, getTableColumns, getTableName, type PgColumn, readMigrationFiles, type Table } from "./drizzle.ts";
import { BEGIN_SNAPSHOT, createPool } from "./pool.ts";
import { rollupDeltas, rollups } from "./rollup-tables.ts";
import {
  activity,
  clientProfiles,
  counters,
  eventIdentities,
  failedEvents,
  failureProblems,
  jobs,
  logHead,
  normalizedEvents,
  processingLog,
  rawEvents,
} from "./tables.ts";

/** A row may have 256 KiB. */
const PORTION_ROWS = 250;
/** To sort a large table takes a while. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

/** The columns of an answer by the names of its values, in their order. */
type Columns = Readonly<Record<string, PgColumn>>;

/** Opens the database as one snapshot. @throws VerifyRefused where it is of another version, Error where it cannot be reached. */
export const openVerifySource = async (url: string): Promise<VerifySource> => {
  const addresses = createAddresses(url);
  const pool = createPool({ addresses, max: 1, writes: false, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  try {
    const client = await pool.connect();
    await client.query(BEGIN_SNAPSHOT);
    await refuseOtherVersion(client);
    await refuseUnfinishedCopy(drizzle({ client })).catch((error: Error) => {
      throw new VerifyRefused(`The database cannot be verified: ${error.message}.`, { cause: error });
    });
    const close = async (): Promise<void> => {
      client.release(true);
      await pool.end();
    };
    return await sourceOf(client, close);
  } catch (error) {
    // What was not released ends with the process.
    void pool.end();
    throw error;
  }
};

const sourceOf = async (client: pg.PoolClient, close: () => Promise<void>): Promise<VerifySource> => {
  const ask = createAsking(client);
  const [id] = await ask<{ value: string }>("select value from meta where name = 'database_id'");
  if (id === undefined) throw new Unreadable("it has no id");
  let cursors = 0;
  const stream = <Row>(columns: Columns, sql: string): Stream<Row> =>
    portions(client, { name: `verified_${cursors++}`, columns, sql });
  const table = <Row>(of: Table, order: string, where = "true"): Stream<Row> =>
    stream(getTableColumns(of), `select ${columnsOf(of)} from ${nameOf(of)} where ${where} order by ${order}`);
  const { seq, event, atUs, action, client: whose, failure, details, digest } = getTableColumns(processingLog);

  return {
    databaseId: id.value,
    checkFile: () => checkPages(ask),
    head: async () => (await headsOf(client, lastEntry))[0] ?? { seq: 0, atUs: 0, hash: null },
    statedHead: async () => (await headsOf(client, statedHead))[0] ?? null,
    sizes: async () => {
      const [sizes] = await ask<{ entries: number; failures: number; events: number }>(sizesOf);
      return sizes ?? { entries: 0, failures: 0, events: 0 };
    },
    firstRawSeq: async () =>
      (await ask<{ seq: number | null }>("select min(seq)::float8 as seq from raw_events"))[0]?.seq ?? null,
    log: () => table<LogRow>(processingLog, "seq"),
    raws: () => stream<RawRow>({ seq, raw: rawEvents.raw }, "select seq, raw from raw_events order by seq"),
    events: () => table<StoredEventRow>(normalizedEvents, "seq"),
    identities: () => table<IdentityRow>(eventIdentities, "seq"),
    acts: () =>
      stream<ActRow>(
        { seq, event, action, details },
        `select seq, event, action, details from processing_log
          where action in ('VOIDED', 'UNVOIDED', 'REPROCESSED') order by event, seq`,
      ),
    strays: () =>
      stream(
        { seq, event },
        `select l.seq, l.event from processing_log l
          left join normalized_events e on e.seq = l.event and e.received_at = l.event_received_at
          where l.event <> l.seq and (e.seq is null or e.client is distinct from l.client or l.seq < l.event) order by l.seq`,
      ),
    failures: () => table<StoredFailureRow>(failedEvents, "id"),
    failureEntries: () =>
      stream<FailureEntryRow>(
        { seq, atUs, action, client: whose, event, failure, details, digest },
        `select seq, at, action, client, event, failure, details, ${hexOf("digest")} from processing_log
          where failure is not null order by failure, seq`,
      ),
    problems: () => table<ProblemRow>(failureProblems, `failure, code collate "C", path`),
    closings: (of) => closingsOf(client, of),
    counted: () =>
      stream<CountedRow>(
        { ...bucketColumns, amount, receivedAtUs, seq: eventSeq },
        `select client, metric, coalesce(unit, '') as unit, ${BUCKET} as bucket, amount, received_at, seq
          from normalized_events where voided_by is null order by 1, 2, coalesce(unit, '') collate "C", 4`,
      ),
    rollups: (grainMinutes) =>
      table<RollupRow>(rollups, "client, metric, unit, bucket", `grain_minutes = ${grainMinutes}`),
    rollupDeltas: () => table<RollupDeltaRow>(rollupDeltas, "revision"),
    strangeRollups: async (grains) => {
      const sql = `select count(*)::float8 as count from rollups where grain_minutes not in (${grains.join(", ")})`;
      return (await ask<{ count: number }>(sql))[0]?.count ?? 0;
    },
    counters: () => table<ClientTotals>(counters, "client"),
    activity: () => table<MinuteTotals>(activity, "minute"),
    minutesOfLog: () => stream<MinuteTotals>(getTableColumns(activity), minutesOfLog),
    profiles: () => table<ProfileRow>(clientProfiles, "seq"),
    jobs: () => table<JobRow>(jobs, "id"),
    close,
  };
};

const BUCKET = "date_bin('15 minutes', timestamp, '1970-01-01 00:00:00+00')";
const { client, metric, unit, bucketUs } = getTableColumns(rollups);
const { amount, receivedAtUs, seq: eventSeq } = getTableColumns(normalizedEvents);
const bucketColumns = { client, metric, unit, bucketUs };

const sizesOf = `select (select coalesce(max(seq), 0) from processing_log)::float8 as entries,
  (select count(*) from failed_events)::float8 as failures, (select count(*) from event_identities)::float8 as events`;
const lastEntry = "select seq, at, encode(hash, 'hex'), 0 from processing_log order by seq desc limit 1";
const statedHead = "select seq, at, encode(hash, 'hex'), profiles_as_of from log_head";

const minutesOfLog = `select date_bin('1 minute', at, '1970-01-01 00:00:00+00'), count(*),
  count(*) filter (where action = 'ACCEPTED'), count(*) filter (where action = 'DUPLICATE'),
  count(*) filter (where action = 'CONFLICT'), count(*) filter (where action = 'REJECTED')
  from processing_log where action in ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED') group by 1 order by 1`;

const hexOf = (column: string): string => `encode("${column}", 'hex')`;

const columnsOf = (table: Table): string =>
  Object.values(getTableColumns(table))
    .map((column) => (column.getSQLType() === "bytea" ? hexOf(column.name) : `"${column.name}"`))
    .join(", ");

const nameOf = (table: Table): string => `"${getTableName(table)}"`;

interface Question {
  /** Of its cursor: several are open at once. */
  readonly name: string;
  readonly columns: Columns;
  readonly sql: string;
}

async function* portions<Row>(client: pg.ClientBase, { name, columns, sql }: Question) {
  await reading(() => client.query(`declare ${name} no scroll cursor for ${sql}`));
  for (;;) {
    const text = `fetch ${PORTION_ROWS} from ${name}`;
    const { rows } = await reading(() => client.query({ text, rowMode: "array", types }));
    if (rows.length > 0) yield rows.map((row) => toRow<Row>(columns, row)) as readonly Row[];
    if (rows.length < PORTION_ROWS) break;
  }
  await client.query(`close ${name}`);
}

const toRow = <Row>(columns: Columns, values: readonly unknown[]): Row =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column], index) => [name, readValue(column, values[index])]),
  ) as Row;

/** Corrupted data, and corrupted indexes. */
const damage = /^XX00[12]$/;

/** Asks the database. @throws Unreadable where it is damaged so that it cannot answer. */
const reading = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && "code" in error && damage.test(String(error.code)))
      throw new Unreadable(error.message, { cause: error });
    throw error;
  }
};

type Asking = <Row>(sql: string) => Promise<readonly Row[]>;

const createAsking =
  (client: pg.ClientBase): Asking =>
  async <Row>(sql: string) =>
    (await reading(() => client.query(sql))).rows as readonly Row[];

const headsOf = async (client: pg.ClientBase, text: string) => {
  const { seq, atUs, hash, profilesAsOf } = getTableColumns(logHead);
  const { rows } = await reading(() => client.query({ text, rowMode: "array", types }));
  return rows.map((row) => toRow<LogHead & { readonly profilesAsOf: number }>({ seq, atUs, hash, profilesAsOf }, row));
};

const closingsOf = async (client: pg.ClientBase, event: number): Promise<readonly ClosingRow[]> => {
  const { seq, client: whose, failure } = getTableColumns(processingLog);
  const text = `select seq, client, failure from processing_log where event = $1 and failure is not null
    and action in ('ACCEPTED', 'DUPLICATE') and (seq = $1 or (event = $1 and event <> seq))`;
  const { rows } = await reading(() => client.query({ text, values: [event], rowMode: "array", types }));
  return rows.map((row) => toRow<ClosingRow>({ seq, client: whose, failure }, row));
};

/** @throws VerifyRefused where other tables are to be expected than this version knows. */
const refuseOtherVersion = async (client: pg.ClientBase): Promise<void> => {
  const known = readMigrationFiles({ migrationsFolder: MIGRATIONS });
  const ask = createAsking(client);
  const [place] = await ask<{ name: string | null }>("select to_regclass('drizzle.__drizzle_migrations') as name");
  if (!place?.name) throw new VerifyRefused("There is no database of Surecount at DATABASE_URL.");
  const applied = await ask<{ hash: string }>("select hash from drizzle.__drizzle_migrations order by created_at");
  if (applied.length < known.length)
    throw new VerifyRefused("The database is of an older version: start the server once, which brings it up to date.");
  if (applied.length > known.length || applied.some(({ hash }, index) => hash !== known[index]?.hash))
    throw new VerifyRefused("The database is of a newer version: verify it with that version.");
};

/** PostgreSQL looks at its pages whenever it reads them, where they have checksums. */
const checkPages = async (ask: Asking): Promise<FileReport> => {
  const [state] = await ask<{ checksums: string; failures: number | null }>(
    `select current_setting('data_checksums') as checksums, checksum_failures::float8 as failures
      from pg_stat_database where datname = current_database()`,
  );
  if (state?.checksums !== "on")
    return { checked: "PostgreSQL has no checksums of its pages here: rows are checked, indexes are not", faults: [] };
  const what = `PostgreSQL has met ${state.failures} pages with wrong checksums`;
  const faults = (state.failures ?? 0) > 0 ? [{ table: "database", what }] : [];
  return { checked: "PostgreSQL has met no page with a wrong checksum", faults };
};
