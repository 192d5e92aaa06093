// Reading accepted events again, after the rules or a profile have changed: what would change, and the job that changes it.
import type { ReprocessPreview, Rereading, SeriesChange } from "../pipeline/reprocess.ts";
import { builder } from "./builder.ts";
import { EventFilterInput, EventRef, toEventFilter } from "./events.ts";
import { JobRef, startJob } from "./jobs.ts";
import { ProblemRef } from "./problems.ts";

const SeriesChangeRef = builder.objectRef<SeriesChange>("SeriesChange").implement({
  description: "What would change in one series. Only events that would change are counted here.",
  fields: (t) => ({
    client: t.exposeString("client", { description: "The client." }),
    metric: t.exposeString("metric", { description: "The metric." }),
    unit: t.exposeString("unit", { nullable: true, description: "The unit; null where it has none." }),
    eventsBefore: t.expose("eventsBefore", { type: "SafeInt", description: "How many of them count in it now." }),
    eventsAfter: t.expose("eventsAfter", { type: "SafeInt", description: "How many of them would." }),
    sumBefore: t.expose("sumBefore", { type: "Decimal", description: "What they add to its sum now." }),
    sumAfter: t.expose("sumAfter", { type: "Decimal", description: "What they would add to it." }),
  }),
});

const kinds = {
  unchanged: { name: "UNCHANGED", description: "The same." },
  changed: { name: "CHANGED", description: "It says something else." },
  merged: { name: "MERGED", description: "The same as another event that is counted already: it would count no more." },
  unreadable: {
    name: "UNREADABLE",
    description: "It could not be read today, or would be another client's: it stays as it is.",
  },
  gone: { name: "GONE", description: "Retention has removed what was sent: it stays as it is." },
} as const satisfies Record<Rereading["kind"], object>;

const RereadingKindEnum = builder.enumType("RereadingKind", {
  description: "What an event is when it is read again.",
  values: Object.fromEntries(
    Object.entries(kinds).map(([value, { name, description }]) => [
      name,
      { value: value as Rereading["kind"], description },
    ]),
  ),
});

const readingOf = (rereading: Rereading) => ("reading" in rereading ? rereading.reading.facts : null);

const RereadingRef = builder.objectRef<Rereading>("Rereading").implement({
  description: "One event, read again.",
  fields: (t) => ({
    event: t.expose("event", { type: EventRef, description: "The event as it is counted now." }),
    kind: t.expose("kind", { type: RereadingKindEnum, description: "What it would be." }),
    metric: t.string({
      nullable: true,
      description: "Its metric then.",
      resolve: (one) => readingOf(one)?.metric ?? null,
    }),
    unit: t.string({ nullable: true, description: "Its unit then.", resolve: (one) => readingOf(one)?.unit ?? null }),
    amount: t.field({
      type: "Decimal",
      nullable: true,
      description: "Its amount then.",
      resolve: (one) => readingOf(one)?.amount ?? null,
    }),
    timestamp: t.string({
      nullable: true,
      description: "Its timestamp then, with all digits.",
      resolve: (one) => readingOf(one)?.timestamp ?? null,
    }),
    sameAs: t.field({
      type: EventRef,
      nullable: true,
      description: "The event that it would be the same as.",
      resolve: (one, _args, { storage }) => ("sameAs" in one ? storage.event(one.sameAs) : null),
    }),
    problems: t.field({
      type: [ProblemRef],
      description: "Why it could not be read.",
      resolve: (one) => ("problems" in one ? one.problems : []),
    }),
  }),
});

const ReprocessPreviewRef = builder.objectRef<ReprocessPreview>("ReprocessPreview").implement({
  description: "What would change if accepted events were read again now. Nothing was stored.",
  fields: (t) => {
    const countOf = (kind: Rereading["kind"], description: string) =>
      t.field({ type: "SafeInt", description, resolve: ({ counts }) => counts[kind] });
    return {
      looked: t.expose("looked", { type: "SafeInt", description: "How many events were looked at: 100,000 at most." }),
      isComplete: t.exposeBoolean("isComplete", { description: "Whether those were all that the filter admits." }),
      unchanged: countOf("unchanged", "How many would stay the same."),
      changed: countOf("changed", "How many would say something else."),
      merged: countOf("merged", "How many would be the same as another, and count no more."),
      unreadable: countOf("unreadable", "How many could not be read today, and would stay as they are."),
      gone: countOf("gone", "How many of them have no raw event any more, and would stay as they are."),
      series: t.field({
        type: [SeriesChangeRef],
        description: "What would change, in events and amounts, by series: 1,000 at most.",
        resolve: ({ series }) => [...series],
      }),
      samples: t.field({
        type: [RereadingRef],
        description: "The first events that would not stay the same: 20 at most.",
        resolve: ({ samples }) => [...samples],
      }),
    };
  },
});

const filterArg = { type: EventFilterInput, description: "Which events; all where it is left out." } as const;

builder.queryField("previewReprocess", (t) =>
  t.field({
    type: ReprocessPreviewRef,
    description: "What would change if accepted events were read again, by today's rules and profiles.",
    args: { filter: t.arg(filterArg) },
    resolve: async (_root, { filter }, { reprocess, profiles }) => {
      await profiles.refresh();
      return reprocess.preview(toEventFilter(filter));
    },
  }),
);

builder.mutationField("applyReprocess", (t) =>
  t.field({
    type: JobRef,
    description:
      "Reads accepted events again, as a job, and lets the figures follow. What was sent never changes; what an event said before stays in the log.",
    args: { filter: t.arg(filterArg) },
    resolve: async (_root, { filter }, context) => {
      const { storage, profiles } = context;
      await profiles.refresh();
      const id = await startJob(context, { plan: { kind: "REPROCESS", filter: toEventFilter(filter) } });
      const job = await storage.job(id);
      if (job === null) throw new Error("A job that began is not there.");
      return job;
    },
  }),
);
