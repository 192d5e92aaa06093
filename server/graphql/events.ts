// Counted events: the type, one by id, and the list.
import type { Entry, Event } from "../domain/event.ts";
import type { EventFilter } from "../domain/filter.ts";
import type { Storage } from "../storage/storage.ts";
import { builder } from "./builder.ts";
import { filterText, filterValues } from "./filters.ts";
import { readId } from "./ids.ts";
import { readPage } from "./page.ts";
import { WarningRef } from "./problems.ts";
import { parseRaw } from "./raw.ts";

export const EventRef = builder.objectRef<Event>("Event");

const VoidingRef = builder.objectRef<Entry>("Voiding").implement({
  description: "That an event was taken out of the figures.",
  fields: (t) => ({
    at: t.expose("atUs", { type: "DateTime", description: "When." }),
    seq: t.expose("seq", { type: "SafeInt", description: "The entry of the log that records it." }),
    by: t.string({
      nullable: true,
      description: "Who did it, where that is known.",
      resolve: ({ details }) => details.by ?? null,
    }),
    reason: t.string({
      nullable: true,
      description: "Why; null where it was found to be the same as another event.",
      resolve: ({ details }) => details.reason ?? null,
    }),
    sameAs: t.field({
      type: EventRef,
      nullable: true,
      description: "The event that it was found to be, read again.",
      resolve: ({ details }, _args, { storage }) =>
        details.sameAs === undefined ? null : storage.event(details.sameAs),
    }),
  }),
});

const entryAt = async (storage: Pick<Storage, "entries">, seq: number): Promise<Entry | null> => {
  const [entry] = await storage.entries({}, { above: seq - 1, below: seq + 1, order: "ascending", limit: 1 });
  return entry ?? null;
};

builder.node(EventRef, {
  description: "An event that was counted, once, in its canonical spelling.",
  id: {
    resolve: ({ seq }) => String(seq),
    description: "Names this event for good.",
  },
  isTypeOf: () => true,
  loadOne: (id, { storage }) => storage.event(readId(id)),
  fields: (t) => ({
    seq: t.expose("seq", {
      type: "SafeInt",
      description: "The position in the log of the entry that accepted it.",
    }),
    client: t.exposeString("client", { description: "Who sent it." }),
    metric: t.exposeString("metric", { description: "What it measures." }),
    unit: t.exposeString("unit", {
      nullable: true,
      description: "The unit of the amount; null where it has none.",
    }),
    amount: t.expose("amount", {
      type: "Decimal",
      description: "How much, exactly.",
    }),
    timestamp: t.expose("timestampUs", {
      type: "DateTime",
      description: "When it happened, as its sender says.",
    }),
    receivedAt: t.expose("receivedAtUs", {
      type: "DateTime",
      description: "When it was counted, by the server's clock.",
    }),
    fingerprint: t.exposeString("fingerprint", {
      description: "SHA-256 in hex of its canonical content.",
    }),
    idempotencyKey: t.exposeString("idempotencyKey", {
      nullable: true,
      description: "The key that its sender gave; null where identity is the content.",
    }),
    raw: t.field({
      type: "JSON",
      nullable: true,
      description: "What was sent, unchanged; null once retention has removed it.",
      resolve: async ({ seq }, _args, { storage }) => {
        const text = await storage.rawEvent(seq);
        return text === null ? null : parseRaw(text);
      },
    }),
    warnings: t.expose("warnings", {
      type: [WarningRef],
      description: "What was assumed or ignored in reading it.",
    }),
    profileVersion: t.exposeInt("profileVersion", {
      description: "The version of its client's profile that it was read with; 0 without one.",
    }),
    voided: t.boolean({
      description: "Whether it was taken out of the figures. Its identity stays, so a retry is a duplicate.",
      resolve: ({ voidedBy }) => voidedBy !== null,
    }),
    voiding: t.field({
      type: VoidingRef,
      nullable: true,
      description: "Who took it out of the figures, when and why; null where it counts.",
      resolve: async ({ voidedBy }, _args, { storage }) => (voidedBy === null ? null : entryAt(storage, voidedBy)),
    }),
    timesSeen: t.field({
      type: "SafeInt",
      description: "1 plus the duplicates received.",
      resolve: ({ seq }, _args, { storage }) => storage.timesSeen(seq),
    }),
  }),
});

export const EventFilterInput = builder.inputType("EventFilter", {
  description: "Which events: those that meet every condition given. An empty list is met by none.",
  fields: (t) => ({
    clients: t.stringList({ description: "Sent by one of these clients." }),
    metrics: t.stringList({ description: "Measuring one of these metrics." }),
    units: t.stringList({ description: "In one of these units; an empty text stands for events without a unit." }),
    from: t.field({
      type: "DateTime",
      description: "Inclusive, on the event's own timestamp.",
    }),
    to: t.field({
      type: "DateTime",
      description: "Exclusive, on the event's own timestamp.",
    }),
    text: t.string({
      description:
        "Part of the raw event, the idempotency key, the client or the metric, whatever the case of ASCII letters. Raw events that retention has removed are not searched.",
    }),
  }),
});

/** The domain's filter for the API's. @throws AppError BAD_USER_INPUT where it is too large. */
export const toEventFilter = (input: typeof EventFilterInput.$inferInput | null | undefined): EventFilter => ({
  clients: filterValues("clients", input?.clients),
  metrics: filterValues("metrics", input?.metrics),
  units: filterValues("units", input?.units),
  fromUs: input?.from ?? undefined,
  toUs: input?.to ?? undefined,
  text: filterText(input?.text),
});

builder.queryField("event", (t) =>
  t.field({
    type: EventRef,
    nullable: true,
    description: "A counted event by its id; null where there is none.",
    args: {
      id: t.arg.globalID({
        required: true,
        for: EventRef,
        description: "The `id` of an event.",
      }),
    },
    resolve: (_root, { id }, { storage }) => storage.event(readId(id.id)),
  }),
);

builder.queryField("events", (t) =>
  t.connection(
    {
      type: EventRef,
      description: "The counted events, newest first.",
      args: {
        filter: t.arg({
          type: EventFilterInput,
          description: "Which events; all where it is left out.",
        }),
      },
      resolve: async (_root, { filter: input, ...args }, { storage }) => {
        const filter = toEventFilter(input);
        const page = await readPage(
          {
            ...{
              name: "events",
              databaseId: storage.databaseId,
              order: "descending",
            },
            positionOf: ({ seq }: Event) => seq,
            rows: (range) => storage.events(filter, range),
          },
          args,
        );
        return { ...page, filter };
      },
    },
    {
      name: "EventConnection",
      description: "A page of events.",
      fields: (t) => ({
        totalCount: t.field({
          type: "SafeInt",
          description: "How many events the filter admits, on all pages.",
          resolve: ({ filter }, _args, { storage }) => storage.countEvents(filter),
        }),
      }),
    },
    { name: "EventEdge", description: "An event in a page." },
  ),
);
