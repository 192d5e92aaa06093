// The dry run: how an event would be read, and what would become of it.
import type { Step } from "../domain/event.ts";
import { microsOf } from "../domain/timestamp.ts";
import type { Preview } from "../pipeline/ingest.ts";
import { builder } from "./builder.ts";
import { EventRef } from "./events.ts";
import { OutcomeEnum } from "./ingest.ts";
import { ProblemRef, WarningRef } from "./problems.ts";

export const NormalizationStepRef = builder.objectRef<Step>("NormalizationStep").implement({
  description: "What was done to reach one fact: the path it was taken from, the rule, the value before and after.",
  fields: (t) => ({
    fact: t.exposeString("fact", {
      description: "client, metric, amount, timestamp or unit.",
    }),
    path: t.exposeString("path", {
      description: "Where the value was found in the raw event.",
    }),
    rule: t.exposeString("rule", {
      description: "The rule that was applied.",
    }),
    before: t.field({
      type: "JSON",
      nullable: true,
      description: "The value before.",
      resolve: ({ before }) => before,
    }),
    after: t.exposeString("after", {
      nullable: true,
      description: "The value after; null where the rule found a problem.",
    }),
  }),
});

export const EventPreviewRef = builder.objectRef<Preview>("EventPreview").implement({
  description: "How an event would be read, and what would become of it. Nothing was stored.",
  fields: (t) => {
    const fact = (name: "client" | "metric" | "unit", description: string) =>
      t.string({
        nullable: true,
        description,
        resolve: ({ normalization }) => normalization.facts[name] ?? null,
      });
    return {
      outcome: t.field({
        type: OutcomeEnum,
        description: "What ingestEvent would answer now.",
        resolve: ({ match }) => match.outcome,
      }),
      client: fact("client", "The client, as far as it could be read."),
      metric: fact("metric", "The metric, as far as it could be read."),
      unit: fact("unit", "The unit, if there is one."),
      amount: t.field({
        type: "Decimal",
        nullable: true,
        description: "The amount, as far as it could be read.",
        resolve: ({ normalization }) => normalization.facts.amount ?? null,
      }),
      timestamp: t.field({
        type: "DateTime",
        nullable: true,
        description: "The timestamp, as far as it could be read.",
        resolve: ({ normalization: { facts } }) => (facts.timestamp === undefined ? null : microsOf(facts.timestamp)),
      }),
      fingerprint: t.exposeString("fingerprint", {
        nullable: true,
        description: "SHA-256 in hex of the preimage; null where the event cannot be normalised.",
      }),
      preimage: t.exposeString("preimage", {
        nullable: true,
        description: "The exact text whose SHA-256 is the fingerprint.",
      }),
      existing: t.field({
        type: EventRef,
        nullable: true,
        description: "The event that it would meet: the original of a duplicate, or the one that holds its key.",
        resolve: ({ match }) => ("event" in match ? match.event : null),
      }),
      problems: t.field({
        type: [ProblemRef],
        description: "All that stands in its way.",
        resolve: ({ problems }) => problems,
      }),
      warnings: t.field({
        type: [WarningRef],
        description: "What would be assumed or ignored.",
        resolve: ({ normalization }) => normalization.warnings,
      }),
      profileVersion: t.exposeInt("profileVersion", {
        description: "The version of its client's profile that it was read with; 0 without one.",
      }),
      steps: t.field({
        type: [NormalizationStepRef],
        description: "Everything that was done to reach the facts, in order.",
        resolve: ({ normalization }) => normalization.steps,
      }),
    };
  },
});

builder.queryField("previewEvent", (t) =>
  t.field({
    type: EventPreviewRef,
    description: "Reads an event as ingestEvent would, says whether it would be new, and stores nothing.",
    args: {
      event: t.arg({
        type: "JSON",
        required: true,
        description: "The raw event.",
      }),
      idempotencyKey: t.arg.string({
        description: "The key that would be given with it.",
      }),
    },
    resolve: async (_root, { event, idempotencyKey }, { ingest, profiles }) => {
      // Another server may have changed one.
      await profiles.refresh();
      return ingest.preview({ raw: event ?? null, idempotencyKey: idempotencyKey ?? null });
    },
  }),
);
