// The log: the audit trail of one event, one failure, one client or all.
import type { Entry } from "../domain/event.ts";
import { encodeCursor, type LogFilter } from "../domain/filter.ts";
import type { Json } from "../domain/json.ts";
import { builder } from "./builder.ts";
import { EventRef } from "./events.ts";
import { FailedEventRef } from "./failures.ts";
import { filterValues } from "./filters.ts";
import { readId } from "./ids.ts";
import { OutcomeEnum } from "./ingest.ts";
import { JobRef } from "./jobs.ts";
import { readPage } from "./page.ts";
import { DifferenceRef } from "./problems.ts";

const LogActionEnum = builder.enumType("LogAction", {
  description: "What an entry of the log records.",
  values: {
    ACCEPTED: { description: "A new event was counted." },
    DUPLICATE: {
      description: "An event came again and was not counted again.",
    },
    CONFLICT: {
      description: "An event used the key of another and was not counted.",
    },
    REJECTED: { description: "An event could not be normalised." },
    FAULTED: { description: "An event met an unexpected fault; it was kept, and is tried again by itself." },
    RETRIED: { description: "A failed event was tried again, and could not be counted." },
    DISCARDED: { description: "A person decided that a failed event shall not count." },
    REOPENED: { description: "A person wants a failed event to be looked at again." },
    VOIDED: { description: "An event was taken out of the figures." },
    UNVOIDED: { description: "A voided event counts again." },
    REPROCESSED: { description: "An event was read again, and says something else now." },
    PROFILE_SET: { description: "A client got a profile, or a new version of it." },
    PROFILE_DELETED: { description: "The profile of a client was taken away." },
    JOB_STARTED: { description: "A job began." },
    JOB_ENDED: { description: "A job ended." },
    WEBHOOK_CREATED: { description: "An endpoint of webhooks was made." },
    WEBHOOK_CHANGED: { description: "An endpoint wants to be told of something else, or somewhere else." },
    WEBHOOK_ROTATED: { description: "An endpoint got another secret." },
    WEBHOOK_ENABLED: { description: "An endpoint is told again of what comes." },
    WEBHOOK_DISABLED: {
      description: "An endpoint is told nothing any more: a person decided, it answered 410, or it failed for days.",
    },
    WEBHOOK_DELETED: { description: "An endpoint was taken away." },
  } satisfies Record<Entry["action"], object>,
});

export const LogEntryRef = builder.objectRef<Entry>("LogEntry").implement({
  description: "One line of the audit trail. Entries are numbered without gaps, in order of commit.",
  fields: (t) => ({
    seq: t.expose("seq", { type: "SafeInt", description: "Its position." }),
    cursor: t.field({
      type: "Cursor",
      description: "Its position, to go on after it: in `log` and in `feed`.",
      resolve: ({ seq }, _args, { storage }) =>
        encodeCursor({
          list: "log",
          databaseId: storage.databaseId,
          position: seq,
        }),
    }),
    at: t.expose("atUs", {
      type: "DateTime",
      description: "When it was written, by the server's clock.",
    }),
    action: t.expose("action", {
      type: LogActionEnum,
      description: "What it records.",
    }),
    client: t.exposeString("client", {
      nullable: true,
      description: "Whose event it was; null where that could not be read.",
    }),
    event: t.expose("event", {
      type: EventRef,
      nullable: true,
      description: "The event that was counted, seen again or in conflict.",
    }),
    failure: t.field({
      type: FailedEventRef,
      nullable: true,
      description: "The failed event that was recorded, or that this event resolved.",
      // An event can resolve what another has sent, or nobody knows who.
      resolve: ({ failure }, _args, { principal: { clients } }) =>
        failure === null || clients === null || clients.includes(failure.client ?? "") ? failure : null,
    }),
    by: t.string({
      nullable: true,
      description: "Who did it; null for events that were received, and where nobody has to say who they are.",
      resolve: ({ details }) => details.by ?? null,
    }),
    reason: t.string({
      nullable: true,
      description: "Why a person did it, or the unexpected fault.",
      resolve: ({ details }) => details.reason ?? details.fault ?? null,
    }),
    details: t.field({
      type: "JSON",
      nullable: true,
      description:
        "What there is to say besides: the problems of an attempt, the edited event, what an event said before and after it was read again, a profile, the plan of a job.",
      resolve: ({ details }) => (Object.keys(details).length === 0 ? null : (details as unknown as Json)),
    }),
    job: t.field({
      type: JobRef,
      nullable: true,
      description: "The job that did it.",
      resolve: ({ job }, _args, { storage }) => (job === null ? null : storage.job(job)),
    }),
    hash: t.exposeString("hash", {
      nullable: true,
      description:
        "SHA-256 in hex over this entry and the hash of the one before, which proves that none was changed since; null for entries older than the chain.",
    }),
    differences: t.expose("differences", {
      type: [DifferenceRef],
      description:
        "How a duplicate was spelled otherwise, or in what a conflict differs. Empty for a duplicate of which retention had removed the original.",
    }),
  }),
});

const LogFilterInput = builder.inputType("LogFilter", {
  description: "Which entries: those that meet every condition given. An empty list is met by none.",
  fields: (t) => ({
    clients: t.stringList({
      description: "About events of one of these clients.",
    }),
    metrics: t.stringList({
      description: "About events measuring one of these metrics.",
    }),
    outcomes: t.field({
      type: [OutcomeEnum],
      description: "Recording one of these outcomes.",
    }),
    actions: t.field({ type: [LogActionEnum], description: "Recording one of these." }),
    job: t.globalID({ for: JobRef, description: "Made by this job." }),
    event: t.globalID({ for: EventRef, description: "About this event." }),
    failure: t.globalID({
      for: FailedEventRef,
      description: "About this failed event.",
    }),
  }),
});

const toLogFilter = (input: typeof LogFilterInput.$inferInput | null | undefined): LogFilter => ({
  clients: filterValues("clients", input?.clients),
  metrics: filterValues("metrics", input?.metrics),
  outcomes: filterValues("outcomes", input?.outcomes),
  actions: filterValues("actions", input?.actions),
  job: input?.job ? readId(input.job.id) : undefined,
  event: input?.event ? readId(input.event.id) : undefined,
  failure: input?.failure ? readId(input.failure.id) : undefined,
});

builder.queryField("log", (t) =>
  t.connection(
    {
      type: LogEntryRef,
      description: "The audit trail, oldest first.",
      args: {
        filter: t.arg({
          type: LogFilterInput,
          description: "Which entries; all where it is left out.",
        }),
      },
      resolve: (_root, { filter: input, ...args }, { storage }) => {
        const filter = toLogFilter(input);
        return readPage(
          {
            ...{
              name: "log",
              databaseId: storage.databaseId,
              order: "ascending",
            },
            positionOf: ({ seq }: Entry) => seq,
            rows: (range) => storage.entries(filter, range),
          },
          args,
        );
      },
    },
    { name: "LogConnection", description: "A page of the log." },
    { name: "LogEdge", description: "An entry in a page." },
  ),
);
