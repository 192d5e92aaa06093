// The composition root: makes the parts and connects them. The one place that names a concrete backend.

import { hostname } from "node:os";
import { readAllowList } from "./allowed-operations.ts";
import { type Auth, createAuth } from "./auth/authenticate.ts";
import { type Key, withKey } from "./auth/key.ts";
import { createTokens, hasAdmin } from "./auth/tokens.ts";
import { type Config, ConfigError } from "./config.ts";
import type { AllowList } from "./graphql/allow-list.ts";
import { schema } from "./graphql/schema.ts";
import { isLoopback, urlOf } from "./http/origin.ts";
import { createHttpServer, type HttpServer } from "./http/server.ts";
import { startIntake } from "./intake/consume.ts";
import type { Queue } from "./intake/source.ts";
import { createLog, type Log } from "./log.ts";
import { createAggregationUpdates } from "./pipeline/aggregation-updates.ts";
import { createAggregations } from "./pipeline/aggregations.ts";
import { createCommitter } from "./pipeline/committer.ts";
import { createFeed } from "./pipeline/feed.ts";
import { createImports } from "./pipeline/imports.ts";
import { createIngest } from "./pipeline/ingest.ts";
import { createLimiter } from "./pipeline/limiter.ts";
import { createProfiles } from "./pipeline/profiles.ts";
import { createReprocess } from "./pipeline/reprocess.ts";
import { createRetries } from "./pipeline/retry.ts";
import { type Loss, timed, watchWrites } from "./pipeline/writes.ts";
import { createSlices } from "./slices.ts";
import { createSqliteStorage } from "./storage/sqlite/storage.ts";
import type { Storage } from "./storage/storage.ts";
import type { TokenStore } from "./storage/tokens.ts";
import { type Tracing, untraced } from "./trace/tracing.ts";
import { createBackups } from "./upkeep.ts";
import { createHistory } from "./watch/history.ts";
import { createMetrics, type Metrics } from "./watch/metrics.ts";
import { aroundRuns } from "./watch/runs.ts";
import { createDatabaseLook, createReadinessLook, createSystem, type System, versions } from "./watch/system.ts";
import { createWebhooks, type WebhooksParts } from "./webhooks/webhooks.ts";
import { createArchive } from "./workers/archive.ts";
import { createJobsWorker } from "./workers/jobs.ts";
import { createRetentionWorker } from "./workers/retention.ts";
import { createRetryWorker } from "./workers/retry.ts";
import { createWebhooksWorker } from "./workers/webhooks.ts";

const MAX_FEED_BATCH = 500;
/** How long entries may wait for others to travel with. */
const FEED_PACE_MS = 50;
/** How late an entry may be that another server wrote, where its wake-up was lost. */
const FEED_POLL_MS = 1_000;
/** Events of different callers in one transaction. */
const MAX_GROUP = 1_000;
/** Beyond it nothing is gained, and one transaction would keep all others waiting. */
const MAX_GROUP_LENGTH = 4_194_304;

interface AppDeps {
  readonly config: Config;
  /** The folder of the built dashboard. */
  readonly dashboard: string;
  /** From which events are taken, besides those that are sent here. */
  readonly queue?: Queue | undefined;
  /** Lets in whoever starts it for themselves, besides those who have a token. */
  readonly key?: Key;
  readonly log?: Log;
  /** Told what happens, where it is traced. */
  readonly tracing?: Tracing;
  /** The clock, in microseconds since 1970. */
  readonly now?: () => number;
  /** How long the other end of a file may send or take nothing, where it is not to be as usual. */
  readonly stallLimitMs?: number | undefined;
}

export interface App {
  /** Where it listens, such as http://localhost:3000. */
  readonly url: string;
  /** Resolves where the server must end, because its disk cannot be relied on. */
  readonly mustEnd: Promise<void>;
  /** Events whose senders wait for an answer. */
  readonly waitingEvents: number;
  /** Refuses what is new, finishes what has begun, and closes the database. */
  close(): Promise<void>;
}

/** What all parts share. */
interface Surroundings {
  readonly config: Config;
  readonly log: Log;
  readonly tracing: Tracing;
  readonly now: () => number;
}

/** Starts the whole server. @throws Error where the database cannot be opened or the port is taken. */
export const createApp = async ({ config, dashboard, queue, key, stallLimitMs, ...deps }: AppDeps): Promise<App> => {
  const { log = createLog(config.logLevel), tracing = untraced, now = () => Date.now() * 1000 } = deps;
  const surroundings: Surroundings = { config, log, tracing, now };
  const allowList = allowListOf(config);
  const { promise: mustEnd, resolve: end } = Promise.withResolvers<void>();
  const onLocked = (seconds: number): void => {
    metrics.observeLock(seconds);
    tracing.noteLock(seconds);
  };

  const store = await openStore(surroundings, { key, end, onLocked });
  const { storage, auth, feed, inSlices } = store;
  const database = createDatabaseLook(storage);
  const readiness = createReadinessLook(storage);
  const backups = createBackups({ config, storage, now, log });
  const metrics = createMetrics({
    ...{ subscribers: () => feed.subscribers, feedLag: () => feed.lag, connections: storage.connections },
    ...{ waitingEvents: () => pipeline.committer.waiting, maxWaitingEvents: config.maxWaitingEvents },
    ...{ cachedBytes: () => pipeline.aggregations.cachedBytes, backups: backups?.figures },
    ...{ database, readiness, build: { ...versions, backend: storage.backend } },
  });
  const pipeline = await createPipeline(surroundings, store, metrics);
  const { committer, ...askedFor } = pipeline;
  const webhooks = createWebhooks({
    ...{ storage, metrics, now, reach: config.webhooks, keyFile: webhookKeyFileOf(config) },
    sending: tracing.sending,
  });
  const system = createSystem({
    ...{ storage, metrics, database, readiness, backups: backups?.figures, now },
    ...{ feedLag: () => feed.lag, webhookLag: () => webhooks.lag() },
  });
  const tokens = createTokens({ store: storage.tokens, now, onChanged: auth.look, log });

  let server: HttpServer;
  try {
    server = await createHttpServer({
      ...{ schema, dashboard, log, metrics, auth, inSlices, tracing, stallLimitMs, allowList, ...edgeOf(config) },
      context: { ...askedFor, storage, feed, system, tokens, auth, endpoints: webhooks.endpoints, now },
    });
  } catch (error) {
    metrics.close();
    await auth.close();
    await storage.close();
    throw error;
  }

  const stopWork = startWork(surroundings, {
    ...{ ...pipeline, storage, metrics, system, backups, queue, deliver: webhooks.deliver },
    name: `${hostname()}:${new URL(server.url).port || 80}`,
  });

  return {
    url: server.url,
    mustEnd,
    get waitingEvents() {
      return committer.waiting;
    },
    close: async () => {
      // The sockets first: a feed that ends on an open socket would look complete to its reader, who would not come back.
      const closing = server.close();
      feed.close();
      await Promise.all([closing, stopWork()]);
      await committer.drain();
      await webhooks.close();
      metrics.close();
      await auth.close();
      await storage.close();
    },
  };
};

interface StoreHooks {
  readonly key: Key | undefined;
  /** Called where the server must end, because its disk cannot be relied on. */
  readonly end: () => void;
  readonly onLocked: (seconds: number) => void;
}

/** The database and who is let in to it, with the feed that every write wakes. */
const openStore = async ({ config, log, tracing, now }: Surroundings, { key, end, onLocked }: StoreHooks) => {
  const watched = watchWrites(log, end);
  const backend = await openStorage({ config, now, log, onLost: watched.lose, onLocked });
  const opened = watched.watch(tracing.transactions(backend));
  const store = key === undefined ? opened.tokens : withKey(opened.tokens, key);
  const auth = await openDoor({ config, store, now, log }).catch(async (error: unknown) => {
    await opened.close();
    throw error;
  });
  const inSlices = createSlices();
  const feed = createFeed({
    storage: opened,
    heartbeatMs: config.heartbeatMs,
    maxBatch: MAX_FEED_BATCH,
    paceMs: FEED_PACE_MS,
    pollMs: FEED_POLL_MS,
    inSlices,
  });
  opened.onGrown(feed.wake);
  const storage: Storage = { ...opened, perform: (acts) => opened.perform(acts).finally(feed.wake) };
  return { storage, auth, feed, inSlices };
};

type Store = Awaited<ReturnType<typeof openStore>>;

/** The way in, and what is asked of what came that way. */
const createPipeline = async (
  { config, log, tracing, now }: Surroundings,
  { storage, feed, inSlices }: Store,
  metrics: Metrics,
) => {
  const committer = createCommitter({
    storage: {
      append: tracing.groups(timed(storage.append, (seconds, events) => metrics.observeCommit(events.length, seconds))),
    },
    onCommit: (results) => {
      for (const result of results) metrics.countResult(result);
      feed.wake();
    },
    maxWaiting: config.maxWaitingEvents,
    maxWaitingLength: config.maxWaitingBytes,
    maxGroup: MAX_GROUP,
    maxGroupLength: MAX_GROUP_LENGTH,
  });
  const profiles = await createProfiles(storage);
  const limits = {
    ...createLimiter(storage),
    clientPerMinute: config.rateLimitPerMinute,
    tokenPerMinute: config.tokenRateLimitPerMinute,
  };
  const ingest = tracing.ingest(
    createIngest({
      committer: { commit: tracing.commits(timed(committer.commit, metrics.observeWrite)) },
      ...{ storage, profiles, limits, now, log },
      faultsAllowed: isLoopback(config.host) && config.faultInjection === "on",
    }),
  );
  const aggregations = createAggregations({ storage, onAnswer: metrics.countAggregation });
  return {
    ...{ committer, profiles, limits, ingest, aggregations },
    retries: createRetries({ ingest, storage, profiles, now }),
    reprocess: createReprocess({ storage, profiles, inSlices }),
    aggregationUpdates: createAggregationUpdates({ aggregations }),
    imports: createImports(now),
  };
};

/** What the edge of the process is told of the settings. */
const edgeOf = ({ port, host, maxBodyBytes, maxWaitingBytes, maxConnections, maxSockets, ...others }: Config) => ({
  ...{ port, host, maxBodyBytes, maxWaitingBytes, maxConnections, maxSockets, corsOrigins: others.corsOrigins },
  allowedHosts: others.allowedHosts ?? (isLoopback(host) ? [] : null),
});

interface WorkDeps extends Pick<Awaited<ReturnType<typeof createPipeline>>, "ingest" | "retries" | "reprocess"> {
  readonly storage: Storage;
  readonly metrics: Metrics;
  readonly system: System;
  readonly backups: ReturnType<typeof createBackups>;
  readonly queue: Queue | undefined;
  readonly deliver: WebhooksParts["deliver"];
  /** Of this server among those that share the database. */
  readonly name: string;
}

/** Starts what nobody asks for at the edge. Gives what stops it. */
const startWork = ({ config, log, tracing, now }: Surroundings, deps: WorkDeps): (() => Promise<unknown>) => {
  const { storage, metrics, system, ingest, retries, reprocess, deliver, backups, queue, name } = deps;
  const { maxBodyBytes, retentionDays: days, archiveFolder: folder } = config;
  const intake = queue === undefined ? null : startIntake({ queue, ingest, log, metrics, maxBodyBytes, now });
  const history = createHistory({
    ...{ history: storage.history, startedAtUs: system.startedAtUs, looks: system.looks, log, now },
    server: name,
  });
  const around = aroundRuns(metrics, tracing);
  const workers = [
    createRetryWorker({ storage, retries, now, log, around }),
    createJobsWorker({ storage, retries, reprocess, log, around }),
    createWebhooksWorker({ storage, deliver, now, log, around }),
  ];
  if (days !== null) {
    const archive = folder === null ? null : createArchive({ folder, databaseId: storage.databaseId });
    workers.push(createRetentionWorker({ storage, days, archive, now, log, around }));
  }
  if (backups !== null) workers.push(backups.start(around));
  return () => Promise.all([intake?.close(), history.close(), ...workers.map((worker) => worker.stop())]);
};

interface DoorDeps {
  readonly config: Pick<Config, "host" | "auth">;
  readonly store: TokenStore;
  readonly now: () => number;
  readonly log: Log;
}

/** Says who is let in. @throws ConfigError where that would be everyone, from beyond loopback, and nobody has said so. */
const openDoor = async ({ config: { host, auth: setting }, store, now, log }: DoorDeps): Promise<Auth> => {
  const isOff = setting === "off";
  if (!isLoopback(host) && !isOff && !(await hasAdmin(store, now())))
    throw new ConfigError(
      `HOST=${JSON.stringify(host)} cannot be used: beyond loopback a token of the scope admin is needed, and there is none. Make one: npm start -- token create --scopes admin`,
    );
  const auth = await createAuth({ store, isOff, now, log });
  if (isOff) log.warn({ auth: "off", host }, "AUTH=off: anyone who reaches this server may do everything");
  else if (auth.mode === "required") log.info({ auth: "required" }, "every request needs a token");
  else log.info({ auth: "open" }, "open: there is no token yet, so anyone on this machine may do everything");
  return auth;
};

/** @throws ConfigError where it cannot be read. */
const allowListOf = ({ allowedOperations: path }: Pick<Config, "allowedOperations">): AllowList | null => {
  try {
    return path === null ? null : readAllowList(path);
  } catch (error) {
    throw new ConfigError(`ALLOWED_OPERATIONS=${JSON.stringify(path)} cannot be used: ${(error as Error).message}.`);
  }
};

const webhookKeyFileOf = ({ webhookKeyFile, database }: Config): string =>
  webhookKeyFile ?? (database.kind === "sqlite" ? `${database.file}-webhook-key` : "data/webhook.key");

interface StorageDeps {
  readonly config: Pick<Config, "database" | "readUrl" | "connections" | "partitionLength" | "host" | "port">;
  readonly now: () => number;
  readonly log: Log;
  readonly onLost: (loss: Loss) => void;
  readonly onLocked: (seconds: number) => void;
}

const openStorage = async ({ config, now, log, onLost, onLocked }: StorageDeps): Promise<Storage> => {
  const { database, host, port, ...settings } = config;
  const url = port === 0 ? null : urlOf(host, port);
  if (database.kind === "sqlite") return createSqliteStorage({ file: database.file, url, now, log, onLost, onLocked });
  // Its driver takes a while to load, which who does not use it need not wait for.
  const { createPostgresStorage } = await import("./storage/postgres/storage.ts");
  return createPostgresStorage({ url: database.url, ...settings, now, log, onLocked });
};
