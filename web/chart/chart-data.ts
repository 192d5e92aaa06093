// What a chart shows: series of numbers to draw, and for each point the exact text that stands for it in words.
import type { JSX } from "solid-js";
import type { LineStyle, Span } from "./chart-plot.ts";

export interface ChartSeries extends LineStyle {
  readonly label: string;
  /** What stands beside the label; a piece of the line where it is left out. */
  readonly mark?: (() => JSX.Element) | undefined;
  /** One for each time, only to draw; null is a gap. */
  readonly values: readonly (number | null)[];
  /** One for each time, exactly as it is to be read; never made from `values` where these are rounded. */
  readonly texts: readonly string[];
}

export interface ChartData {
  /** The starts of the buckets, ascending. */
  readonly timesMs: readonly number[];
  /** The same in words. */
  readonly timeTexts: readonly string[];
  /** Whose bucket is not complete yet, if any is: what leads to it is drawn faintly. */
  readonly underWayIndex?: number | undefined;
  /** Areas are stacked in this order, the first at the bottom. */
  readonly series: readonly ChartSeries[];
}

/** One point of every series in a sentence, as it is read out. */
export const wordsAt = ({ timeTexts, series }: ChartData, index: number): string =>
  `${timeTexts[index]}: ${series.map(({ label, texts }) => `${label} ${texts[index]}`).join(", ")}`;

/** From the start of one bucket to the end of another, in either order; the last ends as long after its start as the one before. */
export const spanOf = ({ timesMs }: ChartData, [one, other]: readonly [number, number]): Span => {
  const [first, last] = [Math.min(one, other), Math.max(one, other)];
  const startMs = timesMs[last] ?? 0;
  const stepMs = startMs - (timesMs[last - 1] ?? startMs - 60_000);
  return { fromMs: timesMs[first] ?? 0, toMs: timesMs[last + 1] ?? startMs + stepMs };
};

/** The bucket that begins nearest to an instant. */
export const nearestIndex = ({ timesMs }: ChartData, atMs: number): number => {
  let best = 0;
  for (const [index, timeMs] of timesMs.entries())
    if (Math.abs(timeMs - atMs) < Math.abs((timesMs[best] ?? 0) - atMs)) best = index;
  return best;
};
