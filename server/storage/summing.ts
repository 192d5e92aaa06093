// How a question about rollups is answered, once for both backends: which buckets are read, and how they are summed up.
import { type Bins, NO_BINS } from "../domain/bins.ts";
import { billionthsOf, decimalOf } from "../domain/decimal.ts";
import { AppError } from "../domain/error.ts";
import type { EventFilter } from "../domain/filter.ts";
import { bucketStart, cover, MONTH, nextBucket, QUARTER, type Span, type Stretch } from "../domain/grain.ts";
import { type Interval, intervalsIn, parseZone } from "../domain/interval.ts";
import { type PackedRows, packRows } from "../domain/packed-rows.ts";
import { isExtreme, percentilesOf, percentilesOfBins } from "../domain/percentile.ts";
import {
  type Aggregation,
  compareAggregations,
  type Dimension,
  type Group,
  type Order,
  type Tally,
} from "../domain/rollup.ts";
import { rankGroups } from "./ranking.ts";
import { type Reach, reachOf } from "./reach.ts";
import { addAmount, addBins, addTally, type Sum } from "./sums.ts";

export interface AggregationQuestion {
  readonly filter: EventFilter;
  /** What to keep apart. Units are always kept apart. */
  readonly groupBy: readonly Dimension[];
  /** How time divides the groups; it does not where this is left out. */
  readonly interval?: Interval;
  /** The name of the zone whose intervals are meant; UTC where it is left out. */
  readonly timeZone?: string;
  /** Which percentiles of the amounts to tell, from 0 to 1. */
  readonly percentiles?: readonly number[];
  /** Which groups come first; by client and metric where it is left out. */
  readonly order?: Order;
  /** Of each unit at most so many groups are told apart; the others are put together. */
  readonly limit?: number | undefined;
}

/** What is read to answer a question. */
export interface Plan {
  /** The intervals in order; null where time does not divide the groups. */
  readonly intervals: readonly Span[] | null;
  /** All time, where nothing is cut off and time does not divide the groups. */
  readonly stretches: readonly Stretch[] | "ALL_TIME";
  /** The deltas of these quarters. */
  readonly quarters: Span;
  /** Events that are looked at themselves: where a range cuts a quarter in two, and where a text is searched for. */
  readonly events: readonly Span[];
  /** All that is asked for. */
  readonly whole: Span;
  readonly reach: Reach;
}

/** Most of a long range may have no events, and then is no part of the answer. Since 2000 there are a million quarters. */
const MAX_LOOKED_THROUGH = 1_500_000;

const NOTHING: Span = { fromUs: 0, toUs: 0 };

/** `data`: whole quarters, in which all events lie that count. */
export const planOf = ({ filter, interval = "ALL", timeZone = "UTC" }: AggregationQuestion, data: Span): Plan => {
  const { fromUs = data.fromUs, toUs = data.toUs, text } = filter;
  const whole = { fromUs: Math.max(fromUs, data.fromUs), toUs: Math.min(toUs, data.toUs) };
  const inner = { fromUs: upToQuarter(whole.fromUs), toUs: bucketStart(QUARTER, whole.toUs) };
  const intervals = interval === "ALL" ? null : intervalsIn(whole, interval, parseZone(timeZone), MAX_LOOKED_THROUGH);
  const reach = reachOf(filter, data);
  const common = { intervals, whole, reach };
  if (whole.fromUs >= whole.toUs) return { ...common, stretches: [], quarters: NOTHING, events: [] };
  if (text !== undefined || inner.fromUs >= inner.toUs)
    return { ...common, stretches: [], quarters: NOTHING, events: [whole] };
  const isAllTime = intervals === null && reach.fromUs === undefined && reach.toUs === undefined;
  const open = openEnded(inner, reach);
  const spans = (intervals ?? [open]).map((span) => intersect(span, open));
  return {
    ...common,
    stretches: isAllTime ? "ALL_TIME" : cover(spans),
    quarters: inner,
    events: [
      { fromUs: whole.fromUs, toUs: inner.fromUs },
      { fromUs: inner.toUs, toUs: whole.toUs },
    ].filter((span) => span.fromUs < span.toUs),
  };
};

const openEnded = ({ fromUs, toUs }: Span, reach: Reach): Span => ({
  fromUs: reach.fromUs === undefined ? bucketStart(MONTH, fromUs) : fromUs,
  toUs: reach.toUs === undefined ? nextBucket(MONTH, bucketStart(MONTH, toUs - 1)) : toUs,
});

const upToQuarter = (us: number): number => {
  const startUs = bucketStart(QUARTER, us);
  return startUs === us ? us : nextBucket(QUARTER, startUs);
};

const intersect = (left: Span, right: Span): Span => ({
  fromUs: Math.max(left.fromUs, right.fromUs),
  toUs: Math.min(left.toUs, right.toUs),
});

/** Rollups, deltas or events of one group, whole or in part. */
export interface Part extends Group, Tally {
  /** A time within its interval. */
  readonly atUs: number;
  readonly late: number;
  readonly revision: number;
  /** Left out where no percentiles are asked for. */
  readonly bins?: Bins | null;
}

export interface Summing {
  add(part: Part): void;
  /** An amount for the percentiles, so that these are exact; then all are to be given. */
  addAmount(group: Group & { readonly atUs: number }, amount: string): void;
  /** In the order of aggregations. */
  result(): PackedRows;
}

const TOO_MANY =
  "There are too many groups and intervals to tell apart. Narrow the time range or the filter, or ask for a longer interval or fewer groups.";

const NONE: readonly never[] = [];

/** More would take the memory of all others who ask. */
const MAX_SUMS = 500_000;

export const createSumming = (
  { groupBy, percentiles = [], order = "GROUP", limit }: AggregationQuestion,
  { intervals }: Pick<Plan, "intervals">,
): Summing => {
  const sums: Sum[] = [];
  const [withClient, withMetric] = [groupBy.includes("CLIENT"), groupBy.includes("METRIC")];
  const spanAt = intervals === null ? () => null : createFinder(intervals);
  const shelfOf = createShelves();
  const shelfFor = ({ metric, unit }: Group, span: Span | null): Map<string | null, Sum> =>
    shelfOf(span, unit ?? "", withMetric ? metric : null);

  // One by one: to spread parts into it takes longer than all else that is done with a row.
  const toSum = (part: Part, span: Span | null): Sum => ({
    span,
    client: withClient ? part.client : null,
    metric: withMetric ? part.metric : null,
    unit: part.unit === "" ? null : part.unit,
    count: part.count,
    sum: billionthsOf(part.sum),
    min: part.min,
    max: part.max,
    late: part.late,
    revision: part.revision,
    bins: percentiles.length === 0 ? null : [part.bins ?? NO_BINS],
    amounts: null,
    isOther: false,
    rank: null,
  });

  const aggregationOf = (sum: Sum): Aggregation => {
    const { span, count, min, max, bins, amounts } = sum;
    const tally = { count, sum: decimalOf(sum.sum), min, max };
    return {
      fromUs: span?.fromUs ?? null,
      toUs: span?.toUs ?? null,
      client: sum.client,
      metric: sum.metric,
      unit: sum.unit,
      count,
      sum: tally.sum,
      min,
      max,
      late: sum.late,
      revision: sum.revision,
      isOther: sum.isOther,
      rank: sum.rank,
      percentiles:
        amounts === null ? percentilesOfBins(bins ?? NONE, tally, percentiles) : percentilesOf(amounts, percentiles),
      approximate:
        percentiles.length === 0 ? NONE : percentiles.map((one) => amounts === null && !isExtreme(one, tally)),
    };
  };

  return {
    add: (part) => {
      const span = spanAt(part.atUs);
      const shelf = shelfFor(part, span);
      const client = withClient ? part.client : null;
      const known = shelf.get(client);
      if (known !== undefined) return addPart(known, part);
      if (sums.length >= MAX_SUMS) throw new AppError("BAD_USER_INPUT", TOO_MANY);
      const sum = toSum(part, span);
      shelf.set(client, sum);
      sums.push(sum);
    },
    addAmount: (group, amount) => {
      const sum = shelfFor(group, spanAt(group.atUs)).get(withClient ? group.client : null);
      if (sum !== undefined) addAmount(sum, amount);
    },
    result: () => {
      if (order === "GROUP" && limit === undefined) return packRows(sums.map(aggregationOf).sort(compareAggregations));
      return packRows(rankGroups(sums, { order, limit }).map(aggregationOf));
    },
  };
};

const addPart = (sum: Sum, part: Part): void => {
  addTally(sum, part, billionthsOf(part.sum));
  if (part.bins !== undefined && part.bins !== null) addBins(sum, [part.bins]);
};

/**
 * Sums of one interval, unit and metric by their client. There are few shelves with much on each, and one part after the
 * other belongs on the same: so a sum is found by the client's name alone, and no key has to be put together.
 */
const createShelves = () => {
  const shelves = new Map<Span | null, Map<string, Map<string | null, Map<string | null, Sum>>>>();
  let last: { readonly span: Span | null; readonly unit: string; readonly metric: string | null } | undefined;
  let shelf = new Map<string | null, Sum>();
  return (span: Span | null, unit: string, metric: string | null): Map<string | null, Sum> => {
    if (last !== undefined && last.span === span && last.unit === unit && last.metric === metric) return shelf;
    const ofUnit = entryOf(
      entryOf(shelves, span, () => new Map()),
      unit,
      () => new Map(),
    );
    shelf = entryOf(ofUnit, metric, () => new Map());
    last = { span, unit, metric };
    return shelf;
  };
};

const entryOf = <Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

/** Finds the interval of an instant. Most come in order. */
const createFinder = (intervals: readonly Span[]): ((us: number) => Span | null) => {
  let at = 0;
  return (us) => {
    const current = intervals[at];
    if (current !== undefined && us >= current.fromUs && us < current.toUs) return current;
    let [low, high] = [0, intervals.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((intervals[middle]?.fromUs ?? 0) <= us) low = middle;
      else high = middle - 1;
    }
    at = low;
    return intervals[at] ?? null;
  };
};
