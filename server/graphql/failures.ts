// Failed events: the type and the list.

import { AppError } from "../domain/error.ts";
import type { Failure, FailureKind, FailureState } from "../domain/failure.ts";
import type { FailureFilter } from "../domain/filter.ts";
import { builder } from "./builder.ts";
import { EventRef } from "./events.ts";
import { filterText, filterValues } from "./filters.ts";
import { readId } from "./ids.ts";
import { readPage } from "./page.ts";
import { ProblemCodeEnum, ProblemRef } from "./problems.ts";
import { parseRaw } from "./raw.ts";

const FailureKindEnum = builder.enumType("FailureKind", {
  description: "Why an event failed.",
  values: {
    VALIDATION: { description: "It cannot be normalised." },
    CONFLICT: {
      description: "Its idempotency key belongs to an event that says something else.",
    },
    PROCESSING: { description: "An unexpected fault in the server." },
  } satisfies Record<FailureKind, object>,
});

const FailureStateEnum = builder.enumType("FailureState", {
  description: "How far a failed event has come.",
  values: {
    OPEN: { description: "It waits for a person, or for a better event." },
    SCHEDULED: { description: "It will be tried again." },
    RESOLVED: { description: "Its event was counted." },
    DISCARDED: { description: "A person decided that it shall not count." },
    DEAD: { description: "It was tried as often as allowed." },
  } satisfies Record<FailureState, object>,
});

export const FailedEventRef = builder.objectRef<Failure>("FailedEvent");

builder.node(FailedEventRef, {
  description: "An event that was not counted. However often it is sent, it is one failed event.",
  id: {
    resolve: ({ id }) => String(id),
    description: "Names this failed event for good.",
  },
  isTypeOf: () => true,
  loadOne: (id, { storage }) => storage.failure(readId(id)),
  fields: (t) => ({
    kind: t.expose("kind", {
      type: FailureKindEnum,
      description: "Why it failed.",
    }),
    state: t.expose("state", {
      type: FailureStateEnum,
      description: "How far it has come.",
    }),
    client: t.exposeString("client", {
      nullable: true,
      description: "Who sent it; null where that could not be read.",
    }),
    idempotencyKey: t.exposeString("idempotencyKey", {
      nullable: true,
      description: "The key that its sender gave.",
    }),
    raw: t.field({
      type: "JSON",
      description:
        "What was sent, unchanged. A string where it could not be kept as JSON: its text, or the beginning of that.",
      resolve: async ({ id }, _args, { storage, principal }) => {
        const text = await storage.rawFailure(id);
        if (text === null && principal.clients !== null)
          throw new AppError("FORBIDDEN", "What was sent is not shown to tokens that are bound to other clients.");
        if (text === null) throw new Error("A failed event has no raw payload.");
        return parseRaw(text);
      },
    }),
    problems: t.expose("problems", {
      type: [ProblemRef],
      description: "Everything that stands in its way.",
    }),
    timesSeen: t.expose("timesSeen", {
      type: "SafeInt",
      description: "How often it was received.",
    }),
    firstSeenAt: t.expose("firstSeenAtUs", {
      type: "DateTime",
      description: "When it was first received.",
    }),
    lastSeenAt: t.expose("lastSeenAtUs", {
      type: "DateTime",
      description: "When it was last received.",
    }),
    attempts: t.exposeInt("attempts", {
      description: "How often it was tried again, as it was sent or edited, and could not be counted.",
    }),
    nextAttemptAt: t.expose("nextAttemptAtUs", {
      type: "DateTime",
      nullable: true,
      description: "When it is tried again by itself; null but for SCHEDULED.",
    }),
    reason: t.exposeString("reason", {
      nullable: true,
      description: "Why it was discarded, or what the last unexpected fault was; null where neither happened.",
    }),
    resolvedBy: t.field({
      type: EventRef,
      nullable: true,
      description: "The event that resolved it.",
      resolve: ({ resolvedBy }, _args, { storage }) => (resolvedBy === null ? null : storage.event(resolvedBy)),
    }),
  }),
});

export const FailedEventFilterInput = builder.inputType("FailedEventFilter", {
  description: "Which failed events: those that meet every condition given. An empty list is met by none.",
  fields: (t) => ({
    ids: t.globalIDList({ for: FailedEventRef, description: "One of these." }),
    clients: t.stringList({ description: "Sent by one of these clients." }),
    withoutClient: t.boolean({ description: "Whose client could not be read; with `clients`, those as well." }),
    kinds: t.field({
      type: [FailureKindEnum],
      description: "Failed for one of these reasons.",
    }),
    states: t.field({
      type: [FailureStateEnum],
      description: "In one of these states.",
    }),
    codes: t.field({
      type: [ProblemCodeEnum],
      description: "With at least one of these problems.",
    }),
    paths: t.stringList({
      description:
        "With a problem at one of these places; empty text for that of the whole event. With `codes`, one problem meets both.",
    }),
    from: t.field({
      type: "DateTime",
      description: "Inclusive, on the time it was last seen.",
    }),
    to: t.field({
      type: "DateTime",
      description: "Exclusive, on the time it was last seen.",
    }),
    text: t.string({
      description: "Part of the raw event or the idempotency key, whatever the case of ASCII letters.",
    }),
  }),
});

/** The domain's filter for the API's. @throws AppError BAD_USER_INPUT where it is too large. */
export const toFailureFilter = (
  input: typeof FailedEventFilterInput.$inferInput | null | undefined,
): FailureFilter => ({
  ids: filterValues("ids", input?.ids)?.map(({ id }) => readId(id)),
  withoutClient: input?.withoutClient ?? undefined,
  paths: filterValues("paths", input?.paths),
  clients: filterValues("clients", input?.clients),
  kinds: filterValues("kinds", input?.kinds),
  states: filterValues("states", input?.states),
  codes: filterValues("codes", input?.codes),
  fromUs: input?.from ?? undefined,
  toUs: input?.to ?? undefined,
  text: filterText(input?.text),
});

builder.queryField("failedEvents", (t) =>
  t.connection(
    {
      type: FailedEventRef,
      description: "The failed events, newest first.",
      args: {
        filter: t.arg({
          type: FailedEventFilterInput,
          description: "Which failed events; all where it is left out.",
        }),
      },
      resolve: async (_root, { filter: input, ...args }, { storage }) => {
        const filter = toFailureFilter(input);
        const page = await readPage(
          {
            ...{
              name: "failures",
              databaseId: storage.databaseId,
              order: "descending",
            },
            positionOf: ({ id }: Failure) => id,
            rows: (range) => storage.failures(filter, range),
          },
          args,
        );
        return { ...page, filter };
      },
    },
    {
      name: "FailedEventConnection",
      description: "A page of failed events.",
      fields: (t) => ({
        totalCount: t.field({
          type: "SafeInt",
          description: "How many failed events the filter admits, on all pages.",
          resolve: ({ filter }, _args, { storage }) => storage.countFailures(filter),
        }),
      }),
    },
    { name: "FailedEventEdge", description: "A failed event in a page." },
  ),
);
