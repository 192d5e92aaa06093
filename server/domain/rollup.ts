// The arithmetic of aggregations: quarter-hour buckets in UTC, folded into the intervals of any time zone.
//
// A quarter of an hour is the stored grain because every zone in use since 2000 is a whole number of quarters away
// from UTC, so that days and hours of all of them begin at the edge of a bucket. (Newfoundland changed its clocks at
// 00:01 until 2011: there a bucket belongs to the day on which it begins.)
import { DateTime, type DateTimeUnit, IANAZone } from "luxon";
import type { Micros } from "./calendar.ts";
import { addDecimals, maxDecimal, minDecimal } from "./decimal.ts";
import { AppError } from "./error.ts";
import type { Facts } from "./event.ts";

export const QUARTER_HOUR_US = 900_000_000;

export const dimensions = ["CLIENT", "METRIC", "UNIT"] as const;
export type Dimension = (typeof dimensions)[number];

export const intervals = ["MINUTE_15", "HOUR", "DAY", "WEEK", "MONTH", "ALL"] as const;
export type Interval = (typeof intervals)[number];

/** What is known of the amounts of a group of events. */
export interface Tally {
  readonly count: number;
  readonly sum: string;
  readonly min: string;
  readonly max: string;
}

/** The tally of one series, or of several together, in one bucket. A dimension that was not asked for is null. */
export interface Rollup extends Tally {
  /** The bucket's start; null where time does not divide the groups. */
  readonly bucketUs: Micros | null;
  readonly client: string | null;
  readonly metric: string | null;
  readonly unit: string | null;
}

/** The tally of one group in one interval `[fromUs, toUs)`. */
export interface Aggregation extends Omit<Rollup, "bucketUs"> {
  readonly fromUs: Micros | null;
  readonly toUs: Micros | null;
}

/** The tally of one event. */
export const tallyOf = ({ amount }: Pick<Facts, "amount">): Tally => ({
  count: 1,
  sum: amount,
  min: amount,
  max: amount,
});

/** The tally of two disjoint groups of events together. */
export const mergeTallies = (left: Tally, right: Tally): Tally => ({
  count: left.count + right.count,
  sum: addDecimals(left.sum, right.sum),
  min: minDecimal(left.min, right.min),
  max: maxDecimal(left.max, right.max),
});

/** The start of the quarter of an hour that an instant lies in. */
export const bucketOf = (timestampUs: Micros): Micros => timestampUs - (timestampUs % QUARTER_HOUR_US);

interface Bounds {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

const boundsOf = (bucketUs: Micros, interval: Exclude<Interval, "ALL">, zone: IANAZone): Bounds => {
  if (interval === "MINUTE_15") return { fromUs: bucketUs, toUs: bucketUs + QUARTER_HOUR_US };
  if (interval === "HOUR") return hourBounds(bucketUs, zone);
  const unit = calendarUnits[interval];
  const from = startOfCalendarUnit(DateTime.fromMillis(bucketUs / 1000, { zone }), unit);
  // Not 24 hours later: a day may have 23 or 25.
  const to = startOfCalendarUnit(from.plus({ [unit]: 1 }), unit);
  return { fromUs: from.toMillis() * 1000, toUs: to.toMillis() * 1000 };
};

const calendarUnits = { DAY: "day", WEEK: "week", MONTH: "month" } as const;

/** Where clocks go back over midnight (Havana), midnight comes twice; the unit begins with the first. */
const startOfCalendarUnit = (instant: DateTime, unit: DateTimeUnit): DateTime => {
  const start = instant.startOf(unit);
  const hourBefore = start.minus({ hours: 1 });
  return hourBefore.day === start.day ? hourBefore : start;
};

/** From one full hour on the wall clock to the next, or to the moment at which the clock is changed (by half an hour on Lord Howe). */
const hourBounds = (bucketUs: Micros, zone: IANAZone): Bounds => {
  const isEdge = (us: Micros): boolean => {
    const offsetMinutes = zone.offset(us / 1000);
    return (us / 60_000_000 + offsetMinutes) % 60 === 0 || zone.offset((us - QUARTER_HOUR_US) / 1000) !== offsetMinutes;
  };
  let fromUs = bucketUs;
  while (!isEdge(fromUs)) fromUs -= QUARTER_HOUR_US;
  let toUs = bucketUs + QUARTER_HOUR_US;
  while (!isEdge(toUs)) toUs += QUARTER_HOUR_US;
  return { fromUs, toUs };
};

/** The zone of an IANA name. @throws AppError BAD_USER_INPUT where there is none of this name. */
export const parseZone = (name: string): IANAZone => {
  if (!IANAZone.isValidZone(name))
    throw new AppError(
      "BAD_USER_INPUT",
      `There is no time zone ${JSON.stringify(name)}. Use an IANA name such as Europe/Berlin.`,
    );
  return IANAZone.create(name);
};

/**
 * Folds rollups into the intervals of a zone, each group for itself. The answer is ordered by time, then by client,
 * metric and unit.
 */
export const foldRollups = (rollups: readonly Rollup[], interval: Interval, zone: IANAZone): readonly Aggregation[] => {
  const groups = new Map<string, Aggregation>();
  let bounds: Bounds | null = null;
  for (const rollup of [...rollups].sort((left, right) => (left.bucketUs ?? 0) - (right.bucketUs ?? 0))) {
    const { bucketUs, client, metric, unit } = rollup;
    if (interval !== "ALL" && bucketUs !== null && (bounds === null || bucketUs >= bounds.toUs))
      bounds = boundsOf(bucketUs, interval, zone);
    const key = JSON.stringify([bounds?.fromUs, client, metric, unit]);
    const group = groups.get(key);
    const tally = group === undefined ? rollup : mergeTallies(group, rollup);
    groups.set(key, {
      ...{ fromUs: bounds?.fromUs ?? null, toUs: bounds?.toUs ?? null, client, metric, unit },
      ...{ count: tally.count, sum: tally.sum, min: tally.min, max: tally.max },
    });
  }
  return [...groups.values()].sort(compareAggregations);
};

const compareAggregations = (left: Aggregation, right: Aggregation): number =>
  (left.fromUs ?? 0) - (right.fromUs ?? 0) ||
  compareText(left.client, right.client) ||
  compareText(left.metric, right.metric) ||
  compareText(left.unit, right.unit);

const compareText = (left: string | null, right: string | null): number => {
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? -1 : 1;
  return left < right ? -1 : 1;
};
