// What every resolver gets: the parts of the program that the API speaks for, as far as the principal may reach them.
import type { Auth } from "../auth/authenticate.ts";
import type { Tokens } from "../auth/tokens.ts";
import type { Principal } from "../domain/principal.ts";
import type { AggregationUpdates } from "../pipeline/aggregation-updates.ts";
import type { Aggregations } from "../pipeline/aggregations.ts";
import type { Feed } from "../pipeline/feed.ts";
import type { Imports } from "../pipeline/imports.ts";
import type { Ingest } from "../pipeline/ingest.ts";
import type { Limiter, RateLimits } from "../pipeline/limiter.ts";
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
  readonly imports: Imports;
  readonly aggregationUpdates: AggregationUpdates;
  readonly profiles: Profiles;
  readonly retries: Retries;
  readonly reprocess: Reprocess;
  readonly endpoints: Endpoints;
  readonly storage: Storage;
  readonly system: System;
  readonly tokens: Tokens;
  readonly auth: Pick<Auth, "mode">;
  /** What may be sent, and what is left of it. */
  readonly limits: RateLimits & { readonly look: Limiter["look"] };
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
}

/** How many events the request may still carry, whatever the number of its fields. Made anew for each request. */
export interface RequestContext extends Context {
  /** Who asks. Acts are recorded under its `label`. */
  readonly principal: Principal;
  readonly budget: { events: number };
}

/** `context`: as far as this principal may reach it. */
export const createRequestContext = (context: Context, principal: Principal): RequestContext => ({
  ...context,
  principal,
  budget: { events: MAX_EVENTS },
});
