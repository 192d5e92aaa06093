// The document of aggregations: the tallies of groups, divided by time or not.
import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "./graphql.ts";

export const AggregationsQuery = graphql(`
  query Aggregations(
    $filter: EventFilter, $groupBy: [AggregationDimension!], $interval: AggregationInterval, $timeZone: String
  ) {
    aggregations(filter: $filter, groupBy: $groupBy, interval: $interval, timeZone: $timeZone) {
      client metric unit from to count sum avg min max
    }
  }
`);

export type Aggregation = ResultOf<typeof AggregationsQuery>["aggregations"][number];
export type AggregationsVariables = VariablesOf<typeof AggregationsQuery>;
export type EventFilter = NonNullable<AggregationsVariables["filter"]>;
