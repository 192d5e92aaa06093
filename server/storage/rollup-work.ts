// How rollups are kept, once for both backends: as steps that each backend takes in its transactions.
//
// A commit adds what its events bring as deltas, one row for each series and quarter of an hour, and these are read with
// the rollups: what was answered is in the figures. From time to time all deltas are folded into the buckets of all
// grains, so that a bucket is not written for every commit. Where an event does not count any more, or counts elsewhere,
// everything is folded first. Counts, sums and bins are exact by addition; a least or greatest amount that was taken out
// is looked up anew: in a quarter of an hour among its events, else in the next finer buckets.
//
//   events -> deltas -> fold -> buckets of all grains <- repair <- events that have changed
import { addBins, type Bins, countsOfBins, encodeBins, mergeBins } from "../domain/bins.ts";
import { billionthsOf, compareDecimals, decimalOf, maxDecimal, minDecimal } from "../domain/decimal.ts";
import type { Event } from "../domain/event.ts";
import {
  ALL_TIME,
  bucketStart,
  bucketsIn,
  DAY,
  finerThan,
  type Grain,
  grains,
  MONTH,
  nextBucket,
  type Span,
} from "../domain/grain.ts";
import { isCounted } from "./acts.ts";
import { createRollupDeltas, type RollupDelta, type Series, type StoredTally } from "./deltas.ts";

/** Deltas are folded once the first of them is so many entries old: each question reads them all. */
export const FOLD_AFTER_ENTRIES = 4_096;

export interface RollupKey extends Series {
  readonly grainMinutes: Grain;
  /** The bucket's start; 0 for all time. */
  readonly bucketUs: number;
}

export interface StoredRollup extends RollupKey, StoredTally {}

export interface Extremes {
  readonly min: string;
  readonly max: string;
}

/** A day of UTC, and the last entry that has changed a rollup of it. */
export interface ChangedDay {
  readonly dayUs: number;
  readonly revision: number;
}

/** What a backend is asked to do. */
export type RollupStep =
  /** Notes which days change, and by which entry. */
  | { readonly kind: "noteDays"; readonly days: readonly ChangedDay[] }
  /** Gives all deltas, and removes them. */
  | { readonly kind: "takeDeltas" }
  /** Gives those of these rollups that are there. */
  | { readonly kind: "find"; readonly keys: readonly RollupKey[] }
  /** Writes rollups in place of those that are there. */
  | { readonly kind: "put"; readonly rows: readonly StoredRollup[] }
  | { readonly kind: "drop"; readonly keys: readonly RollupKey[] }
  /** Gives the extremes among the events that count in these quarters, for each that has any. */
  | { readonly kind: "extremes"; readonly keys: readonly RollupKey[] }
  /** Gives the first and the last month that have rollups. */
  | { readonly kind: "months" };

export type RollupWork = Generator<RollupStep, void, unknown>;

/** An event as it was counted and as it counts now; null where it does not count. */
export interface Moved {
  readonly before: Event | null;
  readonly after: Event | null;
  /** The entry by which it has changed. */
  readonly revision: number;
}

/** What a change of an event is to the rollups; null where it counts as it did before. */
export const movedBy = ({ before, after }: { readonly before: Event; readonly after: Event }): Moved | null => {
  const isAlike = !isCounted(after) || before.fingerprint === after.fingerprint;
  if (isCounted(before) === isCounted(after) && isAlike) return null;
  return {
    before: isCounted(before) ? before : null,
    after: isCounted(after) ? after : null,
    revision: after.changedBy ?? after.seq,
  };
};

/** Folds all deltas into the rollups. */
export function* foldDeltas(): RollupWork {
  const deltas = (yield { kind: "takeDeltas" }) as readonly RollupDelta[];
  if (deltas.length === 0) return;
  yield { kind: "noteDays", days: daysOf(deltas) };
  yield* addTo(byGrain(deltas));
}

/** Repairs the rollups, once the rows of the events say what they say now. */
export function* repairRollups(moved: readonly Moved[]): RollupWork {
  const [came, went] = [createRollupDeltas(), createRollupDeltas()];
  for (const { before, after, revision } of moved) {
    if (before !== null) went.add(before, revision);
    if (after !== null) came.add(after, revision);
  }
  yield* foldDeltas();
  yield { kind: "noteDays", days: daysOf([...came.deltas(), ...went.deltas()]) };
  yield* addTo(byGrain(came.deltas()));
  const gone = byGrain(went.deltas());
  // Each grain is right before the next coarser looks its extremes up in it.
  for (const grain of grains) yield* takeFrom(gone.filter(({ grainMinutes }) => grainMinutes === grain));
}

export const keyOf = ({ grainMinutes, bucketUs, client, metric, unit }: RollupKey): string =>
  `${grainMinutes}\n${bucketUs}\n${client}\n${metric}\n${unit}`;

const daysOf = (deltas: readonly RollupDelta[]): readonly ChangedDay[] => {
  const days = new Map<number, number>();
  for (const { bucketUs, revision } of deltas) {
    const dayUs = bucketStart(DAY, bucketUs);
    days.set(dayUs, Math.max(days.get(dayUs) ?? 0, revision));
  }
  return Array.from(days, ([dayUs, revision]) => ({ dayUs, revision }));
};

/** What deltas bring to the buckets of every grain. */
export const byGrain = (deltas: readonly RollupDelta[]): readonly StoredRollup[] => {
  let finer: readonly RollupDelta[] = deltas;
  return grains.flatMap((grain) => {
    const rows = sumUp(asRollups(finer, grain));
    finer = rows;
    return rows;
  });
};

/** Each as part of the bucket of this grain that it lies in. */
export const asRollups = (finer: readonly RollupDelta[], grainMinutes: Grain): readonly StoredRollup[] =>
  finer.map((row) => ({ ...row, grainMinutes, bucketUs: bucketStart(grainMinutes, row.bucketUs) }));

const sumUp = (rows: readonly StoredRollup[]): readonly StoredRollup[] =>
  Array.from(Map.groupBy(rows, keyOf).values(), ([first, ...others]) => {
    const row = first as StoredRollup;
    return others.length === 0 ? row : { ...row, ...mergeAll([row, ...others]) };
  });

/** Amounts are read once each and written once, which takes most of the time of folding. */
const mergeAll = (rows: readonly StoredTally[]): StoredTally => {
  const bins = new Map<number, number>();
  for (const row of rows) addBins(bins, row.bins);
  return {
    count: rows.reduce((count, row) => count + row.count, 0),
    sum: decimalOf(rows.reduce((sum, row) => sum + billionthsOf(row.sum), 0n)),
    min: rows.map(({ min }) => min).reduce(minDecimal),
    max: rows.map(({ max }) => max).reduce(maxDecimal),
    late: rows.reduce((late, row) => late + row.late, 0),
    revision: rows.reduce((revision, row) => Math.max(revision, row.revision), 0),
    bins: encodeBins(bins),
  };
};

export const mergeStored = (left: StoredTally, right: StoredTally): StoredTally => ({
  count: left.count + right.count,
  sum: decimalOf(billionthsOf(left.sum) + billionthsOf(right.sum)),
  min: minDecimal(left.min, right.min),
  max: maxDecimal(left.max, right.max),
  late: left.late + right.late,
  revision: Math.max(left.revision, right.revision),
  bins: mergeBins(left.bins, right.bins),
});

function* addTo(rows: readonly StoredRollup[]): RollupWork {
  if (rows.length === 0) return;
  const found = yield* find(rows);
  const put = rows.map((row) => {
    const stored = found.get(keyOf(row));
    return stored === undefined ? row : { ...row, ...mergeStored(stored, row) };
  });
  yield { kind: "put", rows: put };
}

function* find(keys: readonly RollupKey[]): Generator<RollupStep, ReadonlyMap<string, StoredRollup>, unknown> {
  const rows = (yield { kind: "find", keys }) as readonly StoredRollup[];
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** Takes out of rollups of one grain. */
function* takeFrom(gone: readonly StoredRollup[]): RollupWork {
  if (gone.length === 0) return;
  const found = yield* find(gone);
  const changes = gone.map((row) => {
    const stored = found.get(keyOf(row));
    if (stored === undefined) throw new Error("An event that counts has no rollup.");
    return { row, stored, left: without(stored, row) };
  });
  const searched = changes.filter(({ row, stored, left }) => left.count > 0 && isExtreme(row, stored));
  const extremes = yield* extremesOf(searched.map(({ row }) => row));
  const kept = changes.filter(({ left }) => left.count > 0);
  yield { kind: "put", rows: kept.map(({ row, left }) => ({ ...left, ...extremes.get(keyOf(row)) })) };
  yield { kind: "drop", keys: changes.filter(({ left }) => left.count === 0).map(({ row }) => row) };
}

const without = (stored: StoredRollup, gone: StoredTally): StoredRollup => ({
  ...stored,
  count: stored.count - gone.count,
  sum: decimalOf(billionthsOf(stored.sum) - billionthsOf(gone.sum)),
  late: stored.late - gone.late,
  revision: Math.max(stored.revision, gone.revision),
  bins: mergeBins(stored.bins, negated(gone.bins)),
});

const negated = (bins: Bins): Bins =>
  encodeBins(new Map(Array.from(countsOfBins(bins), ([bin, count]) => [bin, -count])));

const isExtreme = (gone: Extremes, stored: Extremes): boolean =>
  compareDecimals(gone.min, stored.min) <= 0 || compareDecimals(gone.max, stored.max) >= 0;

/** The extremes of rollups of one grain, looked up where they come from. */
function* extremesOf(keys: readonly RollupKey[]): Generator<RollupStep, ReadonlyMap<string, Extremes>, unknown> {
  const grain = keys[0]?.grainMinutes;
  if (grain === undefined) return new Map();
  const finer = finerThan(grain);
  const rows =
    finer === null
      ? ((yield { kind: "extremes", keys }) as readonly (RollupKey & Extremes)[])
      : [...(yield* find(yield* finerKeys(keys, finer))).values()];
  const extremes = new Map<string, Extremes>();
  for (const row of rows) {
    const key = keyOf({ ...row, grainMinutes: grain, bucketUs: bucketStart(grain, row.bucketUs) });
    const known = extremes.get(key) ?? row;
    extremes.set(key, { min: minDecimal(known.min, row.min), max: maxDecimal(known.max, row.max) });
  }
  for (const key of keys) if (!extremes.has(keyOf(key))) throw new Error("A rollup counts events that are not there.");
  return extremes;
}

function* finerKeys(
  keys: readonly RollupKey[],
  finer: Exclude<Grain, 0>,
): Generator<RollupStep, readonly RollupKey[], unknown> {
  const all = finer === MONTH ? ((yield { kind: "months" }) as Span) : null;
  return keys.flatMap((key) =>
    bucketsIn(finer, all ?? spanOf(key)).map((bucketUs) => ({ ...key, grainMinutes: finer, bucketUs })),
  );
}

const spanOf = ({ grainMinutes, bucketUs }: RollupKey): Span => ({
  fromUs: bucketUs,
  toUs: grainMinutes === ALL_TIME ? Number.POSITIVE_INFINITY : nextBucket(grainMinutes, bucketUs),
});
