// What may be sent yet: each client's events a minute, as its profile or the server's setting says.
import type { RateLimit } from "../pipeline/limiter.ts";
import { builder } from "./builder.ts";
import { ViewerRef } from "./viewer.ts";

const RateLimitRef = builder.objectRef<RateLimit>("RateLimit").implement({
  description: "How many events may be sent: so many a minute, at once or one by one. What was sent comes back evenly.",
  fields: (t) => ({
    limit: t.expose("limit", { type: "SafeInt", description: "Events a minute." }),
    remaining: t.expose("remaining", { type: "SafeInt", description: "Events that may be sent now." }),
    resetAt: t.field({
      type: "DateTime",
      description: "When all of them may be sent again, if none is sent before.",
      resolve: ({ resetAtMs }) => Math.ceil(resetAtMs * 1_000),
    }),
  }),
});

builder.objectField(ViewerRef, "rateLimit", (t) =>
  t.field({
    type: RateLimitRef,
    nullable: true,
    description: "What a client may still send; null where there is no limit for it, and where no client is named.",
    args: { client: t.arg.string({ description: "The client." }) },
    resolve: (_viewer, { client }, { limits, profiles }) => {
      if (client === null || client === undefined) return null;
      const perMinute = profiles.book.rateLimitOf(client) ?? limits.perMinute;
      return perMinute === null ? null : limits.look({ kind: "client", name: client, perMinute });
    },
  }),
);
