// The deltas that are not folded yet, for the questions of one connection: each is read once, and they are kept summed up
// by series and quarter of an hour, so that a question does not pay for what was written since the last fold.
import { QUARTER_US, type Span } from "../../domain/grain.ts";
import type { RollupDelta } from "../deltas.ts";
import { mergeStored } from "../rollup-work.ts";
import type { Part } from "../summing.ts";
import type { Drizzle } from "./database.ts";
import { gt, max, min, sql } from "./drizzle.ts";
import { type DeltaRow, toDelta } from "./rollup-store.ts";
import { rollupDeltas } from "./rollup-tables.ts";

type LooseDelta = RollupDelta & Part;

export interface LooseDeltas {
  readonly deltas: Iterable<LooseDelta>;
  /** The quarters in which they lie; null where there are none. */
  readonly span: Span | null;
}

type Known = {
  /** The first revision of all: a fold takes all deltas away, and those that come later have later revisions. */
  readonly oldest: number;
  newest: number;
  span: Span;
  readonly bySeries: Map<string, LooseDelta>;
};

/** Gives what the snapshot has that the caller has opened. */
export const createLooseDeltas = (db: Drizzle): (() => LooseDeltas) => {
  const { revision } = rollupDeltas;
  const bounds = db.$client
    .prepare<[], [number | null, number | null]>(
      db
        .select({ oldest: min(revision), newest: max(revision) })
        .from(rollupDeltas)
        .toSQL().sql,
    )
    .raw();
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
      of.span = {
        fromUs: Math.min(of.span.fromUs, delta.bucketUs),
        toUs: Math.max(of.span.toUs, delta.bucketUs + QUARTER_US),
      };
    }
  };

  return () => {
    const [oldest, newest] = bounds.get() ?? [null, null];
    if (oldest === null || newest === null) known = null;
    else {
      const span = { fromUs: Number.POSITIVE_INFINITY, toUs: 0 };
      if (known?.oldest !== oldest) known = { oldest, newest: 0, span, bySeries: new Map() };
      if (newest > known.newest) read(known);
    }
    return { deltas: known?.bySeries.values() ?? [], span: known?.span ?? null };
  };
};
