// The document about this server, and what it says.
import type { ResultOf } from "gql.tada";
import { graphql } from "./graphql.ts";

export const DistributionFields = graphql(`fragment DistributionFields on Distribution { count p50 p95 p99 max }`);

export const SystemQuery = graphql(
  `
  query System {
    system {
      version node backend startedAt ready reasons
      waitingEvents subscribers feedLag webhookLag cpuShare residentBytes heapBytes
      commitSeconds { ...DistributionFields }
      commitEvents { ...DistributionFields }
      lockWaitSeconds { ...DistributionFields }
      requestSeconds { ...DistributionFields }
      eventLoopDelaySeconds { ...DistributionFields }
      database { version sizeBytes walBytes freeBytes retryQueue runningJobs }
      backups { everySeconds kept newestAt sizeBytes durationSeconds failures }
      connections { purpose open idle waiting }
      operations { name requests errors durationSeconds { ...DistributionFields } }
    }
  }
`,
  [DistributionFields],
);

export type System = ResultOf<typeof SystemQuery>["system"];
export type Distribution = ResultOf<typeof DistributionFields>;
export type Operation = System["operations"][number];
