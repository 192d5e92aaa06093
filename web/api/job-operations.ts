// The documents about jobs: work on many items, in the background.
import type { ResultOf } from "gql.tada";
import { graphql } from "./graphql.ts";

export const JobFields = graphql(`
  fragment JobFields on Job { id kind state by total done succeeded failed startedAt endedAt error }
`);

export const JobsQuery = graphql(
  `query Jobs($first: Int!) { jobs(first: $first) { edges { node { ...JobFields } } } }`,
  [JobFields],
);

export const JobProgressSubscription = graphql(
  `subscription JobProgress($id: ID!) { jobProgress(id: $id) { ...JobFields } }`,
  [JobFields],
);

export const CancelJobMutation = graphql(`mutation CancelJob($id: ID!) { cancelJob(id: $id) { ...JobFields } }`, [
  JobFields,
]);

export type Job = ResultOf<typeof JobFields>;
