// What every resolver gets: the parts of the program that the API speaks for.
import type { Aggregations } from "../pipeline/aggregations.ts";
import type { Feed } from "../pipeline/feed.ts";
import type { Ingest } from "../pipeline/ingest.ts";
import type { Profiles } from "../pipeline/profiles.ts";
import type { Reprocess } from "../pipeline/reprocess.ts";
import type { Retries } from "../pipeline/retry.ts";
import type { Storage } from "../storage/storage.ts";
import type { System } from "../watch/system.ts";
import type { Endpoints } from "../webhooks/endpoints.ts";

/** In one request, in all its fields together. */
export const MAX_EVENTS = 1_000;

export interface Context {
  readonly ingest: Ingest;
  readonly feed: Feed;
  readonly aggregations: Aggregations;
  readonly profiles: Profiles;
  readonly retries: Retries;
  readonly reprocess: Reprocess;
  readonly endpoints: Endpoints;
  readonly storage: Storage;
  readonly system: System;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
}

/** How many events the request may still carry, whatever the number of its fields. Made anew for each request. */
export interface RequestContext extends Context {
  /** Who asks, for the audit trail; null where nobody has to say who they are. */
  readonly principal: string | null;
  readonly budget: { events: number };
}

export const createRequestContext = (context: Context): RequestContext => ({
  ...context,
  principal: null,
  budget: { events: MAX_EVENTS },
});
