// Aggregations: exact tallies of the counted events, by group and by interval of time.
import type { InputShapeFromFields } from "@pothos/core";
import { RELATIVE_ERROR } from "../domain/bins.ts";
import { type AggregationRow, avgOf, fills, isFilled } from "../domain/fill.ts";
import { intervals } from "../domain/interval.ts";
import { MAX_EXACT_EVENTS } from "../domain/percentile.ts";
import { dimensions, orders } from "../domain/rollup.ts";
import type { AggregationUpdate } from "../pipeline/aggregation-changes.ts";
import type { AggregationAnswer, AggregationRequest } from "../pipeline/aggregations.ts";
import { builder } from "./builder.ts";
import { EventFilterInput, toEventFilter } from "./events.ts";

const AggregationDimensionEnum = builder.enumType("AggregationDimension", {
  description: "What groups can be kept apart by. Units are always kept apart.",
  values: dimensions,
});

const AggregationIntervalEnum = builder.enumType("AggregationInterval", {
  description: "How time divides the groups: ALL does not. Weeks begin on Monday.",
  values: intervals,
});

const AggregationFillEnum = builder.enumType("AggregationFill", {
  description:
    "What intervals without events tell. With ALL there are none. NONE: they are left out. ZERO: every figure is 0. NULL: nothing is known of the amounts. PREVIOUS: the figures of the interval before that has events, but for the count, which is 0. Every group of the answer then has all intervals of the range; where that is open, from the first or to the last with events.",
  values: fills,
});

const AggregationOrderEnum = builder.enumType("AggregationOrder", {
  description:
    "Which groups come first. GROUP: by client, metric and unit. Else by what all intervals together say of a group, each unit for itself, since amounts of different units cannot be compared.",
  values: orders,
});

interface Percentile {
  readonly percentile: number;
  readonly value: string | null;
  readonly isApproximate: boolean;
}

const PercentileRef = builder.objectRef<Percentile>("AggregationPercentile").implement({
  description: "The least amount that at least this part of all does not exceed.",
  fields: (t) => ({
    percentile: t.exposeFloat("percentile", { description: "The part, from 0 to 1." }),
    value: t.expose("value", {
      type: "Decimal",
      nullable: true,
      description: "The amount; null where nothing is known of it.",
    }),
    approximate: t.exposeBoolean("isApproximate", {
      description: `Whether it is told from bins, because there are more than ${MAX_EXACT_EVENTS} events in the range and of the clients asked for. The least and the greatest amount of a row are always exact.`,
    }),
    relativeError: t.float({
      description: "By which part of itself it can be off at most; 0 where it is exact.",
      resolve: ({ isApproximate }) => (isApproximate ? RELATIVE_ERROR : 0),
    }),
  }),
});

/** A row, and what holds for the whole answer. */
interface AnsweredRow {
  readonly row: AggregationRow;
  readonly answer: Pick<AggregationAnswer, "asOfSeq" | "percentiles">;
}

const AggregationRef = builder.objectRef<AnsweredRow>("Aggregation").implement({
  description: "The tally of one group in one interval. Groups never mix units.",
  fields: (t) => ({
    client: t.string({
      nullable: true,
      description: "The client, where groups are kept apart by it.",
      resolve: ({ row }) => row.client,
    }),
    metric: t.string({
      nullable: true,
      description: "The metric, where groups are kept apart by it.",
      resolve: ({ row }) => row.metric,
    }),
    unit: t.string({
      nullable: true,
      description: "The unit of the amounts; null where they have none.",
      resolve: ({ row }) => row.unit,
    }),
    from: t.field({
      type: "DateTime",
      nullable: true,
      description: "Start of the interval, inclusive; null for interval ALL.",
      resolve: ({ row }) => row.fromUs,
    }),
    to: t.field({
      type: "DateTime",
      nullable: true,
      description: "End of the interval, exclusive; null for interval ALL.",
      resolve: ({ row }) => row.toUs,
    }),
    count: t.field({ type: "SafeInt", description: "How many events.", resolve: ({ row }) => row.count }),
    sum: t.field({ type: "Decimal", description: "The exact sum of their amounts.", resolve: ({ row }) => row.sum }),
    avg: t.field({
      type: "Decimal",
      nullable: true,
      description: "The sum by the count, rounded half to even at 9 fraction digits.",
      resolve: ({ row }) => avgOf(row),
    }),
    min: t.field({
      type: "Decimal",
      nullable: true,
      description: "The smallest amount.",
      resolve: ({ row }) => row.min,
    }),
    max: t.field({
      type: "Decimal",
      nullable: true,
      description: "The largest amount.",
      resolve: ({ row }) => row.max,
    }),
    percentiles: t.field({
      type: [PercentileRef],
      description: "Those that were asked for, in the order given.",
      resolve: ({ row: { percentiles, approximate }, answer }) =>
        answer.percentiles.map((percentile, index) => ({
          ...{ percentile, value: percentiles[index] ?? null },
          isApproximate: approximate[index] ?? false,
        })),
    }),
    late: t.field({
      type: "SafeInt",
      description: "How many of the events were received after the quarter of an hour had ended in which they lie.",
      resolve: ({ row }) => row.late,
    }),
    revision: t.field({
      type: "SafeInt",
      description: "The last entry of the log that changed what was read for it; 0 where there is no event.",
      resolve: ({ row }) => row.revision,
    }),
    rank: t.field({
      type: "SafeInt",
      nullable: true,
      description:
        "The place of its group among those of its unit, from 1, by `order`. Null where groups are not ranked, since neither another order than GROUP nor a limit is asked for, and for what the limit has left out.",
      resolve: ({ row }) => row.rank,
    }),
    isOther: t.boolean({
      description:
        "Whether it is all groups of its unit together that the limit has left out. Client and metric are null.",
      resolve: ({ row }) => row.isOther,
    }),
    isFilled: t.boolean({
      description: "Whether there is no event in it, and `fill` has made it.",
      resolve: ({ row }) => isFilled(row),
    }),
    asOfSeq: t.field({
      type: "SafeInt",
      description: "The last entry of the log that the answer includes: the same for all its rows.",
      resolve: ({ answer }) => answer.asOfSeq,
    }),
  }),
});

const aggregationArgs = builder.args((t) => ({
  filter: t.field({
    type: EventFilterInput,
    description: "Which events; all where it is left out.",
  }),
  groupBy: t.field({
    type: [AggregationDimensionEnum],
    description: "What to keep apart; nothing but units where it is left out.",
  }),
  interval: t.field({
    type: AggregationIntervalEnum,
    defaultValue: "ALL",
    description: "How time divides the groups.",
  }),
  timeZone: t.string({
    defaultValue: "UTC",
    description: "The IANA zone whose hours, days, weeks and months are meant.",
  }),
  fill: t.field({
    type: AggregationFillEnum,
    defaultValue: "NONE",
    description: "What intervals without events tell. With ALL there are none.",
  }),
  percentiles: t.floatList({
    description: "Which percentiles of the amounts to tell: at most 10 numbers from 0 to 1, such as 0.95.",
  }),
  order: t.field({
    type: AggregationOrderEnum,
    defaultValue: "GROUP",
    description: "Which groups come first in each interval.",
  }),
  limit: t.int({
    description:
      "Of each unit at most so many groups are told apart, the first in their order; all others are one more row.",
  }),
}));

export type AggregationArgs = InputShapeFromFields<typeof aggregationArgs>;

export const toRequest = (args: AggregationArgs): AggregationRequest => ({
  ...{ filter: toEventFilter(args.filter), groupBy: args.groupBy ?? [], percentiles: args.percentiles ?? [] },
  ...{ interval: args.interval ?? "ALL", timeZone: args.timeZone ?? "UTC", fill: args.fill ?? "NONE" },
  ...{ order: args.order ?? "GROUP", limit: args.limit ?? undefined },
});

/** Rows as the schema shows them. */
export const answered = (rows: readonly AggregationRow[], answer: AnsweredRow["answer"]): readonly AnsweredRow[] =>
  rows.map((row) => ({ row, answer }));

builder.queryField("aggregations", (t) =>
  t.field({
    type: [AggregationRef],
    description:
      "Exact tallies of the counted events, ordered by time, client, metric and unit. Where another order or a limit is asked for, they are ordered by time and unit, and then by rank. Groups and intervals without events are left out, unless `fill` says otherwise. What it takes follows the number of groups and intervals, not that of the events. At most 50,000 rows.",
    args: aggregationArgs,
    resolve: async (_root, args, { aggregations }) => {
      const answer = await aggregations.answer(toRequest(args));
      return answered(answer.rows, answer);
    },
  }),
);

const AggregationReportRef = builder.objectRef<AggregationAnswer>("AggregationReport").implement({
  description: "Aggregations, and what holds for all of them.",
  fields: (t) => ({
    asOfSeq: t.expose("asOfSeq", {
      type: "SafeInt",
      description: "The last entry of the log that it includes, where there are no rows too.",
    }),
    rows: t.field({
      type: [AggregationRef],
      description: "What `aggregations` answers.",
      resolve: (answer) => answered(answer.rows, answer),
    }),
  }),
});

builder.queryField("aggregationReport", (t) =>
  t.field({
    type: AggregationReportRef,
    description: "What the query `aggregations` answers, and as of which entry of the log, also where that is nothing.",
    args: aggregationArgs,
    resolve: (_root, args, { aggregations }) => aggregations.answer(toRequest(args)),
  }),
);

const AggregationUpdateRef = builder.objectRef<AggregationUpdate>("AggregationUpdate").implement({
  description:
    "What has become of an aggregation since the update before. A row takes the place of the one that has the same from, client, metric, unit and isOther; in each interval they are in order of client, metric and unit or, where they have ranks, of unit, isOther and rank.",
  fields: (t) => ({
    asOfSeq: t.expose("asOfSeq", { type: "SafeInt", description: "The last entry of the log that it includes." }),
    isComplete: t.exposeBoolean("isComplete", {
      description:
        "Whether its rows are all there are, so that what was known before is to be forgotten. The first update of a subscription is, and so the first after a connection was lost; no other.",
    }),
    rows: t.field({
      type: [AggregationRef],
      description: "All rows where it is complete, else those that are new or have changed.",
      resolve: (update) => answered(update.rows, update),
    }),
    gone: t.field({
      type: [AggregationRef],
      description: "The rows that are not in the answer any more, as they were.",
      resolve: (update) => answered(update.gone, update),
    }),
  }),
});

builder.subscriptionField("aggregationUpdates", (t) =>
  t.field({
    type: AggregationUpdateRef,
    description:
      "What the query `aggregations` answers now, and then what of that has changed whenever the log has grown, at most four times a second; rows and gone are empty where nothing has. With each update in place it is what the query answers as of the same entry.",
    args: aggregationArgs,
    subscribe: (_root, args, { aggregationUpdates }) => aggregationUpdates.follow(toRequest(args)),
    resolve: (update) => update,
  }),
);
