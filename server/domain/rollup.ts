// What an aggregation tells of a group of events, and in which order.
import type { Micros } from "./calendar.ts";
import { compareDecimals } from "./decimal.ts";

export const dimensions = ["CLIENT", "METRIC", "UNIT"] as const;
export type Dimension = (typeof dimensions)[number];

/** What is known of the amounts of a group of events. */
export interface Tally {
  readonly count: number;
  readonly sum: string;
  readonly min: string;
  readonly max: string;
}

/** What groups are told apart by. A dimension that was not asked for is null. */
export interface Group {
  readonly client: string | null;
  readonly metric: string | null;
  readonly unit: string | null;
}

/** The tally of one group in one interval `[fromUs, toUs)`; both are null where time does not divide the groups. */
export interface Aggregation extends Group, Tally {
  readonly fromUs: Micros | null;
  readonly toUs: Micros | null;
  /** How many of the events were received after their quarter of an hour had ended. */
  readonly late: number;
  /** The last entry that changed it. */
  readonly revision: number;
  /** One for each percentile that was asked for. */
  readonly percentiles: readonly string[];
  /** Which of them are told from bins, and so may be off. */
  readonly approximate: readonly boolean[];
  /** The place of its group among those of its unit, from 1; null where they are not ranked, and for what is left. */
  readonly rank: number | null;
  /** Whether it is what is left of its unit beside the first groups. */
  readonly isOther: boolean;
}

export const orders = [
  ...(["GROUP", "COUNT_DESC", "COUNT_ASC", "SUM_DESC", "SUM_ASC", "AVG_DESC", "AVG_ASC"] as const),
  ...(["MIN_DESC", "MIN_ASC", "MAX_DESC", "MAX_ASC"] as const),
] as const;
/** GROUP: by client and metric. Else by what all intervals together say of a group. */
export type Order = (typeof orders)[number];

/** What is compared of a group, in billionths where it is an amount. */
interface Total {
  readonly count: number;
  readonly sum: bigint;
  readonly min: string;
  readonly max: string;
}

/** Below 0 where the left comes first. Groups of different units are not compared by their amounts. */
export const compareTotals = (order: Order, left: Total, right: Total): number => {
  const sign = order.endsWith("_ASC") ? 1 : -1;
  switch (order.split("_")[0]) {
    case "COUNT":
      return sign * (left.count - right.count);
    case "SUM":
      return sign * compareNumbers(left.sum, right.sum);
    case "AVG":
      return sign * compareNumbers(left.sum * BigInt(right.count), right.sum * BigInt(left.count));
    case "MIN":
      return sign * compareDecimals(left.min, right.min);
    case "MAX":
      return sign * compareDecimals(left.max, right.max);
    default:
      return 0;
  }
};

const compareNumbers = (left: bigint, right: bigint): number => (left < right ? -1 : Number(left > right));

type Placed = Pick<Aggregation, "fromUs" | "client" | "metric" | "unit">;

/** By time, then by client, metric and unit. */
export const compareAggregations = (left: Placed, right: Placed): number =>
  (left.fromUs ?? 0) - (right.fromUs ?? 0) || compareGroups(left, right);

/** By client, metric and unit. */
export const compareGroups = (left: Group, right: Group): number =>
  compareText(left.client, right.client) ||
  compareText(left.metric, right.metric) ||
  compareText(left.unit, right.unit);

type Ranked = Omit<Placed, "fromUs"> & Pick<Aggregation, "isOther" | "rank">;

/** The groups of an interval where they are ranked: by unit, what is left of it last. */
export const compareRanked = (left: Ranked, right: Ranked): number =>
  compareText(left.unit, right.unit) ||
  Number(left.isOther) - Number(right.isOther) ||
  (left.rank ?? 0) - (right.rank ?? 0);

const compareText = (left: string | null, right: string | null): number => {
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? -1 : 1;
  return left < right ? -1 : 1;
};
