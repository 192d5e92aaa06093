// What several documents ask for in the same words.
import { graphql } from "./graphql.ts";

export const DifferenceFields = graphql(`fragment DifferenceFields on Difference { path existing received }`);

export const ProblemFields = graphql(`fragment ProblemFields on Problem { code path message input hint }`);

export const WarningFields = graphql(`fragment WarningFields on Warning { code path message }`);

export const EventFields = graphql(`
  fragment EventFields on Event { id seq client metric unit amount timestamp receivedAt timesSeen }
`);

export const EntryFields = graphql(
  `
  fragment EntryFields on LogEntry {
    seq
    cursor
    at
    action
    client
    by
    reason
    details
    event { ...EventFields }
    failure { id client timesSeen problems { code path message hint } }
    differences { ...DifferenceFields }
  }
`,
  [EventFields, DifferenceFields],
);

export const ResultFields = graphql(
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
