// The documents about events: finding them, why one is what it is, and taking it out of the figures.
import type { ResultOf, VariablesOf } from "gql.tada";
import { EntryFields, EventFields, WarningFields } from "./fragments.ts";
import { graphql } from "./graphql.ts";

export const EventsQuery = graphql(
  `
  query Events($filter: EventFilter, $first: Int, $last: Int, $after: String, $before: String) {
    events(filter: $filter, first: $first, last: $last, after: $after, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { ...EventFields idempotencyKey voided warnings { ...WarningFields } } }
    }
  }
`,
  [EventFields, WarningFields],
);

/** The names that events have, to be offered where one is asked for. */
export const NamesQuery = graphql(`
  query Names($first: Int!) {
    stats { clients(first: $first) { client } }
    aggregations(groupBy: [METRIC]) { metric unit }
  }
`);

export const ExplainEventQuery = graphql(
  `
  query ExplainEvent($id: ID!) {
    explainEvent(id: $id) {
      rawText preimage identity profileVersion
      steps { fact path rule before after }
      buckets { from to count sum min max }
      event {
        ...EventFields
        fingerprint idempotencyKey voided
        voiding { at by reason seq sameAs { id seq } }
        warnings { ...WarningFields }
      }
      log { ...EntryFields }
    }
  }
`,
  [EventFields, WarningFields, EntryFields],
);

export const VoidMutation = graphql(
  `mutation Void($id: ID!, $reason: String!) { voidEvent(id: $id, reason: $reason) { id voided } }`,
);

export const UnvoidMutation = graphql(
  `mutation Unvoid($id: ID!, $reason: String) { unvoidEvent(id: $id, reason: $reason) { id voided } }`,
);

export type ExplainedEvent = ResultOf<typeof ExplainEventQuery>["explainEvent"];
export type EventRow = ResultOf<typeof EventsQuery>["events"]["edges"][number]["node"];
export type EventFilter = NonNullable<VariablesOf<typeof EventsQuery>["filter"]>;
