// The mutations that take events in, and the four things that can become of one.

import { AppError } from "../domain/error.ts";
import type { FailurePoint, Result, Submitted } from "../domain/event.ts";
import { builder } from "./builder.ts";
import { MAX_EVENTS, type RequestContext } from "./context.ts";
import { EventRef } from "./events.ts";
import { FailedEventRef } from "./failures.ts";
import { DifferenceRef, ProblemRef, WarningRef } from "./problems.ts";

export const OutcomeEnum = builder.enumType("Outcome", {
  description: "What became of an event.",
  values: {
    ACCEPTED: { description: "New, counted once." },
    DUPLICATE: { description: "Already counted; a success." },
    CONFLICT: {
      description: "Its idempotency key belongs to an event that says something else. Nothing was overwritten.",
    },
    REJECTED: { description: "It cannot be normalised." },
  } satisfies Record<Result["outcome"], object>,
});

const FailurePointEnum = builder.enumType("FailurePoint", {
  description: "Where a simulated fault is to happen. Send the same event again afterwards: it is counted once.",
  values: {
    BEFORE_TRANSACTION: { description: "Before anything is written." },
    DURING_TRANSACTION: {
      description: "After the first row is written: the transaction is rolled back.",
    },
    AFTER_COMMIT: {
      description: "After the event is counted: only the answer is lost.",
    },
  } satisfies Record<FailurePoint, object>,
});

const ReceiptRef = builder.objectRef<Result["receipt"]>("Receipt").implement({
  description: "The proof that an event was dealt with, durable before it was given.",
  fields: (t) => ({
    seq: t.expose("seq", {
      type: "SafeInt",
      description: "Position in the log.",
    }),
    at: t.expose("atUs", {
      type: "DateTime",
      description: "When, by the server's clock.",
    }),
    fingerprint: t.exposeString("fingerprint", {
      nullable: true,
      description: "SHA-256 in hex; null where the event could not be normalised.",
    }),
  }),
});

export const IngestResultRef = builder.interfaceRef<Result>("IngestResult").implement({
  description: "What became of one event. Each outcome has a type of its own that says more.",
  resolveType: ({ outcome }) => typeNames[outcome],
  fields: (t) => ({
    outcome: t.expose("outcome", {
      type: OutcomeEnum,
      description: "What became of it.",
    }),
    receipt: t.expose("receipt", {
      type: ReceiptRef,
      description: "The proof. Of the original event where this is a duplicate.",
    }),
    warnings: t.expose("warnings", {
      type: [WarningRef],
      description: "What was assumed or ignored in reading what was sent now.",
    }),
  }),
});

const typeNames = {
  ACCEPTED: "EventAccepted",
  DUPLICATE: "EventDuplicate",
  CONFLICT: "EventConflict",
  REJECTED: "EventRejected",
} as const satisfies Record<Result["outcome"], string>;

type ResultOf<O extends Result["outcome"]> = Extract<Result, { outcome: O }>;

builder.objectRef<ResultOf<"ACCEPTED">>(typeNames.ACCEPTED).implement({
  description: "The event is new and was counted once.",
  interfaces: [IngestResultRef],
  fields: (t) => ({
    event: t.expose("event", {
      type: EventRef,
      description: "The event as it was counted.",
    }),
  }),
});

builder.objectRef<ResultOf<"DUPLICATE">>(typeNames.DUPLICATE).implement({
  description: "The event was already counted. Nothing was counted again.",
  interfaces: [IngestResultRef],
  fields: (t) => ({
    event: t.expose("event", { type: EventRef, description: "The original." }),
    differences: t.expose("differences", {
      type: [DifferenceRef],
      description:
        "How the raw spelling now received differs from the original; empty once retention has removed that.",
    }),
  }),
});

builder.objectRef<ResultOf<"CONFLICT">>(typeNames.CONFLICT).implement({
  description: "The idempotency key belongs to another event. That one stays as it is; this one was not counted.",
  interfaces: [IngestResultRef],
  fields: (t) => ({
    existing: t.expose("existing", {
      type: EventRef,
      description: "The event that holds the idempotency key.",
    }),
    differences: t.expose("differences", {
      type: [DifferenceRef],
      description: "Each fact in which the two differ.",
    }),
    failure: t.expose("failure", {
      type: FailedEventRef,
      description: "What was kept of the event that was not counted.",
    }),
  }),
});

builder.objectRef<ResultOf<"REJECTED">>(typeNames.REJECTED).implement({
  description: "The event cannot be normalised. It was kept, and can be put right.",
  interfaces: [IngestResultRef],
  fields: (t) => ({
    problems: t.expose("problems", {
      type: [ProblemRef],
      description: "All that stands in its way.",
    }),
    failure: t.expose("failure", {
      type: FailedEventRef,
      description: "What was kept of the event that was not counted.",
    }),
  }),
});

const IngestEventsResultRef = builder.objectRef<readonly Result[]>("IngestEventsResult").implement({
  description: "What became of a batch.",
  fields: (t) => {
    const countOf = (outcome: Result["outcome"], description: string) =>
      t.field({
        type: "SafeInt",
        description,
        resolve: (results) => results.filter((result) => result.outcome === outcome).length,
      });
    return {
      results: t.field({
        type: [IngestResultRef],
        description: "One per event, in the order given.",
        resolve: (results) => [...results],
      }),
      accepted: countOf("ACCEPTED", "How many were new and counted."),
      duplicates: countOf("DUPLICATE", "How many were already counted."),
      conflicts: countOf("CONFLICT", "How many used the key of another event."),
      rejected: countOf("REJECTED", "How many could not be normalised."),
    };
  },
});

const IngestEventInput = builder.inputType("IngestEventInput", {
  description: "One event to be counted.",
  fields: (t) => ({
    event: t.field({
      type: "JSON",
      required: true,
      description:
        "The raw event: a JSON object with client, metric, amount and timestamp, under these names or a known alias.",
    }),
    idempotencyKey: t.string({
      description:
        "Names the event among those of its client, 1 to 255 characters. With it, a retry is recognised by the key; without it, by the content.",
    }),
    simulateFailure: t.field({
      type: FailurePointEnum,
      description: "Makes the whole request fail at this point, to see that nothing is lost or counted twice.",
    }),
  }),
});

const IngestEventsInput = builder.inputType("IngestEventsInput", {
  description: "A batch of at most 1,000 events.",
  fields: (t) => ({
    events: t.field({
      type: [IngestEventInput],
      required: true,
      description: "The events, in the order in which they are to be counted.",
    }),
    atomic: t.boolean({
      defaultValue: false,
      description: "All or nothing: where one event cannot be counted, none is.",
    }),
  }),
});

type Item = typeof IngestEventInput.$inferInput;

const toSubmitted = ({ event, idempotencyKey }: Item): Submitted => ({
  raw: event ?? null,
  idempotencyKey: idempotencyKey ?? null,
});

const failurePoints: readonly FailurePoint[] = ["BEFORE_TRANSACTION", "DURING_TRANSACTION", "AFTER_COMMIT"];

/** Where the request fails: where the first of its events would, as it gets no further. */
const faultOf = (items: readonly Item[]): FailurePoint | null =>
  failurePoints.find((point) => items.some(({ simulateFailure }) => simulateFailure === point)) ?? null;

/** @throws AppError PAYLOAD_TOO_LARGE where the fields of a request carry too many events together. */
export const takeEvents = (budget: RequestContext["budget"], count: number): void => {
  if (count > budget.events)
    throw new AppError(
      "PAYLOAD_TOO_LARGE",
      `A request carries at most ${MAX_EVENTS} events in all its fields. Send several requests.`,
    );
  budget.events -= count;
};

builder.mutationFields((t) => ({
  ingestEvent: t.field({
    type: IngestResultRef,
    description:
      "Counts an event, exactly once however often it is sent. The outcome is durable before it is answered.",
    args: {
      input: t.arg({
        type: IngestEventInput,
        required: true,
        description: "The event.",
      }),
    },
    resolve: async (_root, { input }, { ingest, budget }) => {
      takeEvents(budget, 1);
      const [result] = await ingest.ingest([toSubmitted(input)], {
        fault: faultOf([input]),
      });
      if (result === undefined) throw new AppError("INTERNAL", "An event has no result.");
      return result;
    },
  }),
  ingestEvents: t.field({
    type: IngestEventsResultRef,
    description:
      "Counts many events in one transaction. One bad event does not harm its neighbours, unless `atomic` asks for all or nothing.",
    args: {
      input: t.arg({
        type: IngestEventsInput,
        required: true,
        description: "The events.",
      }),
    },
    resolve: (_root, { input: { events, atomic } }, { ingest, budget }) => {
      takeEvents(budget, events.length);
      return ingest.ingest(events.map(toSubmitted), {
        atomic: atomic ?? false,
        fault: faultOf(events),
      });
    },
  }),
}));
