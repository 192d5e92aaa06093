// The first groups of an answer, and what is left of all others. Groups of different units are ranked apart, since their
// amounts cannot be compared, and what is left is told for each unit.
import type { Span } from "../domain/grain.ts";
import { compareGroups, compareRanked, comparerOf, type Order } from "../domain/rollup.ts";
import { addTally, addToSum, type Sum } from "./sums.ts";

interface Ranking {
  readonly order: Order;
  readonly limit: number | undefined;
}

/** A group in all its intervals. */
interface Whole {
  readonly total: Sum;
  readonly parts: readonly Sum[];
}

/** By time, then by unit; in each the groups in their order, and what is left behind them. */
export const rankGroups = (
  sums: readonly Sum[],
  { order, limit = Number.POSITIVE_INFINITY }: Ranking,
): readonly Sum[] => {
  const compareTotals = comparerOf(order);
  const compare = ({ total: left }: Whole, { total: right }: Whole): number =>
    compareTotals(left, right) || compareGroups(left, right);
  const ranked: Sum[] = [];
  for (const ofUnit of Map.groupBy(wholesOf(sums), ({ total }) => total.unit).values()) {
    const { first, rest } = divide(ofUnit, compare, limit);
    for (const [place, { parts }] of first.entries())
      for (const sum of parts) {
        sum.rank = place + 1;
        ranked.push(sum);
      }
    ranked.push(...othersOf(rest));
  }
  return ranked.sort(
    (left, right) => (left.span?.fromUs ?? 0) - (right.span?.fromUs ?? 0) || compareRanked(left, right),
  );
};

/** What they are together in each interval. */
const othersOf = (groups: readonly Whole[]): Iterable<Sum> => {
  const others = new Map<Span | null, Sum>();
  for (const { parts } of groups)
    for (const sum of parts) {
      const other = others.get(sum.span);
      if (other === undefined) others.set(sum.span, asOther(sum));
      else addToSum(other, sum);
    }
  return others.values();
};

const asOther = (sum: Sum): Sum => ({
  ...{ ...sum, client: null, metric: null, isOther: true },
  ...{ bins: sum.bins && [...sum.bins], amounts: sum.amounts && [...sum.amounts] },
});

const groupOf = ({ client, metric, unit }: Sum): string => `${client ?? ""}\n${metric ?? ""}\n${unit ?? ""}`;

const wholesOf = (sums: readonly Sum[]): readonly Whole[] => {
  // Where time does not divide the groups, there is but one of each.
  if (sums[0]?.span === null) return sums.map((sum) => ({ total: sum, parts: [sum] }));
  return Array.from(Map.groupBy(sums, groupOf).values(), (parts) => ({ total: totalOf(parts), parts }));
};

const totalOf = ([first, ...others]: readonly Sum[]): Sum => {
  const total = { ...(first as Sum), span: null };
  for (const other of others) addTally(total, other, other.sum);
  return total;
};

/** How many more than asked for are kept at least, before those are sorted out that are too many. */
const MIN_SPARE = 64;

/** The first of them in order, and all others in none. Of very many most are only compared with the last that is kept. */
const divide = <Item>(items: readonly Item[], compare: (left: Item, right: Item) => number, limit: number) => {
  const first: Item[] = [];
  const rest: Item[] = [];
  const sortOut = (): void => {
    first.sort(compare);
    for (let last = first.length; last > limit; last -= 1) rest.push(first.pop() as Item);
  };
  let bound: Item | undefined;
  for (const item of items) {
    if (bound !== undefined && compare(item, bound) > 0) {
      rest.push(item);
      continue;
    }
    first.push(item);
    if (first.length < 2 * limit + MIN_SPARE) continue;
    sortOut();
    bound = first.at(-1);
  }
  sortOut();
  return { first, rest };
};
