// What a principal that is bound to clients can reach: the same parts of the program, seen through a window. All that the
// API reads or does goes through here, so that no field can forget it.
import { AppError } from "../domain/error.ts";
import type { Result } from "../domain/event.ts";
import type { Principal } from "../domain/principal.ts";
import type { AggregationUpdates } from "../pipeline/aggregation-updates.ts";
import type { Aggregations } from "../pipeline/aggregations.ts";
import type { Feed } from "../pipeline/feed.ts";
import type { Ingest } from "../pipeline/ingest.ts";
import type { Reprocess } from "../pipeline/reprocess.ts";
import type { Retries } from "../pipeline/retry.ts";
import type { Storage } from "../storage/storage.ts";
import { type Bounds, boundsOf, narrowEvents } from "./bounds.ts";
import type { Context } from "./context.ts";
import { narrowStorage } from "./narrow-storage.ts";

/** The parts that this principal gets. What it sends is counted against its token. */
export const narrow = (context: Context, { clients, token }: Pick<Principal, "clients" | "token">): Context => {
  const isUncounted = token === null || context.limits.tokenPerMinute === null;
  const counted = isUncounted ? context : { ...context, ingest: countedFor(token, context.ingest) };
  return clients === null ? counted : narrowTo(clients, counted);
};

const countedFor = (token: string, ingest: Ingest): Ingest => ({
  ...ingest,
  ingest: (events, options) => ingest.ingest(events, { ...options, token }),
});

const narrowTo = (clients: readonly string[], context: Context): Context => {
  const bounds = boundsOf(clients);
  const storage = narrowStorage(context.storage, bounds);
  return {
    ...context,
    storage,
    ingest: narrowIngest(context.ingest, bounds),
    feed: narrowFeed(context.feed, bounds),
    aggregations: narrowAggregations(context.aggregations, bounds),
    aggregationUpdates: narrowUpdates(context.aggregationUpdates, bounds),
    reprocess: narrowReprocess(context.reprocess, bounds),
    retries: narrowRetries(context.retries, { storage, bounds }),
  };
};

const narrowIngest = (ingest: Ingest, { clients, own }: Bounds): Ingest => ({
  ...ingest,
  ingest: async (events, options) =>
    noting(
      await ingest.ingest(
        events.map((event) => ({ ...event, clients })),
        options,
      ),
      own,
    ),
  preview: (event, book) => ingest.preview({ ...event, clients }, book),
});

const noting = (results: readonly Result[], own: Set<number>): readonly Result[] => {
  for (const result of results) if ("failure" in result) own.add(result.failure.id);
  return results;
};

const narrowFeed = (feed: Feed, { among }: Bounds): Feed => ({
  ...feed,
  subscribers: feed.subscribers,
  subscribe: ({ after, filter }) => feed.subscribe({ after, filter: { ...filter, clients: among(filter.clients) } }),
});

const narrowAggregations = (aggregations: Aggregations, bounds: Bounds): Aggregations => ({
  ...aggregations,
  answer: (request) => aggregations.answer({ ...request, filter: narrowEvents(request.filter, bounds) }),
});

const narrowUpdates = (updates: AggregationUpdates, bounds: Bounds): AggregationUpdates => ({
  ...updates,
  follow: (request) => updates.follow({ ...request, filter: narrowEvents(request.filter, bounds) }),
});

const narrowReprocess = (reprocess: Reprocess, bounds: Bounds): Reprocess => ({
  ...reprocess,
  preview: (filter) => reprocess.preview(narrowEvents(filter, bounds)),
});

interface Window {
  /** As it is seen through it. */
  readonly storage: Pick<Storage, "failure">;
  readonly bounds: Bounds;
}

const narrowRetries = (retries: Retries, { storage, bounds: { clients, own } }: Window): Retries => ({
  ...retries,
  retry: async (id, options) => {
    if ((await storage.failure(id)) === null) throw new AppError("BAD_USER_INPUT", `There is no failed event ${id}.`);
    const [result] = noting([await retries.retry(id, { ...options, clients })], own);
    if (result === undefined) throw new Error("A retry has no result.");
    return result;
  },
});
