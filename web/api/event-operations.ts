// The documents about one event: why it is what it is, and taking it out of the figures.
import type { ResultOf } from "gql.tada";
import { EntryFields, EventFields, WarningFields } from "./fragments.ts";
import { graphql } from "./graphql.ts";

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
