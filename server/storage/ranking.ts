// The first groups of an answer, and what is left of all others. Groups of different units are ranked apart, since their
// amounts cannot be compared, and what is left is told for each unit.
import { compareGroups, compareRanked, comparerOf, type Order } from "../domain/rollup.ts";
import { addToSum, type Sum } from "./sums.ts";

interface Ranking {
  readonly order: Order;
  readonly limit: number | undefined;
}

/** By time, then by unit; in each the groups in their order, and what is left behind them. */
export const rankGroups = (sums: readonly Sum[], ranking: Ranking): readonly Sum[] => {
  const placeOf = placesOf(sums, ranking);
  const { limit = Number.POSITIVE_INFINITY } = ranking;
  const kept: Sum[] = [];
  const others = new Map<string, Sum>();
  for (const sum of sums) {
    const place = placeOf(sum);
    if (place < limit) {
      sum.rank = place + 1;
      kept.push(sum);
      continue;
    }
    const key = `${sum.span?.fromUs}\n${sum.unit ?? ""}`;
    const other = others.get(key);
    if (other === undefined) others.set(key, asOther(sum));
    else addToSum(other, sum);
  }
  return [...kept, ...others.values()].sort(
    (left, right) => (left.span?.fromUs ?? 0) - (right.span?.fromUs ?? 0) || compareRanked(left, right),
  );
};

const asOther = (sum: Sum): Sum => ({
  ...{ ...sum, client: null, metric: null, isOther: true },
  ...{ bins: [...sum.bins], amounts: [...sum.amounts] },
});

const groupOf = ({ client, metric, unit }: Sum): string => `${client ?? ""}\n${metric ?? ""}\n${unit ?? ""}`;

/** What all intervals together say of the group of each. */
const totalsOf = (sums: readonly Sum[]): ReadonlyMap<Sum, Sum> => {
  // Where time does not divide the groups, there is but one of each.
  if (sums[0]?.span === null) return new Map(sums.map((sum) => [sum, sum]));
  const byGroup = new Map<string, Sum>();
  const totals = new Map<Sum, Sum>();
  for (const sum of sums) {
    const group = groupOf(sum);
    const known = byGroup.get(group);
    const total = known ?? { ...sum, span: null, bins: [], amounts: [] };
    if (known === undefined) byGroup.set(group, total);
    else addToSum(total, { ...sum, bins: [], amounts: [] });
    totals.set(sum, total);
  }
  return totals;
};

/** The place of each group among those of its unit, from 0. */
const placesOf = (sums: readonly Sum[], { order }: Ranking): ((sum: Sum) => number) => {
  const compareTotals = comparerOf(order);
  const totals = totalsOf(sums);
  const places = new Map<Sum, number>();
  for (const ofUnit of Map.groupBy(new Set(totals.values()), ({ unit }) => unit).values()) {
    ofUnit.sort((left, right) => compareTotals(left, right) || compareGroups(left, right));
    for (const [place, total] of ofUnit.entries()) places.set(total, place);
  }
  return (sum) => places.get(totals.get(sum) ?? sum) ?? Number.POSITIVE_INFINITY;
};
