// The rollups, counted anew from the events and put in place of those that are there, in one transaction.
import { existsSync } from "node:fs";
import {
  type CountedEvent,
  createRecount,
  type RebuildReport,
  type RecountWatch,
  type RollupDifference,
} from "../rollup-recount.ts";
import { foldDeltas, type StoredRollup } from "../rollup-work.ts";
import { VerifyRefused } from "../verification.ts";
import { type Drizzle, inTransaction, openDatabase, ROLLUPS_DUE } from "./database.ts";
import { eq, getTableColumns } from "./drizzle.ts";
import { head } from "./log.ts";
import { ownFile } from "./owner.ts";
import { placeOf } from "./place.ts";
import { noteRebuild } from "./rollup-changes.ts";
import { createRollupStore } from "./rollup-store.ts";
import { rollups } from "./rollup-tables.ts";
import { meta } from "./tables.ts";

const MAX_REPORTED = 100;

/** Counts the rollups where a migration could not. A server that dies meanwhile begins anew. */
export const rebuildWhereDue = (db: Drizzle): void => {
  if (db.select().from(meta).where(eq(meta.name, ROLLUPS_DUE)).get() !== undefined) rebuildRollups(db);
};

/** The same for a file. @throws Error where there is none, or a server has it. */
export const rebuildRollupsOf = (name: string, watch: RecountWatch): RebuildReport => {
  if (!existsSync(name))
    throw new VerifyRefused(`There is no database at ${name}: DATABASE_URL names the one to rebuild.`);
  const file = placeOf(name);
  const { release } = ownFile({ file, url: null, now: () => Date.now() * 1000 });
  try {
    const db = openDatabase(file);
    const report = rebuildRollups(db, watch);
    db.$client.close();
    return report;
  } finally {
    release();
  }
};

/** Puts the rollups right, and says what was wrong with them. */
export const rebuildRollups = (db: Drizzle, watch?: RecountWatch): RebuildReport =>
  inTransaction(db, () => {
    createRollupStore(db).run(foldDeltas());
    db.$client.exec(`create temp table recounted as select * from rollups where false;
      create unique index temp.recounted_key on recounted (${KEY})`);
    try {
      recount(db, watch);
      const report = compare(db);
      replace(db);
      if (report.count > 0) noteRebuild(db);
      db.delete(meta).where(eq(meta.name, ROLLUPS_DUE)).run();
      return report;
    } finally {
      db.$client.exec("drop table temp.recounted");
    }
  });

const KEY = "grain_minutes, bucket_us, client, metric, unit";
const columns = Object.entries(getTableColumns(rollups));
const names = columns.map(([, { name }]) => `"${name}"`).join(", ");

const recount = ({ $client }: Drizzle, watch?: RecountWatch): void => {
  watch?.begin(
    $client.prepare("select count(*) from normalized_events where voided_by is null").pluck().get() as number,
  );
  const insert = $client.prepare(`insert into temp.recounted (${names}) values (${columns.map(() => "?").join(", ")})`);
  const write = (rows: readonly StoredRollup[]): void => {
    for (const row of rows) insert.run(columns.map(([name]) => row[name as keyof StoredRollup]));
  };
  const counting = createRecount();
  for (const events of eventsByTime($client)) {
    for (const event of events) write(counting.add(event));
    watch?.add(events.length);
  }
  write(counting.end());
};

const PORTION_ROWS = 10_000;

interface TimedEvent extends CountedEvent {
  readonly seq: number;
}

/** In portions, because nothing can be written while a statement is read from. */
function* eventsByTime($client: Drizzle["$client"]): Generator<readonly CountedEvent[]> {
  const read = $client.prepare<[number, number], TimedEvent>(`select client, metric, unit, amount,
    timestamp_us as timestampUs, received_at_us as receivedAtUs, max(seq, ifnull(changed_by, 0)) as revision, seq
    from normalized_events indexed by events_by_time where voided_by is null and (timestamp_us, seq) > (?, ?)
    order by timestamp_us, seq limit ${PORTION_ROWS}`);
  let [lastUs, lastSeq] = [-1, 0];
  for (;;) {
    const events = read.all(lastUs, lastSeq);
    yield events;
    const last = events.at(-1);
    if (last === undefined || events.length < PORTION_ROWS) return;
    [lastUs, lastSeq] = [last.timestampUs, last.seq];
  }
}

const isAlike = ["count", "sum", "min", "max", "late", "bins"].map((name) => `s.${name} is c.${name}`).join(" and ");
const bothSides = `rollups s full join temp.recounted c using (${KEY}) where not (${isAlike})`;

const compare = ({ $client }: Drizzle): RebuildReport => {
  const countOf = (from: string): number => $client.prepare(`select count(*) from ${from}`).pluck().get() as number;
  const sideOf = (side: "s" | "c"): string =>
    columns
      .map(
        ([name, { name: column }]) =>
          `${KEY.split(", ").includes(column) ? column : `${side}.${column}`} as "${side}.${name}"`,
      )
      .join(", ");
  const rows = $client.prepare(
    `select ${sideOf("s")}, ${sideOf("c")} from ${bothSides} order by ${KEY} limit ${MAX_REPORTED}`,
  );
  return {
    differences: (rows.all() as Readonly<Record<string, unknown>>[]).map(
      (row): RollupDifference => ({ stored: rollupOf(row, "s"), counted: rollupOf(row, "c") }),
    ),
    count: countOf(bothSides),
    rollups: countOf("temp.recounted"),
  };
};

const rollupOf = (row: Readonly<Record<string, unknown>>, side: "s" | "c"): StoredRollup | null =>
  row[`${side}.count`] === null
    ? null
    : (Object.fromEntries(columns.map(([name]) => [name, row[`${side}.${name}`]])) as unknown as StoredRollup);

/** What is right stays as it is; what is written is changed by the last entry, so that nobody goes on with what was wrong. */
const replace = (db: Drizzle): void => {
  const { $client } = db;
  $client.exec(`delete from rollups where (${KEY}) in (select ${KEY} from ${bothSides})`);
  const kept = names.replace('"revision"', "? as revision");
  $client
    .prepare(`insert into rollups (${names}) select ${kept} from temp.recounted where true on conflict do nothing`)
    .run(head(db));
};
