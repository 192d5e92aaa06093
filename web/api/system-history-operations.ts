// The document about what the figures of servers were, and what it says.
import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "./graphql.ts";

const PercentileFields = graphql(`fragment PercentileFields on HistoryPercentiles { p50 p95 p99 }`);

export const SystemHistoryQuery = graphql(
  `
  query SystemHistory($span: HistorySpan!, $server: String, $last: Int!) {
    systemHistory(span: $span, server: $server, last: $last) {
      stepSeconds from to relativeError servers
      starts { server at }
      points {
        at seconds servers accepted duplicates conflicts rejected errors
        requestSeconds { count ...PercentileFields }
        commitSeconds { ...PercentileFields }
        commitEvents { ...PercentileFields }
        lockWaitSeconds { ...PercentileFields }
        eventLoopDelaySeconds { ...PercentileFields }
        cpuShare residentBytes heapBytes waitingEvents subscribers feedLag webhookLag retryQueue runningJobs
        sizeBytes walBytes freeBytes busyConnections waitingCallers
      }
    }
  }
`,
  [PercentileFields],
);

export type SystemHistory = ResultOf<typeof SystemHistoryQuery>["systemHistory"];
export type HistoryPoint = SystemHistory["points"][number];
export type HistorySpan = VariablesOf<typeof SystemHistoryQuery>["span"];
export type HistoryPercentiles = ResultOf<typeof PercentileFields>;
