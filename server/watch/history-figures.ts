// What is kept of a server's figures for one step of time, and how several become one: what is counted adds up, what is
// distributed merges by its buckets and never by its percentiles, and of a level the worst is kept. So a long step says
// exactly what all its short ones together would say, however often and in whatever order they are merged.
import { addBins, type Bins, binAt, encodeBins, mergeBins, NO_BINS } from "../domain/bins.ts";
import { MICROSECOND, valueOfBucket } from "./recent.ts";

export const countNames = [
  ...["accepted", "duplicates", "conflicts", "rejected"],
  /** Operations of the API whose answer had errors. */
  "errors",
  "cpuSeconds",
] as const;
export type CountName = (typeof countNames)[number];

/** The smallest that values are told apart by. */
export const distributionUnits = {
  commit: MICROSECOND,
  lockWait: MICROSECOND,
  /** Events that were committed together. */
  group: 1,
  request: MICROSECOND,
  eventLoop: MICROSECOND,
} as const;
export type DistributionName = keyof typeof distributionUnits;
export const distributionNames = Object.keys(distributionUnits) as readonly DistributionName[];

/** `inTime`: which value of a step is kept. `together`: what is so of several servers at once. */
interface LevelRule {
  readonly inTime: "most" | "least";
  readonly together: "sum" | "most" | "least";
}

/** Each server has its own. */
const own: LevelRule = { inTime: "most", together: "sum" };
/** All servers see the same. */
const shared: LevelRule = { inTime: "most", together: "most" };

export const levelRules = {
  waitingEvents: own,
  subscribers: own,
  feedLag: shared,
  residentBytes: own,
  heapBytes: own,
  busyConnections: own,
  waitingCallers: own,
  sizeBytes: shared,
  walBytes: shared,
  freeBytes: { inTime: "least", together: "least" },
  scheduledFailures: shared,
  runningJobs: shared,
  webhookLag: shared,
} as const satisfies Readonly<Record<string, LevelRule>>;
export type LevelName = keyof typeof levelRules;
export const levelNames = Object.keys(levelRules) as readonly LevelName[];

/** Null: not known. */
export type Levels = Readonly<Record<LevelName, number | null>>;

export interface HistoryFigures {
  /** For how long there was a server that looked. */
  readonly seconds: number;
  readonly counts: Readonly<Record<CountName, number>>;
  readonly bins: Readonly<Record<DistributionName, Bins>>;
  readonly levels: Levels;
}

export const recordOf = <Name extends string, T>(names: readonly Name[], of: (name: Name) => T) =>
  Object.fromEntries(names.map((name) => [name, of(name)])) as Readonly<Record<Name, T>>;

/** Two spans of time of one server. */
export const mergeInTime = (one: HistoryFigures, other: HistoryFigures): HistoryFigures =>
  merge(one, other, { seconds: one.seconds + other.seconds, ruleOf: (name) => levelRules[name].inTime });

/** Two servers in the same time. */
export const mergeServers = (one: HistoryFigures, other: HistoryFigures): HistoryFigures =>
  merge(one, other, { seconds: Math.max(one.seconds, other.seconds), ruleOf: (name) => levelRules[name].together });

interface Merging {
  readonly seconds: number;
  readonly ruleOf: (name: LevelName) => keyof typeof combine;
}

const merge = (one: HistoryFigures, other: HistoryFigures, { seconds, ruleOf }: Merging): HistoryFigures => ({
  seconds,
  counts: recordOf(countNames, (name) => one.counts[name] + other.counts[name]),
  bins: recordOf(distributionNames, (name) => mergeBins(one.bins[name], other.bins[name])),
  levels: recordOf(levelNames, (name) => combineKnown(ruleOf(name), one.levels[name], other.levels[name])),
});

const combine = {
  sum: (one: number, other: number) => one + other,
  most: Math.max as (one: number, other: number) => number,
  least: Math.min as (one: number, other: number) => number,
} as const;

export const combineKnown = (rule: keyof typeof combine, one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : combine[rule](one, other);

/** What was recorded between two looks at the counts of buckets. */
export const binsBetween = (before: Readonly<Float64Array>, now: Readonly<Float64Array>): Bins => {
  const counts = new Map<number, number>();
  for (const [bucket, count] of now.entries()) {
    const added = count - (before[bucket] ?? 0);
    if (added > 0) counts.set(bucket, added);
  }
  return encodeBins(counts);
};

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Null where nothing was recorded. */
export const percentilesOf = (bins: Bins, unit: number): Percentiles | null => {
  const counts = new Map<number, number>();
  addBins(counts, bins);
  const count = [...counts.values()].reduce((sum, inBin) => sum + inBin, 0);
  if (count === 0) return null;
  const percentile = (share: number): number => valueOfBucket(binAt(counts, Math.ceil(share * count)), unit);
  return { count, p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) };
};

/** As text: JSON, with what is empty or not known left out, and bins in base64. */
export const encodeFigures = ({ seconds, counts, bins, levels }: HistoryFigures): string =>
  JSON.stringify({
    seconds: rounded(seconds),
    counts: withoutEmpty(
      recordOf(countNames, (name) => rounded(counts[name])),
      0,
    ),
    bins: withoutEmpty(
      recordOf(distributionNames, (name) => Buffer.from(bins[name]).toString("base64")),
      "",
    ),
    levels: withoutEmpty(levels, null),
  });

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;

const withoutEmpty = <T>(values: Readonly<Record<string, T>>, empty: T): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== empty));

interface Encoded {
  readonly seconds: number;
  readonly counts: Readonly<Partial<Record<CountName, number>>>;
  readonly bins: Readonly<Partial<Record<DistributionName, string>>>;
  readonly levels: Readonly<Partial<Record<LevelName, number>>>;
}

/** What the text says; a figure that it does not know of is as if there was nothing. */
export const decodeFigures = (text: string): HistoryFigures => {
  const { seconds, counts, bins, levels } = JSON.parse(text) as Encoded;
  const binsOf = (encoded: string | undefined): Bins =>
    encoded === undefined ? NO_BINS : Buffer.from(encoded, "base64");
  return {
    seconds,
    counts: recordOf(countNames, (name) => counts[name] ?? 0),
    bins: recordOf(distributionNames, (name) => binsOf(bins[name])),
    levels: recordOf(levelNames, (name) => levels[name] ?? null),
  };
};
