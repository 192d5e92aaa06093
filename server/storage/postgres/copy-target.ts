// Where a copy of a database goes. An unfinished copy has no head of the log, so that no server can write to it, not
// even one that had opened the database before; and only the run that began last may write.
import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { SECONDS_PER_DAY } from "../../domain/calendar.ts";
import {
  type AppendedTable,
  type Begun,
  type Chunk,
  CopyRefused,
  type CopyRow,
  type CopySource,
  type CopyTarget,
  type Positions,
  type ReplacedTable,
  replacedTables,
} from "../copy.ts";
import { createAddresses } from "./addresses.ts";
import { openCopySnapshot } from "./copy-snapshot.ts";
import { admitCopy, type CopyState, copyStateOf, keepCopyState } from "./copy-state.ts";
import { copiedTables } from "./copy-tables.ts";
import { migrateSomewhere, toOpeningError } from "./database.ts";
import { drizzle, lt, max, type Queries, sql, type Table } from "./drizzle.ts";
import { causeOf } from "./faults.ts";
import { hasContentOf, hasKeyOf } from "./identity.ts";
import { ensurePartitions, type PartitionLength } from "./partitions.ts";
import { createPool, transact } from "./pool.ts";
import { unnestOf } from "./statement.ts";
import { eventIdentities, logHead, meta, normalizedEvents, processingLog, rawEvents } from "./tables.ts";

interface TargetOptions {
  readonly url: string;
  readonly partitionLength: PartitionLength;
}

/** One that writes, one that makes partitions. */
const CONNECTIONS = 2;
/** To sort a large table, or to recompute its books, takes a while. */
const STATEMENT_TIMEOUT_MS = 3_600_000;
/** Longer than what a killed run may have left behind still writes. */
const LOCK_TIMEOUT_MS = 60_000;
const BEGIN = `begin; set local synchronous_commit = on; set local lock_timeout = ${LOCK_TIMEOUT_MS}`;
/** Of several runs that begin at once one is the last. */
const COPY_LOCK = "1398098511, 3";
const DAY_US = SECONDS_PER_DAY * 1_000_000;

/** Opens the database and brings its tables up to date. @throws Error where it cannot be reached. */
export const openCopyTarget = async ({ url, partitionLength }: TargetOptions): Promise<CopyTarget> => {
  const addresses = createAddresses(url);
  await migrateSomewhere(addresses).catch((error: unknown) => {
    throw toOpeningError(error);
  });
  const pool = createPool({ addresses, max: CONNECTIONS, writes: true, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  const run = randomBytes(6).toString("hex");
  const ensurePartitionsFor = createPartitions(pool, partitionLength);

  const asThisRun = (work: (db: Queries, state: CopyState) => Promise<void>): Promise<void> =>
    inTransaction(pool, async (db) => {
      const state = await copyStateOf(db, true);
      if (state?.run === run) return work(db, state);
      throw new CopyRefused("Another copy into the same database has begun meanwhile: this one ends.");
    });

  return {
    begin: (source) => inTransaction(pool, (db) => begin(db, source, run)),
    append: async (chunk) => {
      await ensurePartitionsFor(chunk.rows);
      await asThisRun((db) => insert(db, chunk));
    },
    replace: ({ outdated, rows }, { firstRawSeq }) =>
      asThisRun(async (db) => {
        await db.delete(rawEvents).where(lt(rawEvents.seq, firstRawSeq));
        // All go before any comes: one may be now what another was.
        for (const chunk of outdated) await removeEvents(db, chunk);
        const replaced = replacedTables.map((table) => sql`${copiedTables[table]}`);
        await db.execute(sql`truncate ${sql.join(replaced, sql`, `)}`);
        for (const chunk of rows) await insert(db, chunk);
      }),
    open: () => openCopySnapshot(pool),
    complete: (source) => asThisRun((db, state) => complete(db, state, source)),
    close: () => pool.end(),
  };
};

const inTransaction = async <T>(pool: Pool, work: (db: Queries) => Promise<T>): Promise<T> => {
  try {
    return await transact(pool, BEGIN, (client) => work(drizzle({ client })));
  } catch (error) {
    throw causeOf(error);
  }
};

const begin = async (db: Queries, source: Pick<CopySource, "databaseId" | "head">, run: string): Promise<Begun> => {
  await db.execute(sql.raw(`select pg_advisory_xact_lock(${COPY_LOCK})`));
  const state = await copyStateOf(db, true);
  const [last] = await db.select().from(logHead).for("update");
  if (admitCopy(source, { state, lastSeq: last?.seq }) === "complete") return { kind: "complete" };
  await keepCopyState(db, { sourceId: source.databaseId, run, copiedSeq: null });
  await db.delete(logHead);
  return { kind: "unfinished", positions: await positionsOf(db) };
};

const positionsOf = async (db: Queries): Promise<Positions> => {
  const lastOf = async (table: typeof rawEvents | typeof normalizedEvents | typeof processingLog): Promise<number> =>
    (await db.select({ seq: max(table.seq) }).from(table))[0]?.seq ?? 0;
  return {
    raw_events: await lastOf(rawEvents),
    normalized_events: await lastOf(normalizedEvents),
    processing_log: await lastOf(processingLog),
  };
};

const insert = async (db: Queries, { table, rows }: Chunk<AppendedTable | ReplacedTable>): Promise<void> => {
  const into = (target: Table, values: readonly CopyRow[]) =>
    db.insert(target).select(sql`select * from ${unnestOf(target, values)}`);
  await into(copiedTables[table], rows);
  if (table !== "normalized_events") return;
  // What was found to be another event has no identity of its own.
  const identified = rows.filter(({ sameAs }) => sameAs === null);
  await into(
    eventIdentities,
    identified.map((row) => (row.idempotencyKey === null ? { ...row, client: null } : row)),
  );
};

/** With what they are the same as: that can be found by what the events say, and not by their seqs. */
const removeEvents = async (db: Queries, { rows }: Chunk<"normalized_events">): Promise<void> => {
  const { seq, receivedAtUs } = normalizedEvents;
  const asked = sql`${unnestOf({ seq, receivedAtUs }, rows)} as asked(seq, received_at)`;
  const isAsked = sql`former.seq = asked.seq and former.received_at = asked.received_at`;
  const former = sql`(select former.* from ${asked} join ${normalizedEvents} former on ${isAsked}
    where former.same_as is null) as former`;
  for (const isIdentity of [hasKeyOf, hasContentOf])
    await db.execute(sql`delete from ${eventIdentities} using ${former} where ${isIdentity(sql`former`)}`);
  await db.execute(sql`delete from ${normalizedEvents} former using ${asked} where ${isAsked}`);
};

/** Makes the partitions that rows go into, where they are missing. */
const createPartitions = (pool: Pool, length: PartitionLength) => {
  const days = new Set<number>();
  return async (rows: readonly CopyRow[]): Promise<void> => {
    for (const row of rows) {
      // Partitions begin and end with days.
      const day = Math.floor(Number(row.receivedAtUs ?? row.atUs) / DAY_US);
      if (days.has(day)) continue;
      await ensurePartitions(pool, day * DAY_US, length);
      days.add(day);
    }
  };
};

const complete = async (
  db: Queries,
  state: CopyState,
  { head, lastFence }: Pick<CopySource, "head" | "lastFence">,
): Promise<void> => {
  const { seq, atUs, profilesAsOf } = head;
  // Nobody has asked this database anything yet, and what it knows of new tables is wrong.
  const filled = Object.values(copiedTables).map((table) => sql`${table}`);
  await db.execute(sql`analyze ${sql.join(filled, sql`, `)}`);
  const id = { name: "database_id", value: state.sourceId };
  await db.insert(meta).values(id).onConflictDoUpdate({ target: meta.name, set: id });
  await db.execute(
    sql`select setval('lease_fence', greatest((select last_value from lease_fence), ${lastFence}::bigint))`,
  );
  await keepCopyState(db, { ...state, copiedSeq: seq });
  const hash = head.hash === null ? null : Buffer.from(head.hash);
  await db.insert(logHead).values({ id: 1, seq, atUs, hash, profilesAsOf });
};
