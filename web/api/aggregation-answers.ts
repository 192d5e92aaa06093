// Asks for what the room of aggregations shows, and asks again while events arrive: the totals of all groups, the same of
// the period before, and the series of the few groups that are drawn. All askings of the room are made here.
import type { Client } from "@urql/core";
import { type Accessor, createMemo } from "solid-js";
import type { Place } from "../aggregations/aggregation-place.ts";
import { drawnGroups, type Group, groupsOf, type UnitCount, unitsOf } from "../aggregations/aggregation-rows.ts";
import { type Interval, QUARTER_MS, type Stretch } from "../aggregations/buckets.ts";
import { fittingInterval, possibleIntervals, type Range, rangeBefore, resolveRange } from "../aggregations/ranges.ts";
import {
  type Aggregation,
  AggregationsQuery,
  type AggregationsVariables,
  type EventFilter,
} from "./aggregation-operations.ts";
import type { Fault } from "./fault.ts";
import { useNews } from "./news.ts";
import type { Entry } from "./operations.ts";
import { createQuery } from "./query.ts";

export interface AggregationAnswers {
  readonly range: Accessor<Range>;
  /** The period that the range is compared with; null where it is not. */
  readonly before: Accessor<Stretch | null>;
  readonly interval: Accessor<Interval>;
  readonly units: Accessor<readonly UnitCount[]>;
  /** The unit looked at; undefined before the first answer, and where there is no event. */
  readonly unit: Accessor<string | null | undefined>;
  /** The groups in this unit; undefined before the first answer. */
  readonly groups: Accessor<readonly Group[] | undefined>;
  /** The groups that are drawn, the largest first. */
  readonly drawn: Accessor<readonly Group[]>;
  /** The buckets of those groups, and perhaps of others; undefined before the first answer. */
  readonly series: Accessor<readonly Aggregation[] | undefined>;
  readonly fault: Accessor<Fault | undefined>;
  readonly isAsking: Accessor<boolean>;
  refresh(): Promise<void>;
}

interface AnswersDeps {
  readonly client: Client;
  readonly place: Accessor<Place>;
  readonly now: Accessor<number>;
}

/** For as long as the component is on screen. */
export const createAggregationAnswers = ({ client, place, now }: AnswersDeps): AggregationAnswers => {
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

  const totalsOf = (stretch: Range): AggregationsVariables => ({
    filter: filterOf(place(), stretch),
    groupBy: [...place().groupBy],
    interval: "ALL",
    timeZone: place().zone,
  });
  const ask = (variables: Accessor<AggregationsVariables | null>) =>
    createQuery({ client, document: AggregationsQuery, variables, keeps: true });
  const totals = ask(() => totalsOf(range()));
  const previous = ask(() => (before() === null ? null : totalsOf(before())));

  const units = createMemo(() => unitsOf(totals.data()?.aggregations ?? []));
  const unit = createMemo(() => (place().unit === undefined ? units()[0]?.unit : place().unit));
  const groups = createMemo(() => {
    const now = totals.data()?.aggregations;
    return now && groupsOf({ now, before: previous.data()?.aggregations ?? [], unit: unit() ?? null });
  });
  const drawn = createMemo(() => drawnGroups(groups() ?? [], place().figure));
  const series = ask(() => {
    if (drawn().length === 0) return null;
    const isWhole = drawn().length === groups()?.filter(({ tally }) => tally.count > 0).length;
    const filter = { ...filterOf(place(), range()), ...(isWhole ? {} : namesOf(drawn())), ...unitFilter(unit()) };
    return { filter, groupBy: [...place().groupBy], interval: interval(), timeZone: place().zone };
  });

  const refresh = async () => void (await Promise.all([totals.refresh(), previous.refresh(), series.refresh()]));
  useNews({ isNews: (entry) => hasChangedFigures(entry, place()), task: refresh });
  return {
    ...{ range, before, interval, units, unit, groups, drawn, refresh },
    series: () => series.data()?.aggregations,
    fault: () => totals.fault() ?? previous.fault() ?? series.fault(),
    isAsking: () => totals.isAsking() || previous.isAsking() || series.isAsking(),
  };
};

const filterOf = ({ clients, metrics }: Place, range: Range): EventFilter => ({
  ...(clients.length > 0 && { clients: [...clients] }),
  ...(metrics.length > 0 && { metrics: [...metrics] }),
  ...(range && { from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() }),
});

/** The names of the drawn groups, so that ten thousand others are not sent for nothing. */
const namesOf = (groups: readonly Group[]): EventFilter => {
  const clients = groups.flatMap(({ client }) => client ?? []);
  const metrics = groups.flatMap(({ metric }) => metric ?? []);
  return {
    ...(clients.length > 0 && { clients: [...new Set(clients)] }),
    ...(metrics.length > 0 && { metrics: [...new Set(metrics)] }),
  };
};

/** Events without a unit cannot be asked for alone; theirs are picked from the answer. */
const unitFilter = (unit: string | null | undefined): EventFilter =>
  typeof unit === "string" ? { units: [unit] } : {};

const unchanging: ReadonlySet<string> = new Set(["DUPLICATE", "CONFLICT", "REJECTED"]);

const hasChangedFigures = ({ action, event }: Entry, { clients, metrics }: Place): boolean =>
  event !== null &&
  !unchanging.has(action) &&
  (clients.length === 0 || clients.includes(event.client)) &&
  (metrics.length === 0 || metrics.includes(event.metric));
