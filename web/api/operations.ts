// The documents of the first room, and of what every room shows.
import type { ResultOf, VariablesOf } from "gql.tada";
import { EntryFields, ProblemFields, ResultFields, WarningFields } from "./fragments.ts";
import { graphql } from "./graphql.ts";

/** The totals, and the newest entry that they contain: the seq tells which entries of the feed come on top. */
export const TotalsQuery = graphql(`
  query Totals {
    stats { received accepted duplicates conflicts rejected throughput asOfSeq }
    failedEvents(first: 0, filter: { states: [OPEN, SCHEDULED, DEAD] }) { totalCount }
  }
`);

export const BooksQuery = graphql(`
  query Books { books { balanced differences { identity client expected actual } } }
`);

export const RecentQuery = graphql(
  `query Recent($last: Int!) { log(last: $last) { edges { node { ...EntryFields } } } }`,
  [EntryFields],
);

export const FeedSubscription = graphql(
  `subscription Feed($after: Cursor) { feed(after: $after) { cursor entries { ...EntryFields } } }`,
  [EntryFields],
);

export const PreviewQuery = graphql(
  `
  query Preview($event: JSON!, $idempotencyKey: String) {
    previewEvent(event: $event, idempotencyKey: $idempotencyKey) {
      outcome client metric unit amount timestamp fingerprint preimage
      problems { ...ProblemFields }
      warnings { ...WarningFields }
      steps { fact path rule before after }
    }
  }
`,
  [ProblemFields, WarningFields],
);

export const IngestMutation = graphql(
  `mutation Ingest($input: IngestEventInput!) { ingestEvent(input: $input) { ...ResultFields } }`,
  [ResultFields],
);

export const IngestBatchMutation = graphql(
  `
  mutation IngestBatch($input: IngestEventsInput!) {
    ingestEvents(input: $input) { accepted duplicates conflicts rejected results { ...ResultFields } }
  }
`,
  [ResultFields],
);

export type Books = ResultOf<typeof BooksQuery>["books"];
export type Batch = ResultOf<typeof FeedSubscription>["feed"];
export type Entry = Batch["entries"][number];
export type Preview = ResultOf<typeof PreviewQuery>["previewEvent"];
export type Result = ResultOf<typeof IngestMutation>["ingestEvent"];
export type Difference = Entry["differences"][number];
export type Problem = Preview["problems"][number];
export type Warning = Preview["warnings"][number];
export type EventInput = VariablesOf<typeof IngestMutation>["input"];
export type FailurePoint = NonNullable<EventInput["simulateFailure"]>;
export type Outcome = Preview["outcome"];
