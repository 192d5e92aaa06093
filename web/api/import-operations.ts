// The documents of imports: what has become of a file, and of those before it.
import type { ResultOf } from "gql.tada";
import { graphql } from "./graphql.ts";

const ImportFields = graphql(`
  fragment ImportFields on ImportReport {
    id state lines accepted duplicates conflicts rejected broken bytes totalBytes startedAt endedAt error
    rejectedLines { line outcome text problems { code path message hint } failure { id state } }
  }
`);

export const ImportProgressSubscription = graphql(
  `subscription ImportProgress($id: ID!) { importProgress(id: $id) { ...ImportFields } }`,
  [ImportFields],
);

export const ImportReportsQuery = graphql(`
  query ImportReports { importReports { id state lines accepted duplicates conflicts rejected startedAt } }
`);

export type ImportReport = ResultOf<typeof ImportProgressSubscription>["importProgress"];
export type RejectedLine = ImportReport["rejectedLines"][number];
