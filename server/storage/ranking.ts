// The first groups of an answer, and what is left of all others. Groups of different units are ranked apart, since their
// amounts cannot be compared, and what is left is told for each unit.
import { compareGroups, compareRanked, compareTotals, type Order } from "../domain/rollup.ts";
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

/** The place of each group among those of its unit, from 0, by what all intervals together say of it. */
const placesOf = (sums: readonly Sum[], { order }: Ranking): ((sum: Sum) => number) => {
  const totals = new Map<string, Sum>();
  for (const sum of sums) {
    const total = totals.get(groupOf(sum));
    if (total === undefined) totals.set(groupOf(sum), { ...sum, span: null, bins: [], amounts: [] });
    else addToSum(total, { ...sum, bins: [], amounts: [] });
  }
  const places = new Map<string, number>();
  for (const ofUnit of Map.groupBy(totals.values(), ({ unit }) => unit).values()) {
    ofUnit.sort((left, right) => compareTotals(order, left, right) || compareGroups(left, right));
    for (const [place, total] of ofUnit.entries()) places.set(groupOf(total), place);
  }
  return (sum) => places.get(groupOf(sum)) ?? Number.POSITIVE_INFINITY;
};
