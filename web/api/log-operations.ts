// The documents about the log as a list.
import { EntryFields } from "./fragments.ts";
import { graphql } from "./graphql.ts";

/** The entries before one, oldest of them first. */
export const OlderEntriesQuery = graphql(
  `
  query OlderEntries($filter: LogFilter!, $before: String!, $last: Int!) {
    log(filter: $filter, before: $before, last: $last) {
      pageInfo { hasPreviousPage }
      edges { node { ...EntryFields } }
    }
  }
`,
  [EntryFields],
);
