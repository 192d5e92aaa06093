// What is on the screen of the room of aggregations, as files: the same rows in the same order, with the exact figures.
import { type Figure, figureNames, type Place } from "./aggregation-place.ts";
import { differenceOf, figureOf, type Group, nameOf } from "./aggregation-rows.ts";
import type { SeriesTable } from "./aggregation-series.ts";
import type { Interval, Stretch } from "./buckets.ts";
import { type Cell, toCsv } from "./csv.ts";
import type { Range } from "./ranges.ts";

export interface Shown {
  readonly place: Place;
  readonly range: Range;
  readonly before: Stretch | null;
  readonly interval: Interval;
  readonly unit: string | null;
  /** In the order in which they are listed. */
  readonly groups: readonly Group[];
  readonly drawn: readonly Group[];
  readonly table: SeriesTable;
}

type Row = Readonly<Record<string, string | null>>;

const isNumber = (head: string): boolean => (numbers as readonly string[]).includes(head);
const numbers = [...figureNames, "before", "difference"] as const;

const groupRows = ({ place, before, unit, groups }: Shown): readonly Row[] =>
  groups.map((group) => ({
    ...Object.fromEntries(place.groupBy.map((name) => [name.toLowerCase(), group[groupFields[name]]])),
    unit,
    ...Object.fromEntries(figureNames.map((figure) => [figure, figureOf(group.tally, figure)])),
    ...(before && {
      before: figureOf(group.before, place.figure),
      difference: differenceOf(group, place.figure),
    }),
  }));

const groupFields = { CLIENT: "client", METRIC: "metric" } as const;

/** The rows by time: the newest first, as they stand there. */
const timeRows = ({ table, drawn }: Shown) =>
  table.startsMs
    .map((start, index) => ({
      from: new Date(start).toISOString(),
      figures: drawn.map((group, column) => ({ group, figure: table.figures[column]?.[index] ?? null })),
    }))
    .toReversed();

/** The table on the screen for a spreadsheet. */
export const toAggregationCsv = (shown: Shown): string => {
  const cell = (figure: string | null): Cell => (figure === null ? "" : { number: figure });
  if (shown.place.table === "time")
    return toCsv(
      ["from", ...shown.drawn.map(nameOf)],
      timeRows(shown).map(({ from, figures }) => [from, ...figures.map(({ figure }) => cell(figure))]),
    );
  const rows = groupRows(shown);
  const heads = Object.keys(rows[0] ?? {});
  return toCsv(
    heads,
    rows.map((row) => heads.map((head) => (isNumber(head) ? cell(row[head] ?? null) : (row[head] ?? "")))),
  );
};

/** The same for programs, with what was asked; decimals stay strings, so that none is rounded. */
export const toAggregationJson = (shown: Shown): string => {
  const { place, range, before, interval, unit } = shown;
  const rows =
    place.table === "groups"
      ? groupRows(shown)
      : timeRows(shown).map(({ from, figures }) => ({
          from,
          figures: figures.map(({ group, figure }) => ({
            ...{ client: group.client, metric: group.metric },
            [place.figure satisfies Figure]: figure,
          })),
        }));
  const asked = {
    ...{ clients: place.clients, metrics: place.metrics, unit, groupBy: place.groupBy, timeZone: place.zone },
    ...stretchOf(range),
    ...(place.table === "time" ? { interval, figure: place.figure } : {}),
    ...(before && place.table === "groups" ? { figure: place.figure, before: stretchOf(before) } : {}),
  };
  return `${JSON.stringify({ asked, rows }, null, 2)}\n`;
};

const stretchOf = (range: Range): object =>
  range === null
    ? { from: null, to: null }
    : { from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() };
