// What a copy of the database reads: every table from one snapshot, a row at a time, so that no table has to fit into
// memory. Servers may go on writing meanwhile.
import { existsSync } from "node:fs";
import { CopyRefused, type CopyRow, type CopySource, type CopyTable, copyTables } from "../copy.ts";
import { copiedTables } from "./copy-tables.ts";
import { type Drizzle, databaseIdOf, isUpToDate, openDatabase, openReadOnly } from "./database.ts";
import { eq, getTableColumns, getTableName } from "./drizzle.ts";
import { head } from "./log.ts";
import { wasMadeAt } from "./owner.ts";
import { placeOf, refuseLoss } from "./place.ts";
import { processingLog } from "./tables.ts";
import { bringUpToDate } from "./upgrade.ts";

/** The table itself is called t in the expressions. */
interface Origin {
  /** The event that a row is about, called e. */
  readonly event?: string;
  /** Which rows; all where left out. */
  readonly condition?: string;
  /** Values that have no column of their own. */
  readonly derived?: Readonly<Record<string, string>>;
}

const origins: Partial<Readonly<Record<CopyTable, Origin>>> = {
  raw_events: { event: "t.seq", derived: { receivedAtUs: "e.received_at_us" } },
  processing_log: { event: "t.event", derived: { eventReceivedAtUs: "e.received_at_us" } },
  event_identities: {
    condition: "t.same_as is null",
    derived: { client: "iif(t.idempotency_key is null, null, t.client)" },
  },
};

/**
 * Opens the file, and brings its tables up to date where no server has it. @throws CopyRefused where there is none, Error
 * where it cannot be opened.
 */
export const openCopySource = (name: string): CopySource => {
  if (!existsSync(name)) throw new CopyRefused(`There is no database at ${name}: DATABASE_URL names the one to copy.`);
  const file = placeOf(name);
  refuseLoss(file, { wasMade: wasMadeAt(file) });
  // A server that runs may be of the version before, and must not find its tables changed.
  if (!isUpToDate(file)) bringUpToDate(file);
  return sourceOf(file, openDatabase(file));
};

/** Opens a backup, in which nothing is ever changed. @throws CopyRefused where it is of another version. */
export const openBackupToCopy = (name: string): CopySource => {
  const file = placeOf(name);
  if (!isUpToDate(file))
    throw new CopyRefused(
      `The backup ${name} is of another version: restore it into a SQLite file, which brings it up to date, and copy that.`,
    );
  return sourceOf(file, openReadOnly(file));
};

const sourceOf = (file: string, db: Drizzle): CopySource => {
  const { $client } = db;
  const databaseId = databaseIdOf(db);
  $client.pragma("query_only = ON");
  $client.exec("begin");
  const numberOf = (sql: string, ...values: readonly number[]): number =>
    Number(
      $client
        .prepare(sql)
        .pluck()
        .get(...values) ?? 0,
    );
  const rowsOf = (question: string, seq: number) => $client.prepare(question).iterate(seq) as Iterable<CopyRow>;
  // The first question takes the snapshot.
  const last = head(db);
  return {
    databaseId,
    head: {
      seq: last,
      atUs: numberOf("select at_us from processing_log where seq = ?", last),
      hash: hashOf(db, last),
      profilesAsOf: numberOf("select max(seq) from client_profiles"),
    },
    firstRawSeq: numberOf("select coalesce(min(seq), ? + 1) from raw_events", last),
    lastFence: numberOf("select value from meta where name = 'last_fence'"),
    count: (table, afterSeq) => numberOf(`select count(*) from ${tableOf(table)} t where ${isAfter(table)}`, afterSeq),
    rows: (table, afterSeq) => rowsOf(questionOf(table, isAfter(table)), afterSeq),
    changedEvents: (upToSeq) => rowsOf(questionOf("normalized_events", IS_CHANGED), upToSeq),
    countChangedEvents: (upToSeq) => numberOf(`select count(*) from normalized_events t where ${IS_CHANGED}`, upToSeq),
    entriesSince: () => {
      const now = openReadOnly(file);
      try {
        return head(now) - last;
      } finally {
        now.$client.close();
      }
    },
    close: () => {
      $client.close();
    },
  };
};

const hashOf = (db: Drizzle, seq: number): Buffer | null => {
  const entry = db.select({ hash: processingLog.hash }).from(processingLog).where(eq(processingLog.seq, seq)).get();
  return entry?.hash ?? null;
};

const tableOf = (table: CopyTable): string => getTableName(copiedTables[table]);

const expressionOf = (table: CopyTable, name: string): string => {
  return origins[table]?.derived?.[name] ?? `t."${getTableColumns(copiedTables[table])[name]?.name}"`;
};

const isAfter = (table: CopyTable): string => {
  const { condition = "true" } = origins[table] ?? {};
  // A table without seqs takes the value as well, and goes by without asking.
  return `${copyTables[table].columns[0] === "seq" ? "t.seq > ?" : "? is not null"} and ${condition}`;
};

const IS_CHANGED = "t.seq <= ? and t.changed_by is not null";

const questionOf = (table: CopyTable, condition: string): string => {
  const { columns, keys } = copyTables[table];
  const { event } = origins[table] ?? {};
  const values = columns.map((name) => `${expressionOf(table, name)} as "${name}"`);
  const join = event === undefined ? "" : `left join normalized_events e on e.seq = ${event}`;
  const order = columns.slice(0, keys).map((name) => expressionOf(table, name));
  return `select ${values.join(", ")} from ${tableOf(table)} t ${join} where ${condition} order by ${order.join(", ")}`;
};
