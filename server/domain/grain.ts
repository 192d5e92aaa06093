// The grains of rollups, and how a range of time is covered by few of their buckets.
//
// Every bucket lies within one of the next coarser grain, so that a range is covered by the coarsest that fit into its
// middle and by finer ones towards its ends: a year by 12 months of UTC, a day of New York by three of six hours, five
// of one hour and one of one, a day of Kathmandu by four quarters more.
import type { Micros } from "./calendar.ts";

/** Grains are named by their minutes; all time, in one bucket that starts at 0, is the grain 0. */
export const QUARTER = 15;
export const HOUR = 60;
export const SIX_HOURS = 360;
export const DAY = 1_440;
/** A month of the calendar, which has at most so many. */
export const MONTH = 44_640;
export const ALL_TIME = 0;

/** All of them, the finest first. */
export const grains = [QUARTER, HOUR, SIX_HOURS, DAY, MONTH, ALL_TIME] as const;
export type Grain = (typeof grains)[number];

export const MINUTE_US = 60_000_000;
export const QUARTER_US = QUARTER * MINUTE_US;

/** The start of the bucket that an instant lies in. */
export const bucketStart = (grain: Grain, us: Micros): Micros => {
  if (grain === ALL_TIME) return 0;
  if (grain === MONTH) return startOfMonth(us, 0);
  return us - (us % (grain * MINUTE_US));
};

/** The start of the bucket behind the one that starts here. */
export const nextBucket = (grain: Exclude<Grain, 0>, startUs: Micros): Micros =>
  grain === MONTH ? startOfMonth(startUs, 1) : startUs + grain * MINUTE_US;

const startOfMonth = (us: Micros, monthsLater: number): Micros => {
  const date = new Date(us / 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater) * 1000;
};

/** The grain whose buckets those of this one are made of; null for the finest. */
export const finerThan = (grain: Grain): Exclude<Grain, 0> | null => {
  const finer = grains[grains.indexOf(grain) - 1];
  return finer === undefined || finer === ALL_TIME ? null : finer;
};

/** The starts of all buckets of a grain in a range. */
export const bucketsIn = (grain: Exclude<Grain, 0>, { fromUs, toUs }: Span): readonly Micros[] => {
  const starts: Micros[] = [];
  for (let startUs = bucketStart(grain, fromUs); startUs < toUs; startUs = nextBucket(grain, startUs))
    if (startUs >= fromUs) starts.push(startUs);
  return starts;
};

/** `[fromUs, toUs)`. */
export interface Span {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** Neighbouring buckets of one grain. */
export interface Stretch extends Span {
  readonly grain: Exclude<Grain, 0>;
}

/**
 * Covers each of these spans, which follow one upon the other, by whole buckets, in order of time. Spans begin and end
 * with quarters of an hour.
 */
export const cover = (spans: readonly Span[]): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  const add = (stretch: Stretch): void => {
    const last = stretches.at(-1);
    if (last?.grain === stretch.grain && last.toUs === stretch.fromUs)
      stretches[stretches.length - 1] = { ...last, toUs: stretch.toUs };
    else stretches.push(stretch);
  };
  for (const span of spans) coverBy(MONTH, span, add);
  return stretches;
};

const coverBy = (grain: Exclude<Grain, 0>, span: Span, add: (stretch: Stretch) => void): void => {
  if (span.fromUs >= span.toUs) return;
  const finer = finerThan(grain);
  if (finer === null) {
    add({ grain, ...span });
    return;
  }
  const startUs = bucketStart(grain, span.fromUs);
  const fromUs = startUs === span.fromUs ? startUs : nextBucket(grain, startUs);
  const toUs = bucketStart(grain, span.toUs);
  if (fromUs >= toUs) {
    coverBy(finer, span, add);
    return;
  }
  coverBy(finer, { fromUs: span.fromUs, toUs: fromUs }, add);
  add({ grain, fromUs, toUs });
  coverBy(finer, { fromUs: toUs, toUs: span.toUs }, add);
};
