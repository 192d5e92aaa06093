// What the figures of servers were: kept in the database by each of them, for one or for all together.
import { AppError } from "../domain/error.ts";
import { MAX_STEPS, type spans } from "../watch/history.ts";
import type { HistoryAnswer, HistoryPoint, ServerStart } from "../watch/history-answer.ts";
import { type DistributionName, distributionUnits, type Percentiles, percentilesOf } from "../watch/history-figures.ts";
import { RELATIVE_ERROR } from "../watch/recent.ts";
import { builder } from "./builder.ts";

const SpanEnum = builder.enumType("HistorySpan", {
  description: "How far back the history of the system goes.",
  values: {
    HOUR: { description: "An hour, in steps of 10 seconds." },
    SIX_HOURS: { description: "Six hours, in steps of a minute." },
    DAY: { description: "A day, in steps of 5 minutes." },
    FORTNIGHT: { description: "14 days, in steps of an hour." },
  } satisfies Record<keyof typeof spans, object>,
});

const PercentilesRef = builder.objectRef<Percentiles>("HistoryPercentiles").implement({
  description:
    "How something was distributed in one step. Told from merged bins, whatever the step's length and however many servers, and right to `relativeError`. Times are told from a microsecond to a minute.",
  fields: (t) => ({
    count: t.expose("count", { type: "SafeInt", description: "How many values there were." }),
    p50: t.exposeFloat("p50", { description: "Half of them were not above this." }),
    p95: t.exposeFloat("p95", { description: "95 in 100 were not above this." }),
    p99: t.exposeFloat("p99", { description: "99 in 100 were not above this." }),
  }),
});

const percentiles = (name: DistributionName, description: string) =>
  ({
    type: PercentilesRef,
    nullable: true,
    description: `${description}; null where there were none.`,
    resolve: ({ bins }: HistoryPoint) => percentilesOf(bins[name], distributionUnits[name]),
  }) as const;

const counted = (name: keyof HistoryPoint["counts"], description: string) =>
  ({ type: "SafeInt", description, resolve: ({ counts }: HistoryPoint) => counts[name] }) as const;

const level = (name: keyof HistoryPoint["levels"], description: string) =>
  ({
    type: "SafeInt",
    nullable: true,
    description: `${description}; null where nobody could tell.`,
    resolve: ({ levels }: HistoryPoint) => levels[name],
  }) as const;

const PointRef = builder.objectRef<HistoryPoint>("HistoryPoint").implement({
  description:
    "One step of time. Of what goes up and down the most in the step is told, of all servers together the sum of what each had at most.",
  fields: (t) => ({
    at: t.expose("atUs", { type: "DateTime", description: "When it begins." }),
    seconds: t.exposeFloat("seconds", {
      description:
        "For how many seconds of it a server was there, of several the one that was longest: by it, what is counted becomes a rate.",
    }),
    servers: t.exposeInt("servers", { description: "How many servers it is told from." }),
    accepted: t.field(counted("accepted", "Events that were new, and counted.")),
    duplicates: t.field(counted("duplicates", "Events that had been counted already.")),
    conflicts: t.field(counted("conflicts", "Events with the key of another event.")),
    rejected: t.field(counted("rejected", "Events that cannot be read.")),
    errors: t.field(counted("errors", "Queries and mutations whose answer had errors.")),
    requestSeconds: t.field(percentiles("request", "Seconds that queries and mutations took")),
    commitSeconds: t.field(
      percentiles("commit", "Seconds from the beginning of a transaction of events to its end on disk"),
    ),
    commitEvents: t.field(percentiles("group", "Events that were committed together")),
    lockWaitSeconds: t.field(
      percentiles("lockWait", "Seconds that a group of events waited for the lock that lets it write"),
    ),
    eventLoopDelaySeconds: t.field(
      percentiles("eventLoop", "Seconds that the event loop came later to its work than it should"),
    ),
    cpuShare: t.float({
      description: "Seconds of processor time a second, of all threads and servers together.",
      resolve: ({ counts, seconds }) => (seconds > 0 ? counts.cpuSeconds / seconds : 0),
    }),
    residentBytes: t.field(level("residentBytes", "Memory that the process holds")),
    heapBytes: t.field(level("heapBytes", "Memory that JavaScript uses in the main thread")),
    waitingEvents: t.field(level("waitingEvents", "Events that wait for their commit, or for its end")),
    subscribers: t.field(level("subscribers", "Readers of the live feed")),
    feedLag: t.field(
      level("feedLag", "Entries of the log that the reader of the live feed had not taken yet who was furthest behind"),
    ),
    webhookLag: t.field(
      level("webhookLag", "Entries not looked at yet for the enabled endpoint of webhooks that was furthest behind"),
    ),
    retryQueue: t.field(level("scheduledFailures", "Failed events that are to be tried again by themselves")),
    runningJobs: t.field(level("runningJobs", "Jobs that had not ended")),
    sizeBytes: t.field(level("sizeBytes", "What the database takes on disk, without the WAL")),
    walBytes: t.field(level("walBytes", "The WAL of SQLite")),
    freeBytes: t.field(level("freeBytes", "What the disk of the database had left, at the least")),
    busyConnections: t.field(level("busyConnections", "Connections to PostgreSQL that had something to do")),
    waitingCallers: t.field(level("waitingCallers", "Callers that waited for a connection to PostgreSQL")),
  }),
});

const StartRef = builder.objectRef<ServerStart>("ServerStart").implement({
  description: "When a server was started.",
  fields: (t) => ({
    server: t.exposeString("server", { description: "Its name." }),
    at: t.expose("atUs", { type: "DateTime", description: "When that was." }),
  }),
});

const HistoryRef = builder.objectRef<HistoryAnswer>("SystemHistory").implement({
  description:
    "What the figures of servers were over a span of time. A server that was killed has lost at most its last 10 seconds of the hour, and its last minute of the longer spans.",
  fields: (t) => ({
    stepSeconds: t.exposeInt("stepSeconds", { description: "How long each step is." }),
    from: t.expose("fromUs", { type: "DateTime", description: "Where the first step begins that was asked for." }),
    to: t.expose("toUs", { type: "DateTime", description: "Where the last one ends, which still goes on." }),
    relativeError: t.float({
      description: "By which part of itself a percentile can be off at most.",
      resolve: () => RELATIVE_ERROR,
    }),
    servers: t.stringList({
      description: "The servers of which something is known in that time, whichever was asked for: host and port.",
      resolve: ({ servers }) => [...servers],
    }),
    starts: t.field({
      type: [StartRef],
      description: "Servers asked for that were started in that time, oldest first.",
      resolve: ({ starts }) => [...starts],
    }),
    points: t.field({
      type: [PointRef],
      description: "The steps in which a server was there, oldest first; none for the others.",
      resolve: ({ points }) => [...points],
    }),
  }),
});

builder.queryField("systemHistory", (t) =>
  t.field({
    type: HistoryRef,
    description: "What the figures of the servers were, as they have kept them in the database.",
    args: {
      span: t.arg({ type: SpanEnum, defaultValue: "HOUR", description: "How far back." }),
      server: t.arg.string({ description: "One server by its name; all together where it is left out." }),
      last: t.arg.int({
        defaultValue: MAX_STEPS,
        description: `Only the newest so many steps, from 1 to ${MAX_STEPS}.`,
      }),
    },
    resolve: (_root, { span, server, last }, { system }) => {
      const length = last ?? MAX_STEPS;
      if (length < 1 || length > MAX_STEPS)
        throw new AppError("BAD_USER_INPUT", `Ask for 1 to ${MAX_STEPS} steps, not ${length}.`);
      return system.history({ span: span ?? "HOUR", server: server ?? null, last: length });
    },
  }),
);
