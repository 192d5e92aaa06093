// The documents of aggregations: the tallies of groups, divided by time or not, and what becomes of them.
import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "./graphql.ts";

const AggregationFields = graphql(`
  fragment AggregationFields on Aggregation {
    client metric unit from to count sum avg min max rank late revision isOther isFilled
    percentiles { percentile value approximate relativeError }
  }
`);

export const AggregationUpdatesSubscription = graphql(
  `
  subscription AggregationUpdates(
    $filter: EventFilter, $groupBy: [AggregationDimension!], $interval: AggregationInterval, $timeZone: String,
    $fill: AggregationFill, $percentiles: [Float!], $order: AggregationOrder, $limit: Int
  ) {
    aggregationUpdates(
      filter: $filter, groupBy: $groupBy, interval: $interval, timeZone: $timeZone,
      fill: $fill, percentiles: $percentiles, order: $order, limit: $limit
    ) {
      asOfSeq isComplete
      rows { ...AggregationFields }
      gone { client metric unit from isOther }
    }
  }
`,
  [AggregationFields],
);

export type AggregationUpdate = ResultOf<typeof AggregationUpdatesSubscription>["aggregationUpdates"];
export type Aggregation = AggregationUpdate["rows"][number];
export type AggregationsVariables = VariablesOf<typeof AggregationUpdatesSubscription>;
export type AggregationOrder = NonNullable<AggregationsVariables["order"]>;
export type EventFilter = NonNullable<AggregationsVariables["filter"]>;
