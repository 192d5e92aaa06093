// The documents about failed events.
import type { ResultOf, VariablesOf } from "gql.tada";
import { EntryFields, EventFields, ProblemFields, ResultFields, WarningFields } from "./fragments.ts";
import { graphql } from "./graphql.ts";
import { JobFields } from "./job-operations.ts";

const FailureFields = graphql(
  `
  fragment FailureFields on FailedEvent {
    id kind state client idempotencyKey timesSeen attempts firstSeenAt lastSeenAt nextAttemptAt reason
    problems { ...ProblemFields }
    resolvedBy { id seq }
  }
`,
  [ProblemFields],
);

export const ForecastFields = graphql(
  `
  fragment ForecastFields on RetryPreview {
    total looked accepted duplicates conflicts rejected
    samples {
      outcome client metric amount unit
      failure { id raw }
      problems { code path message }
    }
  }
`,
);

export const FailureGroupsQuery = graphql(`
  query FailureGroups($filter: FailedEventFilter, $first: Int!) {
    failureGroups(filter: $filter, first: $first) {
      code path client count timesSeen firstSeenAt lastSeenAt trend
      samples(first: 1) { raw }
    }
  }
`);

/** How many there are in each state, whatever state is looked at. */
export const StateCountsQuery = graphql(`
  query StateCounts(
    $unresolved: FailedEventFilter, $open: FailedEventFilter, $scheduled: FailedEventFilter,
    $dead: FailedEventFilter, $discarded: FailedEventFilter, $resolved: FailedEventFilter
  ) {
    unresolved: failedEvents(first: 0, filter: $unresolved) { totalCount }
    open: failedEvents(first: 0, filter: $open) { totalCount }
    scheduled: failedEvents(first: 0, filter: $scheduled) { totalCount }
    dead: failedEvents(first: 0, filter: $dead) { totalCount }
    discarded: failedEvents(first: 0, filter: $discarded) { totalCount }
    resolved: failedEvents(first: 0, filter: $resolved) { totalCount }
  }
`);

export const FailuresQuery = graphql(
  `
  query Failures($filter: FailedEventFilter, $first: Int, $last: Int, $after: String, $before: String) {
    failedEvents(filter: $filter, first: $first, last: $last, after: $after, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { ...FailureFields raw } }
    }
  }
`,
  [FailureFields],
);

/** Rows that are on screen already, as they are now. */
export const FailuresByIdQuery = graphql(
  `query FailuresById($filter: FailedEventFilter!) { failedEvents(filter: $filter, first: 100) { edges { node { ...FailureFields raw } } } }`,
  [FailureFields],
);

export const ExplainFailureQuery = graphql(
  `
  query ExplainFailure($id: ID!) {
    explainFailedEvent(id: $id) {
      rawText
      failure { ...FailureFields }
      preview {
        outcome client metric unit amount timestamp fingerprint preimage
        problems { ...ProblemFields }
        warnings { ...WarningFields }
        steps { fact path rule before after }
        existing { ...EventFields }
      }
      log { ...EntryFields }
    }
  }
`,
  [FailureFields, ProblemFields, WarningFields, EventFields, EntryFields],
);

export const RetryMutation = graphql(
  `
  mutation Retry($id: ID!, $editedEvent: JSON, $idempotencyKey: String) {
    retryFailedEvent(id: $id, editedEvent: $editedEvent, idempotencyKey: $idempotencyKey) { ...ResultFields }
  }
`,
  [ResultFields],
);

/** The same without an edited event: a null one would be the JSON null. */
export const RetryAsSentMutation = graphql(
  `
  mutation RetryAsSent($id: ID!, $idempotencyKey: String) {
    retryFailedEvent(id: $id, idempotencyKey: $idempotencyKey) { ...ResultFields }
  }
`,
  [ResultFields],
);

export const DiscardMutation = graphql(
  `mutation Discard($id: ID!, $reason: String!) { discardFailedEvent(id: $id, reason: $reason) { ...FailureFields } }`,
  [FailureFields],
);

export const ReopenMutation = graphql(`mutation Reopen($id: ID!) { reopenFailedEvent(id: $id) { ...FailureFields } }`, [
  FailureFields,
]);

export const RetryManyMutation = graphql(
  `
  mutation RetryMany($filter: FailedEventFilter, $dryRun: Boolean!) {
    retryFailedEvents(filter: $filter, dryRun: $dryRun) {
      matched
      preview { ...ForecastFields }
      job { ...JobFields }
    }
  }
`,
  [ForecastFields, JobFields],
);

export const DiscardManyMutation = graphql(
  `
  mutation DiscardMany($filter: FailedEventFilter, $reason: String!, $dryRun: Boolean!) {
    discardFailedEvents(filter: $filter, reason: $reason, dryRun: $dryRun) { matched job { ...JobFields } }
  }
`,
  [JobFields],
);

export type FailureGroup = ResultOf<typeof FailureGroupsQuery>["failureGroups"][number];
export type Failure = ResultOf<typeof FailuresQuery>["failedEvents"]["edges"][number]["node"];
export type ExplainedFailure = ResultOf<typeof ExplainFailureQuery>["explainFailedEvent"];
export type FailureState = Failure["state"];
export type FailureFilter = NonNullable<VariablesOf<typeof FailuresByIdQuery>["filter"]>;
export type ProblemCode = FailureGroup["code"];
export type Forecast = ResultOf<typeof ForecastFields>;
