// Jobs: work on many failed events or events at once, with progress, and an end that can be waited for.
import { AppError } from "../domain/error.ts";
import type { Job, JobKind, JobPlan, JobState } from "../domain/job.ts";
import { followJob, type Progress } from "../pipeline/job-progress.ts";
import { unresolved } from "../pipeline/retry.ts";
import { builder } from "./builder.ts";
import type { RequestContext } from "./context.ts";
import { readId } from "./ids.ts";
import { readPage } from "./page.ts";

const JobKindEnum = builder.enumType("JobKind", {
  description: "What a job does.",
  values: {
    RETRY: { description: "Tries failed events again." },
    DISCARD: { description: "Discards failed events." },
    REPROCESS: { description: "Reads accepted events again, and keeps what they say now." },
  } satisfies Record<JobKind, object>,
});

const JobStateEnum = builder.enumType("JobState", {
  description: "How far a job has come.",
  values: {
    RUNNING: { description: "It is under way, or waits for its turn." },
    DONE: { description: "It has looked at all its items." },
    CANCELLED: { description: "A person has ended it. What it had done stays done." },
    FAILED: { description: "It met unexpected faults, time after time, and was given up." },
  } satisfies Record<JobState, object>,
});

export const JobRef = builder.objectRef<Job>("Job");

const tallyOf = (job: Job, { storage }: RequestContext) => storage.jobTally(job.id);

builder.node(JobRef, {
  description: "Work on many items. It rests in the database: a server that dies leaves it to another.",
  id: { resolve: ({ id }) => String(id), description: "Names this job for good." },
  isTypeOf: () => true,
  loadOne: (id, { storage }) => storage.job(readId(id)),
  fields: (t) => {
    const count = (actions: readonly (keyof Progress["tally"])[], description: string) =>
      t.field({
        type: "SafeInt",
        description,
        resolve: async (job, _args, context) => {
          const tally = await tallyOf(job, context);
          return actions.reduce((sum, action) => sum + (tally[action] ?? 0), 0);
        },
      });
    return {
      kind: t.field({ type: JobKindEnum, description: "What it does.", resolve: ({ plan }) => plan.kind }),
      state: t.expose("state", { type: JobStateEnum, description: "How far it has come." }),
      by: t.exposeString("by", { nullable: true, description: "Who began it, where that is known." }),
      total: t.expose("total", { type: "SafeInt", description: "How many items there were when it began." }),
      done: t.expose("looked", { type: "SafeInt", description: "How many of them it has looked at." }),
      succeeded: count(
        ["ACCEPTED", "DUPLICATE", "DISCARDED", "REPROCESSED"],
        "Items that were counted, found to be counted already, discarded or changed.",
      ),
      failed: count(["RETRIED"], "Items that could not be counted this time either."),
      startedAt: t.expose("startedAtUs", { type: "DateTime", description: "When it began." }),
      endedAt: t.expose("endedAtUs", { type: "DateTime", nullable: true, description: "When it ended." }),
      error: t.exposeString("error", { nullable: true, description: "The fault for which it was given up." }),
    };
  },
});

/** Begins a job with all that its filter admits now. Gives its id. */
export const startJob = async (
  { storage, principal }: Pick<RequestContext, "storage" | "principal">,
  { plan, client = null }: { readonly plan: JobPlan; readonly client?: string | null },
): Promise<number> => {
  const total =
    plan.kind === "REPROCESS"
      ? await storage.countEvents(plan.filter)
      : await storage.countFailures(unresolved(plan.filter));
  const [started] = await storage.perform([{ action: "JOB_STARTED", by: principal.label, plan, client, total }]);
  if (started?.kind === "done") return started.seq;
  throw new AppError("INTERNAL", started?.reason ?? "A job did not begin.");
};

/** @throws AppError BAD_USER_INPUT where there is none. */
const jobOf = async ({ storage }: Pick<RequestContext, "storage">, id: string): Promise<Job> => {
  const job = await storage.job(readId(id));
  if (job === null) throw new AppError("BAD_USER_INPUT", "There is no such job.");
  return job;
};

const idArg = { required: true, description: "The `id` of a job." } as const;

builder.queryField("job", (t) =>
  t.field({
    type: JobRef,
    nullable: true,
    description: "A job by its id; null where there is none.",
    args: { id: t.arg.globalID({ ...idArg, for: JobRef }) },
    resolve: (_root, { id }, { storage }) => storage.job(readId(id.id)),
  }),
);

builder.queryField("jobs", (t) =>
  t.connection(
    {
      type: JobRef,
      description: "The jobs, newest first.",
      resolve: (_root, args, { storage }) =>
        readPage(
          {
            ...{ name: "jobs", databaseId: storage.databaseId, order: "descending" },
            positionOf: ({ id }: Job) => id,
            rows: (range) => storage.jobs(range),
          },
          args,
        ),
    },
    { name: "JobConnection", description: "A page of jobs." },
    { name: "JobEdge", description: "A job in a page." },
  ),
);

builder.mutationField("cancelJob", (t) =>
  t.field({
    type: JobRef,
    description: "Ends a job that is running. What it has done stays done; the few items in hand may still be.",
    args: { id: t.arg.globalID({ ...idArg, for: JobRef }) },
    resolve: async (_root, { id }, context) => {
      const { storage, principal } = context;
      const { id: job } = await jobOf(context, id.id);
      const act = { action: "JOB_ENDED", by: principal.label, job, state: "CANCELLED", error: null } as const;
      const [performed] = await storage.perform([act]);
      if (performed?.kind === "refused") throw new AppError("BAD_USER_INPUT", performed.reason);
      return jobOf(context, id.id);
    },
  }),
);

builder.subscriptionField("jobProgress", (t) =>
  t.field({
    type: JobRef,
    description:
      "A job as it is now, and again whenever it has come further, at most four times a second, until it ends.",
    args: { id: t.arg.globalID({ ...idArg, for: JobRef }) },
    subscribe: async (_root, { id }, context) => {
      const { id: job } = await jobOf(context, id.id);
      return followJob(context.storage, job);
    },
    resolve: ({ job }) => job,
  }),
);
