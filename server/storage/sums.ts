// What is known of a group of events while it is summed up.
import { type Bins, mergeAllBins } from "../domain/bins.ts";
import { maxDecimal, minDecimal } from "../domain/decimal.ts";
import type { Span } from "../domain/grain.ts";
import type { Group } from "../domain/rollup.ts";

/** Of a group in an interval; null where time does not divide the groups. */
export interface Sum extends Group {
  readonly span: Span | null;
  count: number;
  sum: bigint;
  min: string;
  max: string;
  late: number;
  revision: number;
  /** Null where no percentiles are asked for. */
  readonly bins: Bins[] | null;
  /** Null where there are none that percentiles are exact by. */
  amounts: string[] | null;
  readonly isOther: boolean;
  rank: number | null;
}

/** Bins are merged when there are so many: each set takes memory, and each merging time. */
const MAX_LOOSE_BINS = 64;

/** Adds what is known of other events. */
export const addToSum = (sum: Sum, other: Sum): void => {
  addTally(sum, other, other.sum);
  if (other.bins !== null) addBins(sum, other.bins);
  for (const amount of other.amounts ?? []) addAmount(sum, amount);
};

/** Adds the tally of other events, whose amounts are so much together. */
export const addTally = (
  sum: Sum,
  other: Pick<Sum, "count" | "min" | "max" | "late" | "revision">,
  amount: bigint,
): void => {
  sum.count += other.count;
  sum.sum += amount;
  sum.min = minDecimal(sum.min, other.min);
  sum.max = maxDecimal(sum.max, other.max);
  sum.late += other.late;
  if (other.revision > sum.revision) sum.revision = other.revision;
};

export const addBins = ({ bins }: Sum, others: readonly Bins[]): void => {
  bins?.push(...others);
  if (bins !== null && bins.length >= MAX_LOOSE_BINS) bins.splice(0, bins.length, mergeAllBins(bins));
};

export const addAmount = (sum: Sum, amount: string): void => {
  if (sum.amounts === null) sum.amounts = [amount];
  else sum.amounts.push(amount);
};
