// Where one is in the room of aggregations: what is asked, how it is divided, which figure is looked at. All of it is in
// the address, with what is usual left out, and so can be shared and survives a reload.
import { type Interval, intervals } from "./buckets.ts";
import { type RangeText, readRange } from "./ranges.ts";
import { isZone } from "./zone.ts";

export const figures = { count: "Count", sum: "Sum", avg: "Average", min: "Smallest", max: "Largest" } as const;
export type Figure = keyof typeof figures;
export const figureNames = Object.keys(figures) as readonly Figure[];

export const dimensions = { CLIENT: "client", METRIC: "metric" } as const;
export type Dimension = keyof typeof dimensions;
export const dimensionNames = Object.keys(dimensions) as readonly Dimension[];

const sortColumns = ["name", ...figureNames, "before", "difference"] as const;
export type SortColumn = (typeof sortColumns)[number];

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
  readonly figure: Figure;
  readonly isCompared: boolean;
  readonly table: "groups" | "time";
  readonly sort: { readonly column: SortColumn; readonly isAscending: boolean };
}

type Value = string | readonly string[] | undefined;
export type Params = Readonly<Record<string, Value>>;

const USUAL_RANGE = "7d";
const USUAL_ZONE = "UTC";
const USUAL_FIGURE = "sum";
const USUAL_GROUPING = "metric";

/** The place that an address names; what it says wrongly is as if it said nothing. */
export const readPlace = (params: Params): Place => {
  const figure = figureNames.find((name) => name === one(params.figure)) ?? USUAL_FIGURE;
  const zone = one(params.zone);
  return {
    clients: all(params.client),
    metrics: all(params.metric),
    unit: one(params.unitless) === "1" ? null : one(params.unit),
    groupBy: readGrouping(one(params.by) ?? USUAL_GROUPING),
    range: readText(one(params.range)) ?? USUAL_RANGE,
    zoomedFrom: readText(one(params.was)),
    interval: intervals.find((name) => name.toLowerCase() === one(params.every)) ?? null,
    zone: zone !== undefined && isZone(zone) ? zone : USUAL_ZONE,
    figure,
    isCompared: one(params.compare) === "1",
    table: one(params.table) === "time" ? "time" : "groups",
    sort: readSort(one(params.sort), figure),
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

const readSort = (text: string | undefined, figure: Figure): Place["sort"] => {
  const column = sortColumns.find((name) => name === text?.replace(/^-/, ""));
  return column === undefined
    ? { column: figure, isAscending: false }
    : { column, isAscending: text?.startsWith("-") === false };
};

/** What a change of the place changes in the address. */
export const paramsOf = (change: Partial<Place>): Params => ({
  ...(change.clients && { client: change.clients }),
  ...(change.metrics && { metric: change.metrics }),
  ...("unit" in change && { unit: change.unit ?? undefined, unitless: change.unit === null ? "1" : undefined }),
  ...(change.groupBy && { by: writeGrouping(change.groupBy) }),
  ...(change.range !== undefined && { range: usualLeftOut(change.range, USUAL_RANGE) }),
  ...(change.zoomedFrom !== undefined && { was: change.zoomedFrom ?? undefined }),
  ...(change.interval !== undefined && { every: change.interval?.toLowerCase() }),
  ...(change.zone !== undefined && { zone: usualLeftOut(change.zone, USUAL_ZONE) }),
  ...(change.figure !== undefined && { figure: usualLeftOut(change.figure, USUAL_FIGURE), sort: undefined }),
  ...(change.isCompared !== undefined && { compare: change.isCompared ? "1" : undefined }),
  ...(change.table !== undefined && { table: usualLeftOut(change.table, "groups") }),
  ...(change.sort && { sort: `${change.sort.isAscending ? "" : "-"}${change.sort.column}` }),
});

const usualLeftOut = (text: string, usual: string): string | undefined => (text === usual ? undefined : text);

/** "none" says that nothing is kept apart: an absent parameter is the usual grouping. */
const writeGrouping = (groupBy: readonly Dimension[]): string | undefined =>
  usualLeftOut(groupBy.map((name) => dimensions[name]).join(",") || "none", USUAL_GROUPING);

/** Whether the names ask for less than everything. */
export const isFiltered = ({ clients, metrics }: Place): boolean => clients.length > 0 || metrics.length > 0;
