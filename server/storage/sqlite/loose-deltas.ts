// The deltas that are not folded yet, for the questions of one connection: each is read once, and they are kept summed up
// by series and quarter of an hour, so that a question does not pay for what was written since the last fold.
import type { RollupDelta } from "../deltas.ts";
import { mergeStored } from "../rollup-work.ts";
import type { Part } from "../summing.ts";
import type { Drizzle } from "./database.ts";
import { gt, max, min, type SQL, sql } from "./drizzle.ts";
import { type DeltaRow, toDelta } from "./rollup-store.ts";
import { rollupDeltas } from "./rollup-tables.ts";
import { prepareGet } from "./statement.ts";

type LooseDelta = RollupDelta & Part;

export interface LooseDeltas {
  readonly deltas: Iterable<LooseDelta>;
  /** The first revision of all: a fold takes all deltas away, and those that come later have later revisions. */
  readonly oldest: number | null;
}

type Known = {
  readonly oldest: number;
  newest: number;
  readonly bySeries: Map<string, LooseDelta>;
};

/** Gives what the snapshot has that the caller has opened. */
export const createLooseDeltas = (db: Drizzle): (() => LooseDeltas) => {
  const { revision } = rollupDeltas;
  const revisions = createLooseRevisions(db);
  const after = db.$client
    .prepare<[number], DeltaRow>(
      db
        .select()
        .from(rollupDeltas)
        .where(gt(revision, sql.placeholder("newest")))
        .toSQL().sql,
    )
    .raw();
  let known: Known | null = null;

  const read = (of: Known): void => {
    for (const row of after.iterate(of.newest)) {
      const delta = { ...toDelta(row), atUs: row[0] };
      const key = `${delta.bucketUs}\n${delta.client}\n${delta.metric}\n${delta.unit}`;
      const other = of.bySeries.get(key);
      of.bySeries.set(key, other === undefined ? delta : { ...delta, ...mergeStored(other, delta) });
      of.newest = Math.max(of.newest, delta.revision);
    }
  };

  return () => {
    const now = revisions();
    if (now === null) known = null;
    else {
      if (known?.oldest !== now.oldest) known = { oldest: now.oldest, newest: 0, bySeries: new Map() };
      if (now.newest > known.newest) read(known);
    }
    return { deltas: known?.bySeries.values() ?? [], oldest: known?.oldest ?? null };
  };
};

/**
 * The first and the last revision of all deltas; null where there are none. Each is asked for alone: both at once SQLite
 * would look for in all.
 */
export const createLooseRevisions = (db: Drizzle) => {
  const ask = (which: SQL<number | null>) =>
    prepareGet<readonly [number | null]>(db, db.select({ revision: which }).from(rollupDeltas));
  const [first, last] = [ask(min(rollupDeltas.revision)), ask(max(rollupDeltas.revision))];
  return (): { readonly oldest: number; readonly newest: number } | null => {
    const [oldest, newest] = [first({})?.[0] ?? null, last({})?.[0] ?? null];
    return oldest === null || newest === null ? null : { oldest, newest };
  };
};
