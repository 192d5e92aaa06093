// The documents of what the first room says besides the totals.
import type { ResultOf } from "gql.tada";
import { graphql } from "./graphql.ts";

export const NewestFailuresQuery = graphql(`
  query NewestFailures($first: Int!) {
    failureGroups(first: $first) { code path client count lastSeenAt trend }
  }
`);

export const ClientTotalsQuery = graphql(`
  query ClientTotals($first: Int!) {
    stats { clients(first: $first) { client received accepted duplicates conflicts rejected lastSeenAt } }
  }
`);

/** Two hours: the last, and the one before to compare it with. */
export const ActivityQuery = graphql(`
  query Activity($minutes: Int!) {
    activity(minutes: $minutes) {
      asOfSeq
      buckets { from received accepted duplicates conflicts rejected }
    }
  }
`);

export type FailureKindGroup = ResultOf<typeof NewestFailuresQuery>["failureGroups"][number];
export type ClientTotals = ResultOf<typeof ClientTotalsQuery>["stats"]["clients"][number];
