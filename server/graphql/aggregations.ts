// Aggregations: exact tallies of the counted events, by group and by interval of time.
import { averageOf } from "../domain/decimal.ts";
import { AppError } from "../domain/error.ts";
import { intervals, parseZone } from "../domain/interval.ts";
import { type Aggregation, dimensions } from "../domain/rollup.ts";
import { builder } from "./builder.ts";
import { EventFilterInput, toEventFilter } from "./events.ts";

const MAX_ROWS = 50_000;

const AggregationDimensionEnum = builder.enumType("AggregationDimension", {
  description: "What groups can be kept apart by. Units are always kept apart.",
  values: dimensions,
});

const AggregationIntervalEnum = builder.enumType("AggregationInterval", {
  description: "How time divides the groups: ALL does not. Weeks begin on Monday.",
  values: intervals,
});

const AggregationRef = builder.objectRef<Aggregation>("Aggregation").implement({
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
    from: t.field({
      type: "DateTime",
      nullable: true,
      description: "Start of the interval, inclusive; null for interval ALL.",
      resolve: ({ fromUs }) => fromUs,
    }),
    to: t.field({
      type: "DateTime",
      nullable: true,
      description: "End of the interval, exclusive; null for interval ALL.",
      resolve: ({ toUs }) => toUs,
    }),
    count: t.expose("count", {
      type: "SafeInt",
      description: "How many events.",
    }),
    sum: t.expose("sum", {
      type: "Decimal",
      description: "The exact sum of their amounts.",
    }),
    avg: t.field({
      type: "Decimal",
      nullable: true,
      description: "The sum by the count, rounded half to even at 9 fraction digits.",
      resolve: ({ sum, count }) => averageOf(sum, count),
    }),
    min: t.expose("min", {
      type: "Decimal",
      nullable: true,
      description: "The smallest amount.",
    }),
    max: t.expose("max", {
      type: "Decimal",
      nullable: true,
      description: "The largest amount.",
    }),
  }),
});

builder.queryField("aggregations", (t) =>
  t.field({
    type: [AggregationRef],
    description:
      "Exact tallies of the counted events, ordered by time, client, metric and unit. Groups and intervals without events are left out.",
    args: {
      filter: t.arg({
        type: EventFilterInput,
        description: "Which events; all where it is left out.",
      }),
      groupBy: t.arg({
        type: [AggregationDimensionEnum],
        description: "What to keep apart; nothing but units where it is left out.",
      }),
      interval: t.arg({
        type: AggregationIntervalEnum,
        defaultValue: "ALL",
        description: "How time divides the groups.",
      }),
      timeZone: t.arg.string({
        defaultValue: "UTC",
        description: "The IANA zone whose hours, days, weeks and months are meant.",
      }),
    },
    resolve: async (_root, { filter, groupBy, interval, timeZone }, { storage }) => {
      parseZone(timeZone ?? "UTC");
      const { rows: aggregations } = await storage.rollups({
        ...{ filter: toEventFilter(filter), groupBy: groupBy ?? [] },
        ...{ interval: interval ?? "ALL", timeZone: timeZone ?? "UTC" },
      });
      if (aggregations.length > MAX_ROWS)
        throw new AppError(
          "BAD_USER_INPUT",
          `The answer would have ${aggregations.length} rows; at most ${MAX_ROWS} are possible. Narrow the time range, or ask for a longer interval or fewer groups.`,
        );
      return aggregations;
    },
  }),
);
