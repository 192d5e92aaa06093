// The cells that most tables share: how fast a server answered, and how that compares.
import { median, medianRatio } from "./statistics.ts";
import { figure, ms, times } from "./table.ts";

/** One measurement. */
export interface Speed {
  readonly eventsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Medians of events/s, p50 and p99. */
export const speedCells = (runs: readonly Speed[]): readonly string[] => [
  rateCell(runs),
  ms(median(runs.map(({ p50Ms }) => p50Ms))),
  ms(median(runs.map(({ p99Ms }) => p99Ms))),
];

type Rate = Pick<Speed, "eventsPerSecond">;

const rates = (runs: readonly Rate[]): readonly number[] => runs.map(({ eventsPerSecond }) => eventsPerSecond);

/** The median of events/s. */
export const rateCell = (runs: readonly Rate[]): string => figure(median(rates(runs)));

/** The median of the ratios of each round. */
export const ratioCell = (ours: readonly Rate[], theirs: readonly Rate[]): string =>
  times(medianRatio(rates(ours), rates(theirs)));
