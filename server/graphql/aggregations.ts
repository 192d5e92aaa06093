// Aggregations: exact tallies of the counted events, by group and by interval of time.
import type { InputShapeFromFields } from "@pothos/core";
import { RELATIVE_ERROR } from "../domain/bins.ts";
import { type AggregationRow, fills } from "../domain/fill.ts";
import { intervals } from "../domain/interval.ts";
import { MAX_EXACT_EVENTS } from "../domain/percentile.ts";
import { dimensions, orders } from "../domain/rollup.ts";
import { followAggregations } from "../pipeline/aggregation-updates.ts";
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
    "What intervals without events tell. NONE: they are left out. ZERO: every figure is 0. NULL: nothing is known of the amounts. PREVIOUS: the figures of the interval before that has events, but for the count, which is 0. Every group of the answer then has all intervals of the range; where that is open, from the first or to the last with events.",
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
      description: `Whether it is told from bins, because the range, or the clients asked for, have more than ${MAX_EXACT_EVENTS} events in all.`,
    }),
    relativeError: t.float({
      description: "By which part of itself it can be off at most; 0 where it is exact.",
      resolve: ({ isApproximate }) => (isApproximate ? RELATIVE_ERROR : 0),
    }),
  }),
});

/** A row with what holds for the whole answer. */
interface AnsweredRow extends AggregationRow {
  readonly asOfSeq: number;
  readonly asked: readonly number[];
  readonly isApproximate: boolean;
}

const AggregationRef = builder.objectRef<AnsweredRow>("Aggregation").implement({
  description: "The tally of one group in one interval. Groups never mix units.",
  fields: (t) => ({
    client: t.exposeString("client", {
      nullable: true,
      description: "The client, where groups are kept apart by it.",
    }),
    metric: t.exposeString("metric", {
      nullable: true,
      description: "The metric, where groups are kept apart by it.",
    }),
    unit: t.exposeString("unit", {
      nullable: true,
      description: "The unit of the amounts; null where they have none.",
    }),
    from: t.expose("fromUs", {
      type: "DateTime",
      nullable: true,
      description: "Start of the interval, inclusive; null for interval ALL.",
    }),
    to: t.expose("toUs", {
      type: "DateTime",
      nullable: true,
      description: "End of the interval, exclusive; null for interval ALL.",
    }),
    count: t.expose("count", { type: "SafeInt", description: "How many events." }),
    sum: t.expose("sum", { type: "Decimal", description: "The exact sum of their amounts." }),
    avg: t.expose("avg", {
      type: "Decimal",
      nullable: true,
      description: "The sum by the count, rounded half to even at 9 fraction digits.",
    }),
    min: t.expose("min", { type: "Decimal", nullable: true, description: "The smallest amount." }),
    max: t.expose("max", { type: "Decimal", nullable: true, description: "The largest amount." }),
    percentiles: t.field({
      type: [PercentileRef],
      description: "Those that were asked for, in the order given.",
      resolve: ({ percentiles, asked, isApproximate, isFilled }) =>
        asked.map((percentile, index) => ({
          ...{ percentile, value: percentiles[index] ?? null },
          isApproximate: isApproximate && !isFilled,
        })),
    }),
    late: t.expose("late", {
      type: "SafeInt",
      description: "How many of the events were received after the quarter of an hour had ended in which they lie.",
    }),
    revision: t.expose("revision", {
      type: "SafeInt",
      description: "The last entry of the log that changed what was read for it; 0 where there is no event.",
    }),
    isOther: t.exposeBoolean("isOther", {
      description:
        "Whether it is all groups of its unit together that the limit has left out. Client and metric are null.",
    }),
    isFilled: t.exposeBoolean("isFilled", { description: "Whether there is no event in it, and `fill` has made it." }),
    asOfSeq: t.expose("asOfSeq", {
      type: "SafeInt",
      description: "The last entry of the log that the answer includes: the same for all its rows.",
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
    description: "What intervals without events tell.",
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

const answered = (
  rows: readonly AggregationRow[],
  { asOfSeq, isApproximate }: Pick<AggregationAnswer, "asOfSeq" | "isApproximate">,
  { percentiles }: Pick<AggregationArgs, "percentiles">,
): AnsweredRow[] => rows.map((row) => ({ ...row, asOfSeq, isApproximate, asked: percentiles ?? [] }));

builder.queryField("aggregations", (t) =>
  t.field({
    type: [AggregationRef],
    description:
      "Exact tallies of the counted events, ordered by time, client, metric and unit. Groups and intervals without events are left out, unless `fill` says otherwise. What it takes follows the number of groups and intervals, not that of the events. At most 50,000 rows.",
    args: aggregationArgs,
    resolve: async (_root, args, { aggregations }) => {
      const answer = await aggregations.answer(toRequest(args));
      return answered(answer.rows, answer, args);
    },
  }),
);

interface Update {
  readonly asOfSeq: number;
  readonly rows: readonly AnsweredRow[];
  readonly gone: readonly AnsweredRow[];
}

const AggregationUpdateRef = builder.objectRef<Update>("AggregationUpdate").implement({
  description: "What has become of an aggregation since the update before.",
  fields: (t) => ({
    asOfSeq: t.expose("asOfSeq", { type: "SafeInt", description: "The last entry of the log that it includes." }),
    rows: t.field({
      type: [AggregationRef],
      description: "All rows at first, then those that are new or have changed: each in place of the one before it.",
      resolve: ({ rows }) => rows,
    }),
    gone: t.field({
      type: [AggregationRef],
      description: "The rows that are not in the answer any more, as they were.",
      resolve: ({ gone }) => gone,
    }),
  }),
});

builder.subscriptionField("aggregationUpdates", (t) =>
  t.field({
    type: AggregationUpdateRef,
    description:
      "What the query `aggregations` answers now, and again whenever that has changed, at most four times a second. With each update in place it is what the query answers as of the same entry.",
    args: aggregationArgs,
    subscribe: (_root, args, context) => followAggregations(context, toRequest(args)),
    resolve: ({ asOfSeq, rows, gone, isApproximate }, args) => {
      const answer = { asOfSeq, isApproximate };
      return { asOfSeq, rows: answered(rows, answer, args), gone: answered(gone, answer, args) };
    },
  }),
);
