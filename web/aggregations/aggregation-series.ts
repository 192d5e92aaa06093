// The series of the drawn groups as a chart and a table by time take them. A bucket without events counts nothing and
// sums to nothing; it has no average, no smallest and no largest amount.

import type { Aggregation } from "../api/aggregation-operations.ts";
import type { ChartData } from "../chart/chart-data.ts";
import type { LineStyle } from "../chart/chart-plot.ts";
import { formatAmount } from "../format.ts";
import type { Figure } from "./aggregation-place.ts";
import { figureOf, type Group, keyOf, nameOf } from "./aggregation-rows.ts";
import { bucketStarts, bucketWords, type Interval, nextStart } from "./buckets.ts";

const LONG = [7, 4];
const SHORT = [2, 3];

/** Told apart by weight and dash: colours are for outcomes. */
export const lineStyles: readonly LineStyle[] = [
  ...[{ color: "--accent" }, { color: "--ink" }, { color: "--accent", dash: LONG }],
  ...[
    { color: "--ink", dash: LONG },
    { color: "--accent", dash: SHORT },
    { color: "--ink", dash: SHORT },
  ],
];

export interface SeriesDeps {
  readonly series: readonly Aggregation[];
  readonly drawn: readonly Group[];
  readonly unit: string | null;
  readonly figure: Figure;
  /** The buckets of the range; null where it is all time, which begins and ends with the events. */
  readonly startsMs: readonly number[] | null;
  readonly interval: Interval;
  readonly zone: string;
  readonly nowMs: number;
}

export interface SeriesTable {
  /** Where the bucket under way stands; -1 where none is. */
  readonly underWayIndex: number;
  readonly startsMs: readonly number[];
  /** The starts in words. */
  readonly names: readonly string[];
  /** The exact figures of each drawn group, one for each start; null is a gap. */
  readonly figures: readonly (readonly (string | null)[])[];
}

/** The drawn groups by bucket, those without events too. */
export const seriesTable = ({ series, drawn, unit, figure, ...division }: SeriesDeps): SeriesTable => {
  const found = new Map<string, Map<number, Aggregation>>(drawn.map(({ key }) => [key, new Map()]));
  for (const row of series) if (row.unit === unit) found.get(keyOf(row))?.set(Date.parse(row.from ?? ""), row);
  const known = [...found.values()].flatMap((buckets) => [...buckets.keys()]).sort((one, other) => one - other);
  const startsMs = merge(division.startsMs ?? bucketsFromTo(known, division), known);
  const nothing = figure === "count" || figure === "sum" ? "0" : null;
  const figures = drawn.map(({ key }) =>
    startsMs.map((start) => {
      const row = found.get(key)?.get(start);
      return row ? figureOf(row, figure) : nothing;
    }),
  );
  const { nowMs } = division;
  const startedIndex = startsMs.findLastIndex((start) => start <= nowMs);
  const isUnderWay = startedIndex !== -1 && nowMs < nextStart(startsMs[startedIndex] ?? 0, division);
  const underWayIndex = isUnderWay ? startedIndex : -1;
  const names = startsMs.map((start, index) => {
    const words = bucketWords(start, division);
    return index === underWayIndex ? `${words}, so far` : words;
  });
  return { startsMs, names, underWayIndex, figures };
};

const bucketsFromTo = (
  known: readonly number[],
  division: Pick<SeriesDeps, "interval" | "zone">,
): readonly number[] => {
  const [fromMs, lastMs] = [known[0], known.at(-1)];
  return fromMs === undefined || lastMs === undefined ? [] : bucketStarts({ fromMs, toMs: lastMs + 1 }, division);
};

/** The server's word on where a bucket begins is never dropped. */
const merge = (starts: readonly number[], known: readonly number[]): readonly number[] =>
  [...new Set([...starts, ...known])].sort((one, other) => one - other);

/** The same as a chart takes it. Numbers are only drawn: what is read is the exact text. */
export const chartData = (table: SeriesTable, drawn: readonly Group[]): ChartData => ({
  timesMs: table.startsMs,
  timeTexts: table.names,
  underWayIndex: table.underWayIndex === -1 ? undefined : table.underWayIndex,
  series: drawn.map((group, index) => ({
    ...(lineStyles[index] ?? { color: "--ink" }),
    label: nameOf(group),
    values: (table.figures[index] ?? []).map((text) => (text === null ? null : Number(text))),
    texts: (table.figures[index] ?? []).map((text) => (text === null ? "no event" : formatAmount(text))),
  })),
});
