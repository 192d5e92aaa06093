// The series of the drawn groups as a chart and a table by time take them. What buckets without events tell was decided by
// the fill that was asked for.

import type { Aggregation } from "../api/aggregation-operations.ts";
import type { ChartData } from "../chart/chart-data.ts";
import type { LineStyle } from "../chart/chart-plot.ts";
import { formatAmount } from "../format.ts";
import type { Figure, Fill } from "./aggregation-place.ts";
import { figureOf, type Group, keyOf, nameOf } from "./aggregation-rows.ts";
import { bucketWords, type Interval } from "./buckets.ts";

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

/** A group in a bucket. */
export interface Cell {
  /** The exact figure; null is a gap. */
  readonly figure: string | null;
  /** Whether no event is in it. */
  readonly isFilled: boolean;
}

export interface Bucket {
  readonly startMs: number;
  readonly endMs: number;
  /** The start in words. */
  readonly name: string;
  readonly isUnderWay: boolean;
  /** One for each drawn group. */
  readonly cells: readonly Cell[];
  /** How many events of the drawn groups came after it had ended, and the last entry that changed it; 0 for none. */
  readonly late: number;
  readonly revision: number;
}

export interface SeriesDeps {
  /** All rows are of one unit. */
  readonly series: readonly Aggregation[];
  readonly drawn: readonly Group[];
  readonly figure: Figure;
  readonly fill: Fill;
  readonly interval: Interval;
  readonly zone: string;
  readonly nowMs: number;
}

const NO_EVENT: Cell = { figure: null, isFilled: true };

/** The drawn groups by bucket, ascending. */
export const bucketsOf = ({ series, drawn, figure, fill, nowMs, ...division }: SeriesDeps): readonly Bucket[] => {
  const keys = new Set(drawn.map(({ key }) => key));
  // What has not come yet is not nothing.
  const isShown = (row: Aggregation) => keys.has(keyOf(row)) && !(row.isFilled && Date.parse(row.from ?? "") > nowMs);
  const cellOf = (row: Aggregation | undefined): Cell => {
    if (row === undefined || (row.isFilled && fill === "NULL")) return NO_EVENT;
    return { figure: figureOf(row, figure), isFilled: row.isFilled };
  };
  const byTime = Map.groupBy(series.filter(isShown), ({ from, to }) => `${from} ${to}`);
  return Array.from(byTime.values(), (rows) => {
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    const [startMs, endMs] = [Date.parse(rows[0]?.from ?? ""), Date.parse(rows[0]?.to ?? "")];
    const isUnderWay = startMs <= nowMs && nowMs < endMs;
    return {
      ...{ startMs, endMs, isUnderWay },
      name: `${bucketWords(startMs, division)}${isUnderWay ? ", so far" : ""}`,
      cells: drawn.map(({ key }) => cellOf(byKey.get(key))),
      late: rows.reduce((sum, { late }) => sum + late, 0),
      revision: Math.max(...rows.map(({ revision }) => revision)),
    };
  }).sort((one, other) => one.startMs - other.startMs);
};

/** The same as a chart takes it. Numbers are only drawn: what is read is the exact text. */
export const chartData = (buckets: readonly Bucket[], drawn: readonly Group[]): ChartData => {
  const underWayIndex = buckets.findIndex(({ isUnderWay }) => isUnderWay);
  return {
    timesMs: buckets.map(({ startMs }) => startMs),
    timeTexts: buckets.map(({ name, late }) => (late > 0 ? `${name}, ${late} late` : name)),
    underWayIndex: underWayIndex === -1 ? undefined : underWayIndex,
    series: drawn.map((group, index) => ({
      ...(lineStyles[index] ?? { color: "--ink" }),
      label: nameOf(group),
      values: buckets.map(({ cells }) => numberOf(cells[index] ?? NO_EVENT)),
      texts: buckets.map(({ cells }) => textOf(cells[index] ?? NO_EVENT)),
    })),
  };
};

const numberOf = ({ figure }: Cell): number | null => (figure === null ? null : Number(figure));

const textOf = ({ figure, isFilled }: Cell): string => {
  if (figure === null) return "no event";
  return isFilled && figure !== "0" ? `${formatAmount(figure)}, as before` : formatAmount(figure);
};
