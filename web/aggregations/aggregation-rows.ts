// From the rows that the server gives to those of the room: one unit at a time, groups beside what they were in the period
// before, every figure as its exact text.
import type { Aggregation } from "../api/aggregation-operations.ts";
import { type Figure, isPercentile, partOf } from "./aggregation-place.ts";
import { addDecimals, averageOf, compareDecimals, percentChange, subtractDecimals } from "./decimal.ts";

export type Tally = Pick<Aggregation, "count" | "sum" | "avg" | "min" | "max" | "late" | "percentiles">;

export interface Group {
  readonly key: string;
  readonly client: string | null;
  readonly metric: string | null;
  /** Whether it is all groups together that are not told apart. */
  readonly isOther: boolean;
  readonly tally: Tally;
  /** What it was in the period before; of no events where it was not asked for. */
  readonly before: Tally;
}

export interface UnitCount {
  readonly unit: string | null;
  readonly count: number;
}

type Named = Pick<Aggregation, "client" | "metric" | "isOther">;

const nothing: Tally = { count: 0, sum: "0", avg: null, min: null, max: null, late: 0, percentiles: [] };

/** What keeps a group apart from the others of its unit. */
export const keyOf = ({ client, metric, isOther }: Named): string => JSON.stringify([client, metric, isOther]);

/** A group in words. */
export const nameOf = ({ client, metric, isOther }: Named): string => {
  if (isOther) return "All others";
  return [client, metric].filter((name) => name !== null).join(" · ") || "All events";
};

/** The units with their events, those with the most first. */
export const unitsOf = (totals: readonly Aggregation[]): readonly UnitCount[] => {
  const counts = new Map<string | null, number>();
  for (const { unit, count } of totals) counts.set(unit, (counts.get(unit) ?? 0) + count);
  return [...counts].map(([unit, count]) => ({ unit, count })).sort((one, other) => other.count - one.count);
};

export interface GroupsDeps {
  /** All rows are of one unit. */
  readonly totals: readonly Aggregation[];
  /** The percentiles of some of the groups; none where they are not looked at. */
  readonly spread: readonly Aggregation[];
  /** The buckets of some of the groups. */
  readonly series: readonly Aggregation[];
  /** Some groups as they were in the period before, and all groups together; none where nothing is compared. */
  readonly before: readonly Aggregation[];
  readonly allBefore: readonly Aggregation[];
}

/** The groups, those that are drawn with the sums of their buckets, so that no chart and table disagree; the others last. */
export const groupsOf = ({ totals, spread, series, before, allBefore }: GroupsDeps): readonly Group[] => {
  const buckets = Map.groupBy(series, keyOf);
  const earlier = new Map(before.map((row) => [keyOf(row), row]));
  const spreads = new Map(spread.map((row) => [keyOf(row), row.percentiles]));
  const groupOf = (row: Aggregation): Group => ({
    ...{ key: keyOf(row), client: row.client, metric: row.metric, isOther: row.isOther },
    tally: { ...row, ...summedUp(buckets.get(keyOf(row))), percentiles: spreads.get(keyOf(row)) ?? [] },
    before: earlier.get(keyOf(row)) ?? nothing,
  });
  const groups = totals.filter(({ isOther }) => !isOther).map(groupOf);
  const rest = subtractTallies(sumOf(allBefore), sumOf(groups.map((group) => group.before)));
  const other = totals.find(({ isOther }) => isOther);
  if (other) return [...groups, { ...groupOf(other), before: rest }];
  // Groups that have had events only before are not told apart.
  return rest.count > 0 ? [...groups, { ...otherNames, tally: nothing, before: rest }] : groups;
};

const otherNames = {
  ...{ client: null, metric: null, isOther: true },
  key: keyOf({ client: null, metric: null, isOther: true }),
};

/** What buckets say of all time together. */
const summedUp = (buckets: readonly Aggregation[] | undefined): Partial<Tally> =>
  buckets === undefined ? {} : sumOf(buckets.filter(({ isFilled }) => !isFilled));

/** All groups together, which the tallies of one unit can be. */
export const togetherOf = (groups: readonly Group[], allBefore: readonly Aggregation[]): Group => ({
  ...{ key: "together", client: null, metric: null, isOther: false },
  tally: sumOf(groups.map(({ tally }) => tally)),
  before: sumOf(allBefore),
});

const sumOf = (tallies: readonly Tally[]): Tally => {
  const counted = tallies.filter(({ count }) => count > 0);
  if (counted.length === 1 && counted[0]) return counted[0];
  const sum = counted.reduce(mergeTallies, nothing);
  return { ...sum, avg: averageOf(sum.sum, sum.count) };
};

/** Without the average, which is no sum of averages. */
const mergeTallies = (one: Tally, other: Tally): Tally => ({
  ...{ count: one.count + other.count, sum: addDecimals(one.sum, other.sum), avg: null, late: one.late + other.late },
  min: pick(one.min, other.min, (left, right) => compareDecimals(left, right) <= 0),
  max: pick(one.max, other.max, (left, right) => compareDecimals(left, right) >= 0),
  percentiles: [],
});

/** What is left of the extremes cannot be told. */
const subtractTallies = (whole: Tally, part: Tally): Tally => {
  const [count, sum] = [whole.count - part.count, subtractDecimals(whole.sum, part.sum)];
  return { ...nothing, count, sum, avg: averageOf(sum, count) };
};

const pick = (
  left: string | null,
  right: string | null,
  isLeft: (left: string, right: string) => boolean,
): string | null => {
  if (left === null || right === null) return left ?? right;
  return isLeft(left, right) ? left : right;
};

/** A figure as its exact text; null where no event has one. */
export const figureOf = (tally: Tally, figure: Figure): string | null => {
  if (figure === "count") return String(tally.count);
  if (!isPercentile(figure)) return tally[figure];
  return tally.percentiles.find(({ percentile }) => percentile === partOf(figure))?.value ?? null;
};

/** By which part of itself a percentile can be off; 0 where all are exact. */
export const relativeErrorOf = (tallies: readonly Tally[]): number =>
  Math.max(0, ...tallies.flatMap(({ percentiles }) => percentiles.map(({ relativeError }) => relativeError)));

/** By how much a figure has changed, exactly; null where it cannot be told. */
export const differenceOf = ({ tally, before }: Group, figure: Figure): string | null => {
  const [now, then] = [figureOf(tally, figure), figureOf(before, figure)];
  return now === null || then === null ? null : subtractDecimals(now, then);
};

/** The same in percent of what it was. */
export const changeOf = ({ tally, before }: Group, figure: Figure): string | null => {
  const [now, then] = [figureOf(tally, figure), figureOf(before, figure)];
  return now === null || then === null ? null : percentChange(then, now);
};

/** In the order in which the server ranks them, what all others are together last. */
export const rankedKeys = (rows: readonly Aggregation[]): readonly string[] =>
  rows.toSorted((one, other) => (one.rank ?? Infinity) - (other.rank ?? Infinity)).map(keyOf);

/**
 * The rows as they go on standing while their figures move: each where it was, a new one in the place of one that has
 * left. `wanted` is the order in which they would stand had one just come.
 */
export const standingKeys = (shown: readonly string[], wanted: readonly string[]): readonly string[] => {
  const fresh = wanted.filter((key) => !shown.includes(key));
  const kept = shown.flatMap((key) => (wanted.includes(key) ? key : (fresh.shift() ?? [])));
  return [...kept, ...fresh];
};
