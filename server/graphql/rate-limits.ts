// What may be sent yet: each client's and each token's events a minute.
import { AppError } from "../domain/error.ts";
import { clientSender, type RateLimit, tokenSender } from "../pipeline/limiter.ts";
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
    description:
      "What may still be sent: with this token, for this client. Where both have a limit, the one with less left; null where there is none.",
    args: {
      client: t.arg.string({
        description: "The client. Left out, it is the one that the token is bound to, where that is one.",
      }),
    },
    resolve: async ({ token, clients }, { client }, { limits, profiles }) => {
      if (client && clients !== null && !clients.includes(client))
        throw new AppError("FORBIDDEN", "The token is bound to other clients.");
      const name = client ?? (clients?.length === 1 ? clients[0] : undefined);
      const ofClient = name === undefined ? null : clientSender(name, limits, profiles.book);
      const senders = [tokenSender(token, limits), ofClient].filter((sender) => sender !== null);
      const left = await Promise.all(senders.map(limits.look));
      return left.reduce<RateLimit | null>(
        (least, one) => (least === null || one.remaining < least.remaining ? one : least),
        null,
      );
    },
  }),
);
