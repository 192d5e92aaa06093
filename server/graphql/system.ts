// The system: what this server runs on, how it is, and what it is doing.

import type { Connections, DatabaseFigures } from "../storage/storage.ts";
import type { BackupFigures } from "../watch/backups.ts";
import type { OperationFigures } from "../watch/operation-figures.ts";
import { type Distribution, RECENT_SECONDS } from "../watch/recent.ts";
import type { SystemFigures } from "../watch/system.ts";
import { builder } from "./builder.ts";

const OF_LATE = `over the last ${RECENT_SECONDS / 60} minutes`;

const DistributionRef = builder.objectRef<Distribution>("Distribution").implement({
  description: `How something was distributed ${OF_LATE}. Percentiles are right to a fortieth.`,
  fields: (t) => ({
    count: t.expose("count", { type: "SafeInt", description: "How many values there were." }),
    p50: t.exposeFloat("p50", { description: "Half of them were not above this." }),
    p95: t.exposeFloat("p95", { description: "95 in 100 were not above this." }),
    p99: t.exposeFloat("p99", { description: "99 in 100 were not above this." }),
    max: t.exposeFloat("max", { description: "The largest of them." }),
  }),
});

const OperationRef = builder.objectRef<OperationFigures>("OperationFigures").implement({
  description: "What queries and mutations of one name have asked of this server.",
  fields: (t) => ({
    name: t.exposeString("name", {
      description:
        "The name that clients gave it, else that of its first field; `other` for all that are not kept apart.",
    }),
    requests: t.expose("requests", {
      type: "SafeInt",
      description: "How many were answered since the server started.",
    }),
    errors: t.expose("errors", {
      type: "SafeInt",
      description: "Those whose answer had errors. An event that cannot be counted is data, and no error.",
    }),
    durationSeconds: t.expose("duration", {
      type: DistributionRef,
      nullable: true,
      description: `How long they took, in seconds, ${OF_LATE}; null where there were none.`,
    }),
  }),
});

const ConnectionsRef = builder.objectRef<Connections>("DatabaseConnections").implement({
  description: "The connections of this server to PostgreSQL for one purpose.",
  fields: (t) => ({
    purpose: t.exposeString("purpose", { description: "What they are for." }),
    open: t.exposeInt("open", { description: "How many there are." }),
    idle: t.exposeInt("idle", { description: "Those of them that have nothing to do." }),
    waiting: t.exposeInt("waiting", { description: "How many callers wait for one." }),
  }),
});

const BackendEnum = builder.enumType("Backend", {
  description: "Where the data rests.",
  values: {
    SQLITE: { description: "In one file, which belongs to this server." },
    POSTGRESQL: { description: "In a database that other servers may share." },
  },
});

const DatabaseRef = builder.objectRef<DatabaseFigures>("DatabaseFigures").implement({
  description: "What the database takes and holds, whichever servers share it. Looked at every few seconds.",
  fields: (t) => ({
    version: t.exposeString("version", { description: "Of SQLite or PostgreSQL." }),
    sizeBytes: t.expose("sizeBytes", { type: "SafeInt", description: "What it takes on disk, without the WAL." }),
    walBytes: t.expose("walBytes", {
      type: "SafeInt",
      nullable: true,
      description:
        "The WAL: what was committed and may not have been copied to its place yet; null where the database does not tell.",
    }),
    freeBytes: t.expose("freeBytes", {
      type: "SafeInt",
      nullable: true,
      description: "What its disk has left; null on PostgreSQL.",
    }),
    retryQueue: t.expose("scheduledFailures", {
      type: "SafeInt",
      description: "Failed events that met an unexpected fault and are to be tried again by themselves.",
    }),
    runningJobs: t.exposeInt("runningJobs", { description: "Jobs that have not ended." }),
  }),
});

const BackupsRef = builder.objectRef<BackupFigures>("BackupFigures").implement({
  description: "The backups that servers make by themselves, in the folder where they are kept.",
  fields: (t) => ({
    everySeconds: t.expose("everySeconds", { type: "SafeInt", description: "How often one is due." }),
    kept: t.exposeInt("count", { description: "How many there are." }),
    newestAt: t.expose("newestAtUs", {
      type: "DateTime",
      nullable: true,
      description: "When the newest was begun: it holds all that was acknowledged before. Null where there is none.",
    }),
    sizeBytes: t.expose("sizeBytes", {
      type: "SafeInt",
      nullable: true,
      description: "What the newest takes; null where there is none.",
    }),
    durationSeconds: t.exposeFloat("durationSeconds", {
      nullable: true,
      description: "How long the last took that this server made; null where it has made none since it started.",
    }),
    failures: t.exposeInt("failures", {
      description: "How often this server has failed to make one since it started.",
    }),
  }),
});

const distribution = (description: string) =>
  ({
    type: DistributionRef,
    nullable: true,
    description: `${description}, ${OF_LATE}; null where nothing was.`,
  }) as const;

const CountedRef = builder.objectRef<SystemFigures["counted"]>("CountedEvents").implement({
  description: "How many events there were of each outcome.",
  fields: (t) => ({
    accepted: t.expose("accepted", { type: "SafeInt", description: "New, and counted." }),
    duplicates: t.expose("duplicates", { type: "SafeInt", description: "Counted already." }),
    conflicts: t.expose("conflicts", { type: "SafeInt", description: "With the key of another event." }),
    rejected: t.expose("rejected", { type: "SafeInt", description: "That cannot be read." }),
  }),
});

const SystemRef = builder.objectRef<SystemFigures>("System").implement({
  description: "This server: where many share a database, the one that answers. Its figures are those of /metrics.",
  fields: (t) => ({
    version: t.exposeString("version", { description: "Of Surecount." }),
    node: t.exposeString("node", { description: "The version of Node that runs it." }),
    backend: t.expose("backend", { type: BackendEnum, description: "Where the data rests." }),
    startedAt: t.expose("startedAtUs", { type: "DateTime", description: "When this server was started." }),
    uptimeSeconds: t.expose("uptimeSeconds", { type: "SafeInt", description: "How long ago that was." }),
    ready: t.boolean({
      description: "Whether events can be counted. Found out every few seconds, by a write.",
      resolve: ({ reasons }) => reasons.length === 0,
    }),
    reasons: t.stringList({ description: "Why not; none where they can.", resolve: ({ reasons }) => [...reasons] }),
    database: t.expose("database", {
      type: DatabaseRef,
      nullable: true,
      description: "What the database takes and holds; null where it does not answer.",
    }),
    connections: t.field({
      type: [ConnectionsRef],
      description: "The connections to PostgreSQL; none on SQLite.",
      resolve: ({ connections }) => [...connections],
    }),
    backups: t.expose("backups", {
      type: BackupsRef,
      nullable: true,
      description: "The backups that servers make by themselves; null where none are asked for.",
    }),
    commitSeconds: t.expose(
      "commitDuration",
      distribution("Seconds from the beginning of a transaction of events to its end on disk"),
    ),
    commitEvents: t.expose("commitEvents", distribution("Events that were committed together")),
    lockWaitSeconds: t.expose(
      "lockWait",
      distribution("Seconds that a group of events waited for the lock that lets it write"),
    ),
    requestSeconds: t.expose("requestDuration", distribution("Seconds that queries and mutations took, all together")),
    counted: t.expose("counted", {
      type: CountedRef,
      description: "Events that came to this server since it was started, by what became of them.",
    }),
    waitingEvents: t.exposeInt("waitingEvents", { description: "Events that wait for their commit, or for its end." }),
    subscribers: t.exposeInt("subscribers", { description: "Readers of the live feed." }),
    feedLag: t.expose("feedLag", {
      type: "SafeInt",
      description: "Entries of the log that the reader of the live feed has not taken yet who is furthest behind.",
    }),
    webhookLag: t.expose("webhookLag", {
      type: "SafeInt",
      nullable: true,
      description:
        "Entries of the log that were not looked at yet for the enabled endpoint that is furthest behind; null where the database does not answer.",
    }),
    eventLoopDelaySeconds: t.expose(
      "eventLoopDelay",
      distribution("Seconds that the event loop came later to its work than it should"),
    ),
    cpuShare: t.exposeFloat("cpuShare", {
      description: "Seconds of processor time a second, of all threads together, over the last 5 to 10 seconds.",
    }),
    residentBytes: t.expose("residentBytes", { type: "SafeInt", description: "Memory that the process holds." }),
    heapBytes: t.expose("heapBytes", {
      type: "SafeInt",
      description: "Memory that JavaScript uses in the main thread.",
    }),
    operations: t.field({
      type: [OperationRef],
      description: "Queries and mutations by their name, those asked most first. 50 names are kept apart.",
      resolve: ({ operations }) => [...operations],
    }),
  }),
});

builder.queryField("system", (t) =>
  t.field({
    type: SystemRef,
    description: "How this server is and what it is doing. It may be asked every second.",
    resolve: (_root, _args, { system }) => system.figures(),
  }),
);
