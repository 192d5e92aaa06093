// Where one is in the room of aggregations: what is asked, how it is divided, which figure is looked at. All of it is in
// the address, with what is usual left out, and so can be shared and survives a reload.
import { type Interval, intervals } from "./buckets.ts";
import { type RangeText, readRange } from "./ranges.ts";
import { isZone } from "./zone.ts";

export const tallyNames = { count: "Count", sum: "Sum", avg: "Average", min: "Smallest", max: "Largest" } as const;
export type TallyFigure = keyof typeof tallyNames;
export const tallyFigures = Object.keys(tallyNames) as readonly TallyFigure[];

/** In percent: `p50`, `p99.9`. */
export type PercentileFigure = `p${string}`;
export type Figure = TallyFigure | PercentileFigure;

export const dimensions = { CLIENT: "client", METRIC: "metric" } as const;
export type Dimension = keyof typeof dimensions;
export const dimensionNames = Object.keys(dimensions) as readonly Dimension[];

/** What the chart shows where there is no event; as fits the figure where nothing is chosen. */
export const fills = {
  ...{ ZERO: "as zero", NULL: "as a gap", PREVIOUS: "as before", NONE: "left out" },
} as const;
export type Fill = keyof typeof fills;
export const fillNames = Object.keys(fills) as readonly Fill[];

/** How many groups are told apart, of however many there are. */
export const tops = [5, 10, 25, 50, 100] as const;

export type SortColumn = "name" | TallyFigure;
const sortColumns: readonly SortColumn[] = ["name", ...tallyFigures];

/** A unit to look at; undefined for the one with the most events, null for events without one. */
export type UnitChoice = string | null | undefined;

export interface Place {
  readonly clients: readonly string[];
  readonly metrics: readonly string[];
  readonly unit: UnitChoice;
  readonly groupBy: readonly Dimension[];
  readonly range: RangeText;
  /** The range from which one has zoomed into this one. */
  readonly zoomedFrom: RangeText | null;
  /** Null where it follows from the range. */
  readonly interval: Interval | null;
  readonly zone: string;
  readonly percentiles: readonly PercentileFigure[];
  readonly figure: Figure;
  /** Null where it follows from the figure. */
  readonly fill: Fill | null;
  readonly top: number;
  /** Which groups come first, and so are told apart. */
  readonly sort: { readonly column: SortColumn; readonly isAscending: boolean };
  readonly isCompared: boolean;
  readonly table: "groups" | "time";
}

type Value = string | readonly string[] | undefined;
export type Params = Readonly<Record<string, Value>>;

const usual = {
  range: "7d",
  zone: "UTC",
  figure: "sum",
  grouping: "metric",
  percentiles: "50,95,99",
  top: 10,
  table: "groups",
} as const;

/** The place that an address names; what it says wrongly is as if it said nothing. */
export const readPlace = (params: Params): Place => {
  const percentiles = parsePercentiles(one(params.percentiles) ?? usual.percentiles);
  const figure = [...tallyFigures, ...percentiles].find((name) => name === one(params.figure)) ?? usual.figure;
  const zone = one(params.zone);
  return {
    clients: all(params.client),
    metrics: all(params.metric),
    unit: one(params.unitless) === "1" ? null : one(params.unit),
    groupBy: readGrouping(one(params.by) ?? usual.grouping),
    range: readText(one(params.range)) ?? usual.range,
    zoomedFrom: readText(one(params.was)),
    interval: intervals.find((name) => name.toLowerCase() === one(params.every)) ?? null,
    zone: zone !== undefined && isZone(zone) ? zone : usual.zone,
    percentiles,
    figure,
    fill: fillNames.find((name) => name.toLowerCase() === one(params.fill)) ?? null,
    top: tops.find((count) => String(count) === one(params.top)) ?? usual.top,
    sort: readSort(one(params.sort), figure),
    isCompared: one(params.compare) === "1",
    table: one(params.table) === "time" ? "time" : usual.table,
  };
};

const one = (value: Value): string | undefined => (typeof value === "object" ? value[0] : value);

const all = (value: Value): readonly string[] => {
  const values = typeof value === "object" ? value : [value];
  return [...new Set(values.filter((text) => text !== undefined && text !== ""))] as readonly string[];
};

const readText = (text: string | undefined): RangeText | null =>
  text !== undefined && readRange(text) !== null ? text : null;

const readGrouping = (text: string): readonly Dimension[] =>
  dimensionNames.filter((name) => text.split(",").includes(dimensions[name]));

const MAX_PERCENTILES = 10;

/** What somebody has written, in percent, with or without a `p` before each. */
export const parsePercentiles = (text: string): readonly PercentileFigure[] => {
  const percents = text.split(/[\s,;]+/).map((word) => word.replace(/^p/, ""));
  const valid = percents.filter((percent) => /^(?:\d{1,2}(?:\.\d{1,4})?|100)$/.test(percent));
  return [...new Set(valid.map((percent): PercentileFigure => `p${Number(percent)}`))].slice(0, MAX_PERCENTILES);
};

/** As the API has it, from 0 to 1: the nearest number to the text, which dividing by 100 may miss. */
export const partOf = (percentile: PercentileFigure): number => Number(`${percentile.slice(1)}e-2`);

export const isPercentile = (figure: Figure): figure is PercentileFigure => !(figure in tallyNames);

export const nameOfFigure = (figure: Figure): string => (isPercentile(figure) ? figure : tallyNames[figure]);

/** Groups cannot be ranked by a percentile without looking at all of them: then those with the most events come first. */
export const readSort = (text: string | undefined, figure: Figure): Place["sort"] => {
  const column = sortColumns.find((name) => name === text?.replace(/^-/, ""));
  if (column === "name") return { column, isAscending: true };
  return column === undefined
    ? { column: isPercentile(figure) ? "count" : figure, isAscending: false }
    : { column, isAscending: text?.startsWith("-") === false };
};

/** What a change of the place changes in the address. */
export const paramsOf = (change: Partial<Place>): Params => ({
  ...(change.clients && { client: change.clients }),
  ...(change.metrics && { metric: change.metrics }),
  ...("unit" in change && { unit: change.unit ?? undefined, unitless: change.unit === null ? "1" : undefined }),
  ...(change.groupBy && { by: writeList(change.groupBy, (name) => dimensions[name], usual.grouping) }),
  ...(change.range !== undefined && { range: usualLeftOut(change.range, usual.range) }),
  ...(change.zoomedFrom !== undefined && { was: change.zoomedFrom ?? undefined }),
  ...(change.interval !== undefined && { every: change.interval?.toLowerCase() }),
  ...(change.zone !== undefined && { zone: usualLeftOut(change.zone, usual.zone) }),
  ...(change.percentiles && {
    percentiles: writeList(change.percentiles, (name) => name.slice(1), usual.percentiles),
  }),
  ...(change.figure !== undefined && { figure: usualLeftOut(change.figure, usual.figure), sort: undefined }),
  ...(change.fill !== undefined && { fill: change.fill?.toLowerCase() }),
  ...(change.top !== undefined && { top: usualLeftOut(String(change.top), String(usual.top)) }),
  ...(change.sort && { sort: writeSort(change.sort) }),
  ...(change.isCompared !== undefined && { compare: change.isCompared ? "1" : undefined }),
  ...(change.table !== undefined && { table: usualLeftOut(change.table, usual.table) }),
});

export const writeSort = ({ column, isAscending }: Place["sort"]): string => `${isAscending ? "" : "-"}${column}`;

const usualLeftOut = (text: string, usual: string): string | undefined => (text === usual ? undefined : text);

/** "none" says that there is nothing: an absent parameter is the usual. */
const writeList = <T>(values: readonly T[], write: (value: T) => string, usual: string): string | undefined =>
  usualLeftOut(values.map(write).join(",") || "none", usual);

/** Whether the names ask for less than everything. */
export const isFiltered = ({ clients, metrics }: Place): boolean => clients.length > 0 || metrics.length > 0;
