// Intervals without events, where they are asked for: each group of an answer has all intervals of the range.
import { averageOf } from "./decimal.ts";
import { AppError } from "./error.ts";
import type { Span } from "./grain.ts";
import { type Aggregation, compareGroups, compareRanked, type Group } from "./rollup.ts";

export const fills = ["NONE", "ZERO", "NULL", "PREVIOUS"] as const;
export type Fill = (typeof fills)[number];

/** As many rows as an answer may have. */
export const MAX_ROWS = 50_000;

/** A row of an answer. What nothing is known of is null. */
export interface AggregationRow extends Group {
  readonly fromUs: number | null;
  readonly toUs: number | null;
  readonly count: number;
  readonly sum: string;
  /** Only where there is no event in it: else it follows from the sum (avgOf). */
  readonly avg?: string | null;
  readonly min: string | null;
  readonly max: string | null;
  readonly late: number;
  readonly revision: number;
  readonly percentiles: readonly (string | null)[];
  /** Which of them are told from bins, and so may be off. */
  readonly approximate: readonly boolean[];
  /** The place of its group among those of its unit, from 1; null where they are not ranked, and for what is left. */
  readonly rank: number | null;
  readonly isOther: boolean;
}

/** Whether there is no event in it. */
export const isFilled = ({ count }: AggregationRow): boolean => count === 0;

/** The sum by the count; of an interval without events what it was filled with. */
export const avgOf = (row: AggregationRow): string | null =>
  isFilled(row) ? (row.avg ?? null) : averageOf(row.sum, row.count);

export interface Filling {
  readonly fill: Fill;
  /** All intervals of the range in order; none where time does not divide the groups. */
  readonly intervals: readonly Span[];
  /** How many percentiles a row has. */
  readonly percentiles: number;
}

/** @throws AppError BAD_USER_INPUT where there would be too many rows. */
export const fillIn = (aggregations: readonly Aggregation[], filling: Filling): readonly AggregationRow[] => {
  const { fill, intervals } = filling;
  if (fill === "NONE" || intervals.length === 0) {
    checkRows(aggregations.length);
    return aggregations;
  }
  const groups = Map.groupBy(aggregations, groupOf);
  checkRows(groups.size * intervals.length);
  const byGroup = Array.from(groups.values(), (rows) => fillGroup(rows, filling)).sort(compareFilled);
  return intervals.flatMap((_, index) => byGroup.map((rows) => rows[index] as AggregationRow));
};

/** @throws AppError BAD_USER_INPUT where there would be too many. */
export const checkRows = (rows: number): void => {
  if (rows > MAX_ROWS)
    throw new AppError(
      "BAD_USER_INPUT",
      `The answer would have ${rows} rows; at most ${MAX_ROWS} are possible. Narrow the time range, ask for a longer interval or fewer groups, or set a limit.`,
    );
};

const groupOf = ({ client, metric, unit, isOther }: Aggregation): string =>
  `${client ?? ""}\n${metric ?? ""}\n${unit ?? ""}\n${isOther}`;

/** All rows of a group have its rank. */
const compareFilled = ([left]: readonly AggregationRow[], [right]: readonly AggregationRow[]): number => {
  if (left === undefined || right === undefined) return 0;
  const isRanked = left.rank !== null || right.rank !== null;
  return isRanked ? compareRanked(left, right) : compareGroups(left, right);
};

const fillGroup = (rows: readonly Aggregation[], filling: Filling): readonly AggregationRow[] => {
  const known = new Map(rows.map((row) => [row.fromUs, row]));
  let previous: Aggregation | null = null;
  return filling.intervals.map((span) => {
    const row = known.get(span.fromUs);
    if (row === undefined) return { ...emptyRow(rows[0] as Aggregation, previous, filling), ...span };
    previous = row;
    return row;
  });
};

const emptyRow = (
  { client, metric, unit, isOther, rank }: Aggregation,
  previous: Aggregation | null,
  { fill, percentiles }: Filling,
): AggregationRow => {
  const group = { client, metric, unit, isOther, rank, late: 0, revision: 0 };
  const span = { fromUs: null, toUs: null };
  if (fill === "PREVIOUS" && previous !== null)
    return { ...previous, ...group, ...span, count: 0, avg: avgOf(previous) };
  const value = fill === "ZERO" ? "0" : null;
  return {
    ...{ ...group, ...span, count: 0, sum: "0", avg: value, min: value, max: value },
    percentiles: new Array<string | null>(percentiles).fill(value),
    approximate: new Array<boolean>(percentiles).fill(false),
  };
};
