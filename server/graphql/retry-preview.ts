// Dry runs over failed events: what would become of them if they were tried again now.
import type { Forecast } from "../pipeline/forecast.ts";
import type { Prospect } from "../pipeline/retry.ts";
import { builder } from "./builder.ts";
import { FailedEventRef } from "./failures.ts";
import { OutcomeEnum } from "./ingest.ts";
import { ProblemRef } from "./problems.ts";

const RetrySampleRef = builder.objectRef<Prospect>("RetrySample").implement({
  description: "What would become of one failed event.",
  fields: (t) => ({
    failure: t.expose("failure", { type: FailedEventRef, description: "The failed event." }),
    outcome: t.expose("outcome", { type: OutcomeEnum, description: "What would become of it." }),
    problems: t.expose("problems", { type: [ProblemRef], description: "What would still stand in its way." }),
    client: t.string({
      nullable: true,
      description: "The client, as it would be counted; null where it would not.",
      resolve: ({ prepared }) => prepared?.facts.client ?? null,
    }),
    metric: t.string({
      nullable: true,
      description: "The metric, as it would be counted.",
      resolve: ({ prepared }) => prepared?.facts.metric ?? null,
    }),
    unit: t.string({
      nullable: true,
      description: "The unit, as it would be counted.",
      resolve: ({ prepared }) => prepared?.facts.unit ?? null,
    }),
    amount: t.field({
      type: "Decimal",
      nullable: true,
      description: "The amount, as it would be counted.",
      resolve: ({ prepared }) => prepared?.facts.amount ?? null,
    }),
  }),
});

export const RetryPreviewRef = builder.objectRef<Forecast>("RetryPreview").implement({
  description: "What would become of failed events if they were tried again now. Nothing was stored.",
  fields: (t) => {
    const countOf = (outcome: keyof Forecast["counts"], description: string) =>
      t.field({ type: "SafeInt", description, resolve: ({ counts }) => counts[outcome] });
    return {
      total: t.expose("total", { type: "SafeInt", description: "How many failed events there are." }),
      looked: t.expose("looked", { type: "SafeInt", description: "How many of them were looked at: 10,000 at most." }),
      accepted: countOf("ACCEPTED", "How many would be counted."),
      duplicates: countOf("DUPLICATE", "How many would be found to be counted already."),
      conflicts: countOf("CONFLICT", "How many use the key of another event."),
      rejected: countOf("REJECTED", "How many would still fail."),
      samples: t.expose("samples", { type: [RetrySampleRef], description: "The first of each outcome: 5 at most." }),
    };
  },
});
