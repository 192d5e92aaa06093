// Percentiles by the nearest rank: the least amount that at least this part of all does not exceed. Exact where the
// amounts are at hand, else told from bins.
import { addBins, amountOfBin, type Bins, binAt } from "./bins.ts";
import { compareDecimals, maxDecimal, minDecimal } from "./decimal.ts";
import { AppError } from "./error.ts";
import type { Tally } from "./rollup.ts";

/** Up to so many events of a range, or of the clients asked for, they are looked at themselves. */
export const MAX_EXACT_EVENTS = 10_000;
const MAX_PERCENTILES = 10;

/** @throws AppError BAD_USER_INPUT where one is not between 0 and 1, or they are too many. */
export const checkPercentiles = (percentiles: readonly number[]): readonly number[] => {
  if (percentiles.length > MAX_PERCENTILES)
    throw new AppError("BAD_USER_INPUT", `At most ${MAX_PERCENTILES} percentiles can be asked for at once.`);
  for (const percentile of percentiles)
    if (!(percentile >= 0 && percentile <= 1))
      throw new AppError(
        "BAD_USER_INPUT",
        `A percentile is given as a number from 0 to 1: 0.95, and not ${percentile}.`,
      );
  return percentiles;
};

/** Which place the percentile has among so many amounts, from 1 for the least. `0.07 * 100` is more than 7 as a double. */
export const rankOf = (percentile: number, count: number): number => {
  const [, digits = "", exponent = "0"] = /^(\d(?:\.\d+)?)e([+-]\d+)$/.exec(percentile.toExponential()) ?? [];
  const [whole = "", fraction = ""] = digits.split(".");
  const scale = 10n ** BigInt(fraction.length - Number(exponent));
  const product = BigInt(whole + fraction) * BigInt(count);
  return Math.max(1, Number((product + scale - 1n) / scale));
};

/** Exact. `amounts` is put in order. */
export const percentilesOf = (amounts: string[], percentiles: readonly number[]): readonly string[] => {
  amounts.sort(compareDecimals);
  return percentiles.map((percentile) => amounts[rankOf(percentile, amounts.length) - 1] as string);
};

/** Whether the percentile is the least or the greatest of all, which are always known exactly. */
export const isExtreme = (percentile: number, { count, min, max }: Tally): boolean => {
  const rank = rankOf(percentile, count);
  return rank === 1 || rank === count || min === max;
};

/** What bins tell of them: within the guarantee of bins.ts, and never beyond the extremes, which are exact. */
export const percentilesOfBins = (
  parts: readonly Bins[],
  { count, min, max }: Tally,
  percentiles: readonly number[],
): readonly string[] => {
  const counts = new Map<number, number>();
  for (const bins of parts) addBins(counts, bins);
  return percentiles.map((percentile) => {
    const rank = rankOf(percentile, count);
    if (rank === 1) return min;
    if (rank === count) return max;
    return minDecimal(max, maxDecimal(min, amountOfBin(binAt(counts, rank))));
  });
};
