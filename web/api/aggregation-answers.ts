// Asks for what the room of aggregations shows, and keeps it true: the first groups with what all others are together, the
// series of the few that are drawn, and both as they were in the period before. All askings of the room are made here.
import type { Client } from "@urql/core";
import { type Accessor, createMemo, createSignal } from "solid-js";
import { type Fill, isPercentile, type Place, partOf } from "../aggregations/aggregation-place.ts";
import {
  type Group,
  groupsOf,
  keyOf,
  rankedKeys,
  standingKeys,
  togetherOf,
  type UnitCount,
  unitsOf,
} from "../aggregations/aggregation-rows.ts";
import { type Interval, QUARTER_MS, type Stretch } from "../aggregations/buckets.ts";
import { fittingInterval, possibleIntervals, type Range, rangeBefore, resolveRange } from "../aggregations/ranges.ts";
import type { Asked } from "../components/ExportMenu.tsx";
import { createLiveAggregation, type LiveAggregation } from "./aggregation-live.ts";
import type { Aggregation, AggregationOrder, AggregationsVariables, EventFilter } from "./aggregation-operations.ts";
import type { Fault } from "./fault.ts";

export interface AggregationAnswers {
  readonly range: Accessor<Range>;
  /** The period that the range is compared with; null where it is not. */
  readonly before: Accessor<Stretch | null>;
  readonly interval: Accessor<Interval>;
  readonly fill: Accessor<Fill>;
  readonly units: Accessor<readonly UnitCount[]>;
  /** The unit looked at; undefined before the first answer, and where there is no event. */
  readonly unit: Accessor<string | null | undefined>;
  /** The groups in this unit as they stand, what all others are together last; undefined before the first answer. */
  readonly groups: Accessor<readonly Group[] | undefined>;
  readonly together: Accessor<Group>;
  /** The groups that are drawn, in their order. */
  readonly drawn: Accessor<readonly Group[]>;
  /** The buckets of those groups, and perhaps of others; undefined before the first answer. */
  readonly series: Accessor<readonly Aggregation[] | undefined>;
  /** The last entry that all of it includes. */
  readonly asOfSeq: Accessor<number | undefined>;
  /** What is asked, for a file: all groups, by time where time is looked at. */
  readonly exported: Accessor<Asked>;
  /** Whether the groups would stand in another order had one just come. */
  readonly isOutOfOrder: Accessor<boolean>;
  putInOrder(): void;
  readonly fault: Accessor<Fault | undefined>;
  readonly isAsking: Accessor<boolean>;
  retry(): void;
}

interface AnswersDeps {
  readonly client: Client;
  readonly place: Accessor<Place>;
  readonly now: Accessor<number>;
}

/** More lines than this cannot be told apart; the others are listed. */
const MAX_DRAWN = 6;

/** For as long as the component is on screen. */
export const createAggregationAnswers = ({ client, place, now }: AnswersDeps): AggregationAnswers => {
  const times = createTimes(place, now);
  const { range, before, interval, fill } = times;
  const ask = (variables: Accessor<AggregationsVariables | null>) => createLiveAggregation({ client, variables });
  const grouping = () => ({ groupBy: [...place().groupBy], timeZone: place().zone });
  // To tell percentiles is costly: they are asked for where one is looked at, and of the groups that are told apart.
  const isSpread = () => isPercentile(place().figure);
  const figurePercentiles = () => [place().figure].filter(isPercentile).map(partOf);

  const totals = ask(() => ({
    ...{ ...grouping(), filter: filterOf(place(), range()), interval: "ALL" },
    ...{ order: orderOf(place().sort), limit: place().top },
  }));
  const units = createMemo(() => unitsOf(totals.rows() ?? []));
  const unit = createUnit({ place, totals, units });
  const inUnit = (rows: readonly Aggregation[] | undefined) => rows?.filter((row) => row.unit === (unit() ?? null));

  const ordered = createStanding({ rows: createMemo(() => inUnit(totals.rows())), totals, unit });
  const named = createMemo(() => ordered.rows()?.filter(({ isOther }) => !isOther) ?? []);
  const drawnRows = () => named().slice(0, MAX_DRAWN);
  const narrowed = (stretch: Range, rows: readonly Aggregation[]) => ({
    ...grouping(),
    filter: { ...filterOf(place(), stretch), ...namesOf(rows), ...unitFilter(unit()) },
    percentiles: figurePercentiles(),
  });
  const series = ask(() =>
    drawnRows().length === 0 ? null : { ...narrowed(range(), drawnRows()), interval: interval(), fill: fill() },
  );
  const spread = ask(() =>
    isSpread() && named().length > 0
      ? { ...narrowed(range(), named()), percentiles: place().percentiles.map(partOf) }
      : null,
  );
  const isComparing = () => before() !== null && named().length > 0;
  const namedBefore = ask(() => (isComparing() ? narrowed(before(), named()) : null));
  const allBefore = ask(() => (isComparing() ? { ...narrowed(before(), []), groupBy: [], percentiles: [] } : null));

  const groups = createMemo(() => {
    const rows = ordered.rows();
    const isCompared = namedBefore.isCurrent() && allBefore.isCurrent();
    return (
      rows &&
      groupsOf({
        totals: rows,
        spread: spread.isCurrent() ? (inUnit(spread.rows()) ?? []) : [],
        series: series.isCurrent() ? (inUnit(series.rows()) ?? []) : [],
        before: isCompared ? (inUnit(namedBefore.rows()) ?? []) : [],
        allBefore: isCompared ? (inUnit(allBefore.rows()) ?? []) : [],
      })
    );
  });

  const all = [totals, spread, series, namedBefore, allBefore];
  return {
    ...{ range, before, interval, fill, units, unit, groups },
    together: createMemo(() => togetherOf(groups() ?? [], inUnit(allBefore.rows()) ?? [])),
    drawn: createMemo(() => groups()?.slice(0, drawnRows().length) ?? []),
    series: createMemo(() => inUnit(series.rows())),
    asOfSeq: totals.asOfSeq,
    exported: () => {
      const asked = {
        ...filterOf(place(), range()),
        ...unitFilter(unit()),
        ...grouping(),
        order: orderOf(place().sort),
      };
      const division = place().table === "time" ? { interval: interval(), fill: fill() } : {};
      return { ...asked, ...division, percentiles: isSpread() ? place().percentiles.map(partOf) : [] };
    },
    isOutOfOrder: ordered.isOutOfOrder,
    putInOrder: ordered.putInOrder,
    fault: () => all.map(({ fault }) => fault()).find(Boolean),
    isAsking: () => all.some(({ isAsking }) => isAsking()),
    retry: () => {
      for (const { retry } of all) retry();
    },
  };
};

/** Which time is asked for, and how it is divided. */
const createTimes = (place: Accessor<Place>, now: Accessor<number>) => {
  // A range moves when a quarter of an hour is over, not with every tick of the clock.
  const quarterMs = createMemo(() => now() - (now() % QUARTER_MS));
  const clock = () => ({ nowMs: quarterMs(), zone: place().zone });
  const range = createMemo(() => resolveRange(place().range, clock()));
  const before = createMemo(() => {
    const stretch = range();
    return place().isCompared && stretch !== null ? rangeBefore(stretch, clock()) : null;
  });
  const interval = createMemo(() => {
    const chosen = place().interval;
    return chosen !== null && possibleIntervals(range()).includes(chosen) ? chosen : fittingInterval(range());
  });
  // No event is a count and a sum of nothing; it has no average and no extremes.
  const fill = (): Fill => place().fill ?? (place().figure === "count" || place().figure === "sum" ? "ZERO" : "NULL");
  return { range, before, interval, fill };
};

/** The unit chosen, or the one with the most events; which stays while one looks, whatever comes. */
const createUnit = (deps: {
  place: Accessor<Place>;
  totals: LiveAggregation;
  units: Accessor<readonly UnitCount[]>;
}): Accessor<string | null | undefined> => {
  const most = createMemo<{ question: string | undefined; unit: string | null | undefined }>(
    (last) => {
      const question = deps.totals.question();
      const isStill = question === last.question && deps.units().some(({ unit }) => unit === last.unit);
      return isStill ? last : { question, unit: deps.units()[0]?.unit };
    },
    { question: undefined, unit: undefined },
  );
  return () => (deps.place().unit === undefined ? most().unit : deps.place().unit);
};

interface Order {
  readonly question: string;
  /** As the groups stand. */
  readonly keys: readonly string[];
  /** As they would stand had one just come. */
  readonly wanted: readonly string[];
}

/** The rows in the order of the first answer to a question, until somebody asks for the one of now. */
const createStanding = (deps: {
  rows: Accessor<readonly Aggregation[] | undefined>;
  totals: LiveAggregation;
  unit: Accessor<string | null | undefined>;
}) => {
  const [turn, setTurn] = createSignal(0);
  const order = createMemo<Order>(
    (last) => {
      const wanted = rankedKeys(deps.rows() ?? []);
      const question = JSON.stringify([deps.totals.question(), deps.unit(), turn()]);
      return { question, wanted, keys: question === last.question ? standingKeys(last.keys, wanted) : wanted };
    },
    { question: "", keys: [], wanted: [] },
  );
  return {
    rows: createMemo(() => {
      const known = new Map(deps.rows()?.map((row) => [keyOf(row), row]));
      return deps.rows() && order().keys.flatMap((key) => known.get(key) ?? []);
    }),
    isOutOfOrder: () => order().keys.some((key, index) => key !== order().wanted[index]),
    putInOrder: () => void setTurn((before) => before + 1),
  };
};

const filterOf = ({ clients, metrics }: Place, range: Range): EventFilter => ({
  ...(clients.length > 0 && { clients: [...clients] }),
  ...(metrics.length > 0 && { metrics: [...metrics] }),
  ...(range && { from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() }),
});

/** The names of a few groups, so that ten thousand others are not sent for nothing. */
const namesOf = (groups: readonly Aggregation[]): EventFilter => {
  const clients = groups.flatMap(({ client }) => client ?? []);
  const metrics = groups.flatMap(({ metric }) => metric ?? []);
  return {
    ...(clients.length > 0 && { clients: [...new Set(clients)].toSorted() }),
    ...(metrics.length > 0 && { metrics: [...new Set(metrics)].toSorted() }),
  };
};

/** Events without a unit cannot be asked for alone; theirs are picked from the answer. */
const unitFilter = (unit: string | null | undefined): EventFilter =>
  typeof unit === "string" ? { units: [unit] } : {};

const orderOf = ({ column, isAscending }: Place["sort"]): AggregationOrder => {
  if (column === "name") return "GROUP";
  return `${column.toUpperCase() as Uppercase<typeof column>}_${isAscending ? "ASC" : "DESC"}`;
};
