// Every document that the dashboard sends, typed against schema.graphql. gql.tada lends its types only (it is a tool of
// development); at run time urql's own gql joins the fragments.
import { gql, type TypedDocumentNode } from "@urql/core";
import type { initGraphQLTada, ResultOf, VariablesOf } from "gql.tada";
import type { introspection } from "./introspection.d.ts";

type Graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { SafeInt: number; Decimal: string; DateTime: string; Cursor: string; JSON: unknown };
}>;

const join = (source: string, fragments: TypedDocumentNode[] = []) =>
  gql(Object.assign([source, ...fragments.map(() => "")], { raw: [source] }), ...fragments);
const graphql = join as unknown as Graphql;

const DifferenceFields = graphql(`fragment DifferenceFields on Difference { path existing received }`);

const ProblemFields = graphql(`fragment ProblemFields on Problem { code path message input hint }`);

const WarningFields = graphql(`fragment WarningFields on Warning { code path message }`);

const EventFields = graphql(`
  fragment EventFields on Event { id seq client metric unit amount timestamp receivedAt timesSeen }
`);

const EntryFields = graphql(
  `
  fragment EntryFields on LogEntry {
    seq
    cursor
    at
    action
    client
    event { ...EventFields }
    failure { id client timesSeen problems { code path message hint } }
    differences { ...DifferenceFields }
  }
`,
  [EventFields, DifferenceFields],
);

const ResultFields = graphql(
  `
  fragment ResultFields on IngestResult {
    __typename
    receipt { seq at fingerprint }
    warnings { ...WarningFields }
    ... on EventAccepted { event { ...EventFields } }
    ... on EventDuplicate { event { ...EventFields } differences { ...DifferenceFields } }
    ... on EventConflict { existing { ...EventFields } differences { ...DifferenceFields } failure { id timesSeen } }
    ... on EventRejected { problems { ...ProblemFields } failure { id timesSeen } }
  }
`,
  [EventFields, DifferenceFields, ProblemFields, WarningFields],
);

/** The totals, and the newest entry that they contain: the seq tells which entries of the feed come on top. */
export const TotalsQuery = graphql(`
  query Totals {
    stats { received accepted duplicates conflicts rejected throughput asOfSeq }
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
