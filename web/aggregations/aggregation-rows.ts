// From the tallies that the server gives to the rows and lines of the room: one unit at a time, groups beside what they
// were in the period before, every figure as its exact text.

import type { Aggregation } from "../api/aggregation-operations.ts";
import type { Figure, Place, SortColumn } from "./aggregation-place.ts";
import { addDecimals, averageOf, compareDecimals, orderOf, percentChange, subtractDecimals } from "./decimal.ts";

export type Tally = Pick<Aggregation, "count" | "sum" | "avg" | "min" | "max">;

export interface Group {
  readonly key: string;
  readonly client: string | null;
  readonly metric: string | null;
  readonly tally: Tally;
  /** What it was in the period before; of no events where it was not asked for. */
  readonly before: Tally;
}

export interface UnitCount {
  readonly unit: string | null;
  readonly count: number;
}

const nothing: Tally = { count: 0, sum: "0", avg: null, min: null, max: null };

/** What keeps a group apart from the others of its unit. */
export const keyOf = ({ client, metric }: Pick<Aggregation, "client" | "metric">): string =>
  JSON.stringify([client, metric]);

/** A group in words. */
export const nameOf = ({ client, metric }: Pick<Aggregation, "client" | "metric">): string =>
  [client, metric].filter((name) => name !== null).join(" · ") || "All events";

/** The units with their events, those with the most first. */
export const unitsOf = (totals: readonly Aggregation[]): readonly UnitCount[] => {
  const counts = new Map<string | null, number>();
  for (const { unit, count } of totals) counts.set(unit, (counts.get(unit) ?? 0) + count);
  return [...counts].map(([unit, count]) => ({ unit, count })).sort((one, other) => other.count - one.count);
};

/** The groups of one unit in either period. */
export const groupsOf = (
  deps: Readonly<Record<"now" | "before", readonly Aggregation[]>> & { readonly unit: string | null },
): readonly Group[] => {
  const inUnit = (totals: readonly Aggregation[]) => totals.filter(({ unit }) => unit === deps.unit);
  const groups = new Map<string, Group>();
  for (const total of inUnit(deps.now)) groups.set(keyOf(total), { ...namesOf(total), tally: total, before: nothing });
  for (const total of inUnit(deps.before))
    groups.set(keyOf(total), { ...(groups.get(keyOf(total)) ?? { ...namesOf(total), tally: nothing }), before: total });
  return [...groups.values()];
};

const namesOf = ({ client, metric }: Aggregation) => ({ key: keyOf({ client, metric }), client, metric });

/** A figure as its exact text; null where no event has one. */
export const figureOf = (tally: Tally, figure: Figure): string | null =>
  figure === "count" ? String(tally.count) : tally[figure];

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

/** All groups together, which the tallies of one unit can be. */
export const togetherOf = (groups: readonly Group[]): Group => ({
  ...{ key: "together", client: null, metric: null },
  tally: sumOf(groups.map(({ tally }) => tally)),
  before: sumOf(groups.map(({ before }) => before)),
});

const sumOf = (tallies: readonly Tally[]): Tally => {
  const sum = tallies.filter(({ count }) => count > 0).reduce(mergeTallies, nothing);
  return { ...sum, avg: averageOf(sum.sum, sum.count) };
};

/** Without the average, which is no sum of averages. */
const mergeTallies = (one: Tally, other: Tally): Tally => ({
  ...{ count: one.count + other.count, sum: addDecimals(one.sum, other.sum), avg: null },
  min: pick(one.min, other.min, (left, right) => compareDecimals(left, right) <= 0),
  max: pick(one.max, other.max, (left, right) => compareDecimals(left, right) >= 0),
});

const pick = (
  left: string | null,
  right: string | null,
  isLeft: (left: string, right: string) => boolean,
): string | null => {
  if (left === null || right === null) return left ?? right;
  return isLeft(left, right) ? left : right;
};

/** More lines than this cannot be told apart; the others are listed. */
const MAX_DRAWN = 6;

/** The groups that are drawn: those with the largest sum for sums, else those with the most events. */
export const drawnGroups = (groups: readonly Group[], figure: Figure): readonly Group[] =>
  sortGroups(
    groups.filter(({ tally }) => tally.count > 0),
    { sort: { column: figure === "sum" ? "sum" : "count", isAscending: false }, figure },
  ).slice(0, MAX_DRAWN);

/** In the order asked for; groups without the figure come last, equal ones by name. */
export const sortGroups = (
  groups: readonly Group[],
  { sort, figure }: Pick<Place, "sort" | "figure">,
): readonly Group[] => {
  const { column, isAscending } = sort;
  const sign = isAscending ? 1 : -1;
  const byName = (one: Group, other: Group) => compareText(nameOf(one), nameOf(other));
  if (column === "name") return [...groups].sort((one, other) => sign * byName(one, other));
  const keyed = groups.map((group) => {
    const value = sortValue(group, column, figure);
    return { group, order: value === null ? null : orderOf(value) };
  });
  keyed.sort((one, other) => {
    if (one.order === other.order) return byName(one.group, other.group);
    if (one.order === null || other.order === null) return one.order === null ? 1 : -1;
    return one.order < other.order ? -sign : sign;
  });
  return keyed.map(({ group }) => group);
};

const sortValue = (group: Group, column: Exclude<SortColumn, "name">, figure: Figure): string | null => {
  if (column === "before") return figureOf(group.before, figure);
  if (column === "difference") return differenceOf(group, figure);
  return figureOf(group.tally, column);
};

const compareText = (left: string, right: string): number => {
  if (left === right) return 0;
  return left < right ? -1 : 1;
};
