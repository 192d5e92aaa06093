// Why an event, or a failed event, is what it is: everything that was done with it, step by step.
import { AppError } from "../domain/error.ts";
import type { Failure } from "../domain/failure.ts";
import type { LogFilter } from "../domain/filter.ts";
import { type Bucket, type Explanation, explain } from "../pipeline/explain.ts";
import { builder } from "./builder.ts";
import type { RequestContext } from "./context.ts";
import { EventRef } from "./events.ts";
import { FailedEventRef } from "./failures.ts";
import { readId } from "./ids.ts";
import { LogEntryRef } from "./log.ts";
import { EventPreviewRef, NormalizationStepRef } from "./preview.ts";

const MAX_ENTRIES = 500;

const BucketRef = builder.objectRef<Bucket>("RollupBucket").implement({
  description: "A bucket of the rollups that an event counts in, with all that it counts.",
  fields: (t) => ({
    from: t.expose("fromUs", {
      type: "DateTime",
      nullable: true,
      description: "Its start, inclusive; null for all time.",
    }),
    to: t.expose("toUs", { type: "DateTime", nullable: true, description: "Its end, exclusive; null for all time." }),
    count: t.field({ type: "SafeInt", description: "Events in it.", resolve: ({ rollup }) => rollup.count }),
    sum: t.field({ type: "Decimal", description: "Their sum.", resolve: ({ rollup }) => rollup.sum }),
    min: t.field({ type: "Decimal", description: "The least of them.", resolve: ({ rollup }) => rollup.min }),
    max: t.field({ type: "Decimal", description: "The greatest of them.", resolve: ({ rollup }) => rollup.max }),
  }),
});

const entriesOf = async ({ storage }: RequestContext, filter: LogFilter) => [
  ...(await storage.entries(filter, { order: "ascending", limit: MAX_ENTRIES })),
];

const logDescription = `Every entry of the log about it, oldest first: ${MAX_ENTRIES} at most, the rest is in \`log\`.`;

const EventExplanationRef = builder.objectRef<Explanation>("EventExplanation").implement({
  description: "Why an event is what it is.",
  fields: (t) => ({
    event: t.expose("event", { type: EventRef, description: "The event as it counts now." }),
    rawText: t.exposeString("rawText", {
      nullable: true,
      description: "What was sent, as the JSON text that is kept of it; null once retention has removed it.",
    }),
    profileVersion: t.int({
      description: "The version of the client's profile that it was read with; 0 without one.",
      resolve: ({ event }) => event.profileVersion,
    }),
    steps: t.field({
      type: [NormalizationStepRef],
      nullable: true,
      description: "Each alias taken, each rule applied, in order; null where what was sent is gone.",
      resolve: ({ normalization }) => normalization?.steps ?? null,
    }),
    preimage: t.exposeString("preimage", { description: "The exact text whose SHA-256 is the fingerprint." }),
    identity: t.string({
      description: "What makes it this event: its idempotency key among those of its client, or its content.",
      resolve: ({ event }) =>
        event.idempotencyKey === null
          ? `content ${event.fingerprint}`
          : `key ${JSON.stringify(event.idempotencyKey)} of client ${JSON.stringify(event.client)}`,
    }),
    buckets: t.field({
      type: [BucketRef],
      description: "The buckets that it counts in; none where it is voided.",
      resolve: ({ buckets }) => [...buckets],
    }),
    log: t.field({
      type: [LogEntryRef],
      description: logDescription,
      resolve: ({ event }, _args, context) => entriesOf(context, { event: event.seq }),
    }),
  }),
});

const FailedEventExplanationRef = builder.objectRef<Failure>("FailedEventExplanation").implement({
  description: "Why a failed event failed, and what would become of it now.",
  fields: (t) => ({
    failure: t.field({ type: FailedEventRef, description: "The failed event.", resolve: (failure) => failure }),
    rawText: t.string({
      description: "What was sent, as the JSON text that is kept of it.",
      resolve: async ({ id }, _args, { storage }) => (await storage.rawFailure(id)) ?? "",
    }),
    preview: t.field({
      type: EventPreviewRef,
      description: "How it would be read now, what it would meet, and what would become of it.",
      resolve: async ({ id, idempotencyKey }, _args, { storage, ingest, profiles }) => {
        await profiles.refresh();
        return ingest.preview({ raw: JSON.parse((await storage.rawFailure(id)) ?? '""'), idempotencyKey });
      },
    }),
    log: t.field({
      type: [LogEntryRef],
      description: logDescription,
      resolve: ({ id }, _args, context) => entriesOf(context, { failure: id }),
    }),
  }),
});

builder.queryFields((t) => ({
  explainEvent: t.field({
    type: EventExplanationRef,
    description: "Why an event is what it is: what was sent, how it was read, what it changed, what happened to it.",
    args: { id: t.arg.globalID({ required: true, for: EventRef, description: "The `id` of an event." }) },
    resolve: async (_root, { id }, { storage }) => {
      const event = await storage.event(readId(id.id));
      if (event === null) throw new AppError("BAD_USER_INPUT", "There is no such event.");
      return explain(storage, event);
    },
  }),
  explainFailedEvent: t.field({
    type: FailedEventExplanationRef,
    description: "Why a failed event failed: what was sent, how it is read, what it meets, what happened to it.",
    args: { id: t.arg.globalID({ required: true, for: FailedEventRef, description: "The `id` of a failed event." }) },
    resolve: async (_root, { id }, { storage }) => {
      const failure = await storage.failure(readId(id.id));
      if (failure === null) throw new AppError("BAD_USER_INPUT", "There is no such failed event.");
      return failure;
    },
  }),
}));
