// What the aggregations must be, added up anew from what the clients know. The arithmetic is that of the clients' own
// truth, and nothing of the server's.
import { exactOf, textOf } from "../demo/exact.ts";
import type { Sale } from "../demo/sale.ts";

export const intervals = ["ALL", "DAY", "MINUTE_15"] as const;

export type Interval = (typeof intervals)[number];

/** One group as the server tells it; amounts are decimal text. */
export interface Aggregation {
  readonly client: string;
  readonly metric: string;
  readonly unit: string | null;
  /** Where the interval begins; null for ALL. */
  readonly from: string | null;
  readonly count: number;
  readonly sum: string;
  readonly min: string;
  readonly max: string;
}

interface Tally {
  count: number;
  sum: bigint;
  min: bigint;
  max: bigint;
}

const lengthsMs: Readonly<Record<Interval, number>> = { ALL: 0, DAY: 86_400_000, MINUTE_15: 900_000 };

/** Everything that differs between what the server says and what the sales add up to, in words. */
export const differencesFrom = (
  sales: readonly Sale[],
  interval: Interval,
  told: readonly Aggregation[],
): readonly string[] => {
  const expected = recount(sales, interval);
  const found = told.flatMap((aggregation) => {
    const key = keyOf({ ...aggregation, fromMs: aggregation.from === null ? null : Date.parse(aggregation.from) });
    const known = expected.get(key);
    expected.delete(key);
    const [is, must] = [describe(tallyOf(aggregation)), known === undefined ? "nothing" : describe(known)];
    return is === must ? [] : [`The ${interval} rollup ${key} has ${is} instead of ${must}.`];
  });
  const missing = [...expected].map(
    ([key, tally]) => `The ${interval} rollup ${key} has nothing instead of ${describe(tally)}.`,
  );
  return [...found, ...missing];
};

const recount = (sales: readonly Sale[], interval: Interval): Map<string, Tally> => {
  const tallies = new Map<string, Tally>();
  const lengthMs = lengthsMs[interval];
  for (const { client, metric, unit, at, amount } of sales) {
    const key = keyOf({ client, metric, unit, fromMs: lengthMs === 0 ? null : at - (at % lengthMs) });
    const tally = tallies.get(key);
    if (tally === undefined) tallies.set(key, { count: 1, sum: amount, min: amount, max: amount });
    else add(tally, amount);
  }
  return tallies;
};

const add = (tally: Tally, amount: bigint): void => {
  tally.count += 1;
  tally.sum += amount;
  if (amount < tally.min) tally.min = amount;
  if (amount > tally.max) tally.max = amount;
};

interface Group {
  readonly client: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly fromMs: number | null;
}

const keyOf = ({ client, metric, unit, fromMs }: Group): string =>
  JSON.stringify([client, metric, unit, fromMs === null ? null : new Date(fromMs).toISOString()]);

const tallyOf = ({ count, sum, min, max }: Aggregation): Tally => ({
  ...{ count, sum: exactOf(sum), min: exactOf(min), max: exactOf(max) },
});

const describe = ({ count, sum, min, max }: Tally): string =>
  `${count} events of ${textOf(sum)}, ${textOf(min)} to ${textOf(max)}`;
