// The rollups, counted anew from the events and put in place of those that are there, in one transaction that holds the
// log: no server writes meanwhile.
import type pg from "pg";
import {
  type CountedEvent,
  createRecount,
  type RebuildReport,
  type RecountWatch,
  type RollupDifference,
} from "../rollup-recount.ts";
import { foldDeltas, type StoredRollup } from "../rollup-work.ts";
import { createAddresses } from "./addresses.ts";
import { readValue, types } from "./copy-snapshot.ts";
import { drizzle, getTableColumns, type Queries, sql } from "./drizzle.ts";
import { createPool } from "./pool.ts";
import { noteRebuild } from "./rollup-changes.ts";
import { takeSteps } from "./rollup-store.ts";
import { rollups } from "./rollup-tables.ts";
import { unnestOf } from "./statement.ts";
import { normalizedEvents } from "./tables.ts";

const MAX_REPORTED = 100;
const PORTION_ROWS = 5_000;
/** To compare all of them takes a while. */
const STATEMENT_TIMEOUT_MS = 3_600_000;
/** The fact that a migration has left the rollups to be counted. */
const DUE = "rollups_due";

/** Counts the rollups where a migration could not. A server that dies meanwhile leaves it to the next. */
export const rebuildWhereDue = async (client: pg.ClientBase): Promise<void> => {
  const { rowCount } = await client.query("select from meta where name = $1", [DUE]);
  if (rowCount === 1) await rebuildRollups(client);
};

/** The same for a database. @throws Error where it cannot be reached. */
export const rebuildRollupsOf = async (url: string, watch: RecountWatch): Promise<RebuildReport> => {
  const addresses = createAddresses(url);
  const pool = createPool({ addresses, max: 1, writes: true, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  try {
    const client = await pool.connect();
    const report = await rebuildRollups(client, watch);
    client.release();
    return report;
  } finally {
    await pool.end();
  }
};

/** Puts the rollups right, and says what was wrong with them. */
export const rebuildRollups = async (client: pg.ClientBase, watch?: RecountWatch): Promise<RebuildReport> => {
  await client.query("begin isolation level read committed");
  try {
    await client.query("set local synchronous_commit = on");
    await client.query("select from log_head for update");
    const db = drizzle({ client: client as pg.Client });
    await takeSteps(db, foldDeltas());
    await client.query(`create temp table recounted (like rollups including indexes) on commit drop`);
    await recount(client, db, watch);
    const report = await compare(client);
    await replace(client);
    if (report.count > 0) await noteRebuild(db);
    await client.query("delete from meta where name = $1", [DUE]);
    await client.query("commit");
    return report;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
};

const KEY = "grain_minutes, bucket, client, metric, unit";
const columns = Object.entries(getTableColumns(rollups));
const names = columns.map(([, { name }]) => `"${name}"`).join(", ");

const { client: whose, metric, unit, amount, timestampUs, receivedAtUs, seq } = getTableColumns(normalizedEvents);
const counted = { client: whose, metric, unit, amount, timestampUs, receivedAtUs, revision: seq };

const recount = async (client: pg.ClientBase, db: Queries, watch?: RecountWatch): Promise<void> => {
  const write = async (rows: readonly StoredRollup[]): Promise<void> => {
    if (rows.length > 0)
      await db.execute(sql`insert into recounted (${sql.raw(names)}) select * from ${unnestOf(rollups, rows)}`);
  };
  const { rows: sizes } = await client.query("select count(*) from normalized_events where voided_by is null");
  watch?.begin(Number(sizes[0]?.count));
  await client.query(`declare counted no scroll cursor for
    select client, metric, unit, amount, "timestamp", received_at, greatest(seq, changed_by)
    from normalized_events where voided_by is null order by "timestamp"`);
  const counting = createRecount();
  for (let isDone = false; !isDone; ) {
    const { rows } = await client.query({ text: `fetch ${PORTION_ROWS} from counted`, rowMode: "array", types });
    await write(rows.flatMap((row) => counting.add(toRow<CountedEvent>(counted, row))));
    watch?.add(rows.length);
    isDone = rows.length < PORTION_ROWS;
  }
  await write(counting.end());
  await client.query("close counted");
};

type Columns = Readonly<Record<string, Parameters<typeof readValue>[0]>>;

const toRow = <Row>(of: Columns, values: readonly unknown[]): Row =>
  Object.fromEntries(
    Object.entries(of).map(([name, column], index) => [name, readValue(column, values[index])]),
  ) as Row;

const isOther = ["count", "sum", "min", "max", "late", "bins"].map((name) => `s.${name} is distinct from c.${name}`);
const bothSides = `rollups s full join recounted c using (${KEY}) where ${isOther.join(" or ")}`;

const compare = async (client: pg.ClientBase): Promise<RebuildReport> => {
  const countOf = async (from: string): Promise<number> =>
    Number((await client.query(`select count(*) as count from ${from}`)).rows[0]?.count);
  const sideOf = (side: "s" | "c"): string =>
    columns.map(([, { name }]) => (KEY.split(", ").includes(name) ? name : `${side}."${name}"`)).join(", ");
  const text = `select ${sideOf("s")}, ${sideOf("c")} from ${bothSides} order by ${KEY} limit ${MAX_REPORTED}`;
  const { rows } = await client.query({ text, rowMode: "array", types });
  return {
    differences: rows.map(
      (row): RollupDifference => ({
        stored: rollupOf(row.slice(0, columns.length)),
        counted: rollupOf(row.slice(columns.length)),
      }),
    ),
    count: await countOf(bothSides),
    rollups: await countOf("recounted"),
  };
};

const countAt = columns.findIndex(([name]) => name === "count");

const rollupOf = (values: readonly unknown[]): StoredRollup | null =>
  values[countAt] === null ? null : toRow<StoredRollup>(Object.fromEntries(columns), values);

/** What is right stays as it is; what is written is changed by the last entry, so that nobody goes on with what was wrong. */
const replace = async (client: pg.ClientBase): Promise<void> => {
  await client.query(`delete from rollups where (${KEY}) in (select ${KEY} from ${bothSides})`);
  const kept = names.replace('"revision"', "coalesce((select seq from log_head), revision)");
  await client.query(`insert into rollups (${names}) select ${kept} from recounted on conflict do nothing`);
};
