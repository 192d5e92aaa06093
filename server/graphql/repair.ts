// What people do about failed events: try them again, one or many, as they were sent or edited; discard them; look at them
// again after all.
import type { Discarding } from "../domain/act.ts";
import { AppError } from "../domain/error.ts";
import type { Failure } from "../domain/failure.ts";
import type { FailureFilter } from "../domain/filter.ts";
import type { Job } from "../domain/job.ts";
import { type Forecast, forecast } from "../pipeline/forecast.ts";
import { unresolved } from "../pipeline/retry.ts";
import { builder } from "./builder.ts";
import type { RequestContext } from "./context.ts";
import { FailedEventFilterInput, FailedEventRef, toFailureFilter } from "./failures.ts";
import { readId } from "./ids.ts";
import { IngestResultRef, takeEvents } from "./ingest.ts";
import { JobRef, startJob } from "./jobs.ts";
import { readReason } from "./reason.ts";
import { RetryPreviewRef } from "./retry-preview.ts";

/** What became of a request about many failed events: a job that does it, or a dry run. */
interface Bulk {
  readonly matched: number;
  readonly job: Job | null;
  readonly preview: Forecast | null;
}

const matched = "How many failed events the filter admits that something can still be done about.";

const RetryFailedEventsResultRef = builder.objectRef<Bulk>("RetryFailedEventsResult").implement({
  description: "The job that tries failed events again, or what it would do.",
  fields: (t) => ({
    matched: t.expose("matched", { type: "SafeInt", description: matched }),
    job: t.expose("job", { type: JobRef, nullable: true, description: "The job; null for a dry run." }),
    preview: t.expose("preview", {
      type: RetryPreviewRef,
      nullable: true,
      description: "What would become of them; null where it was no dry run.",
    }),
  }),
});

const DiscardFailedEventsResultRef = builder.objectRef<Bulk>("DiscardFailedEventsResult").implement({
  description: "The job that discards failed events, or how many it would discard.",
  fields: (t) => ({
    matched: t.expose("matched", { type: "SafeInt", description: matched }),
    job: t.expose("job", { type: JobRef, nullable: true, description: "The job; null for a dry run." }),
  }),
});

const countOf = ({ storage }: RequestContext, filter: FailureFilter): Promise<number> =>
  storage.countFailures(unresolved(filter));

const begin = async (context: RequestContext, plan: Parameters<typeof startJob>[1]["plan"]): Promise<Bulk> => {
  const job = await context.storage.job(await startJob(context, { plan }));
  return { matched: job?.total ?? 0, job, preview: null };
};

/** Does it to one failed event. @throws AppError BAD_USER_INPUT where it cannot be done. */
const actOn = async ({ storage, principal }: RequestContext, act: Omit<Discarding, "by">): Promise<Failure> => {
  const [performed] = await storage.perform([{ ...act, by: principal.label }]);
  const failure = await storage.failure(act.failure);
  if (performed?.kind === "done" && failure !== null) return failure;
  throw new AppError(
    "BAD_USER_INPUT",
    performed?.kind === "refused" ? performed.reason : "There is no such failed event.",
  );
};

const idArg = { required: true, for: FailedEventRef, description: "The `id` of a failed event." } as const;
const dryRunArg = { defaultValue: false, description: "Only tells what would happen; nothing is stored." } as const;

builder.mutationFields((t) => ({
  retryFailedEvent: t.field({
    type: IngestResultRef,
    description:
      "Tries a failed event again, through the ordinary ingestion, so that it cannot be counted twice. What was sent first stays as it is: an edited event is a new one that is linked to it.",
    args: {
      id: t.arg.globalID(idArg),
      editedEvent: t.arg({
        type: "JSON",
        description: "The event to count in its place; as it was sent where left out.",
      }),
      idempotencyKey: t.arg.string({
        description: "The key to use in place of the one that was given, such as a new one after a conflict.",
      }),
    },
    resolve: (_root, { id, editedEvent, idempotencyKey }, { retries, principal, budget }) => {
      takeEvents(budget, 1);
      const isEdited = editedEvent !== undefined || (idempotencyKey !== null && idempotencyKey !== undefined);
      const edit = { raw: editedEvent, idempotencyKey: idempotencyKey ?? undefined };
      return retries.retry(readId(id.id), { by: principal.label, ...(isEdited ? { edit } : {}) });
    },
  }),
  retryFailedEvents: t.field({
    type: RetryFailedEventsResultRef,
    description: "Tries many failed events again, as a job. Those that were discarded or resolved are left alone.",
    args: {
      filter: t.arg({ type: FailedEventFilterInput, description: "Which failed events; all where it is left out." }),
      dryRun: t.arg.boolean(dryRunArg),
    },
    resolve: async (_root, { filter: input, dryRun }, context) => {
      const filter = toFailureFilter(input);
      if (!dryRun) return begin(context, { kind: "RETRY", filter });
      await context.profiles.refresh();
      const preview = await forecast(context, filter);
      return { matched: preview.total, job: null, preview };
    },
  }),
  discardFailedEvent: t.field({
    type: FailedEventRef,
    description: "Decides that a failed event shall not count. It stays to be seen, and can be reopened.",
    args: {
      id: t.arg.globalID(idArg),
      reason: t.arg.string({ required: true, description: "Why, for those who come later." }),
    },
    resolve: (_root, { id, reason }, context) =>
      actOn(context, { action: "DISCARDED", failure: readId(id.id), reason: readReason(reason) }),
  }),
  discardFailedEvents: t.field({
    type: DiscardFailedEventsResultRef,
    description: "Discards many failed events, as a job.",
    args: {
      filter: t.arg({ type: FailedEventFilterInput, description: "Which failed events; all where it is left out." }),
      reason: t.arg.string({ required: true, description: "Why, for those who come later." }),
      dryRun: t.arg.boolean(dryRunArg),
    },
    resolve: async (_root, { filter: input, reason: text, dryRun }, context) => {
      const [filter, reason] = [toFailureFilter(input), readReason(text)];
      if (dryRun) return { matched: await countOf(context, filter), job: null, preview: null };
      return begin(context, { kind: "DISCARD", filter, reason });
    },
  }),
  reopenFailedEvent: t.field({
    type: FailedEventRef,
    description: "Takes a decision back, or gives a dead failed event another chance: it is open again.",
    args: { id: t.arg.globalID(idArg) },
    resolve: (_root, { id }, context) => actOn(context, { action: "REOPENED", failure: readId(id.id), reason: null }),
  }),
}));
