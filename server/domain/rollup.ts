// What an aggregation tells of a group of events, and in which order.
import type { Micros } from "./calendar.ts";

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
}

/** By time, then by client, metric and unit. */
export const compareAggregations = (left: Aggregation, right: Aggregation): number =>
  (left.fromUs ?? 0) - (right.fromUs ?? 0) ||
  compareText(left.client, right.client) ||
  compareText(left.metric, right.metric) ||
  compareText(left.unit, right.unit);

const compareText = (left: string | null, right: string | null): number => {
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? -1 : 1;
  return left < right ? -1 : 1;
};
