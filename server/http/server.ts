// The edge of the process: one HTTP server with its routes, its limits and its orderly end.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GraphQLSchema } from "graphql";
import type { Auth } from "../auth/authenticate.ts";
import { AppError } from "../domain/error.ts";
import type { AllowList } from "../graphql/allow-list.ts";
import type { Context } from "../graphql/context.ts";
import { createErrorMask } from "../graphql/errors.ts";
import { createOperations } from "../graphql/operations.ts";
import type { Log } from "../log.ts";
import type { Slices } from "../slices.ts";
import type { Tracing } from "../trace/tracing.ts";
import { currentTrail, follow } from "../trail.ts";
import { createExports } from "../transfer/export.ts";
import type { Metrics } from "../watch/metrics.ts";
import { createAssets } from "./assets.ts";
import { limitConnections } from "./connections.ts";
import { createCors } from "./cors.ts";
import { createExportHandler } from "./export.ts";
import { createGraphiQLFiles } from "./graphiql.ts";
import { createGraphQL } from "./graphql.ts";
import { secure } from "./headers.ts";
import { createImportHandler } from "./import.ts";
import { createOps } from "./ops.ts";
import { isForeignHost, isForeignSite, urlOf } from "./origin.ts";
import { requestIdOf } from "./request-id.ts";
import { createRoom } from "./room.ts";
import { createSession } from "./session.ts";
import { createWebSockets } from "./websocket.ts";

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often connections are looked at for those that are too slow. */
const CHECKING_INTERVAL_MS = 2_000;
/** A connection on which nothing moves: its other end takes no answer, or has gone. */
const SILENCE_TIMEOUT_MS = 120_000;
/** Whoever is silent for twice as long has gone. */
const PING_INTERVAL_MS = 15_000;
const SWEEP_INTERVAL_MS = 50;
/** A request that has not even arrived by then, or whose answer nobody takes, is not waited for. */
const CLOSE_LIMIT_MS = 3_000;
/** As long as the server drains it tells whoever asks, and refuses whatever else is new. */
const OPS = new Set(["/healthz", "/readyz", "/metrics"]);

interface HttpServerDeps {
  readonly schema: GraphQLSchema;
  readonly context: Context;
  /** The folder of the built dashboard. */
  readonly dashboard: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly inSlices: Slices;
  readonly tracing: Tracing;
  readonly auth: Auth;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What alone is answered; null: everything. */
  readonly allowList: AllowList | null;
  readonly maxBodyBytes: number;
  /** Of messages that have not all arrived. */
  readonly maxWaitingBytes: number;
  /** Names by which it may be called besides those of loopback; null where every name will do. */
  readonly allowedHosts: readonly string[] | null;
  /** Whose pages may ask this server, besides its own. */
  readonly corsOrigins: readonly string[];
  /** At once, besides WebSockets. */
  readonly maxConnections: number;
  /** WebSockets at once. */
  readonly maxSockets: number;
  /** How long the other end of a file may send or take nothing, where it is not to be as usual. */
  readonly stallLimitMs?: number | undefined;
}

export interface HttpServer {
  readonly url: string;
  /** Refuses what is new, closes the sockets, waits for the requests that have begun, and stops listening. */
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Starts to listen. @throws Error where the address cannot be had. */
export const createHttpServer = async (deps: HttpServerDeps): Promise<HttpServer> => {
  const { schema, context, dashboard, log, metrics, auth, inSlices, tracing, host, port, maxBodyBytes } = deps;
  const { allowedHosts, allowList, corsOrigins, maxConnections, maxSockets, maxWaitingBytes, stallLimitMs } = deps;
  let isDraining = false;
  const running = createRunning();
  const cors = createCors(corsOrigins);
  const isForeign = (request: IncomingMessage): boolean =>
    (isForeignSite(request, { isPage: !isExport(request) }) && !cors.admits(request)) ||
    (allowedHosts !== null && isForeignHost(request, allowedHosts));
  const maskError = createErrorMask(log);
  const operations = tracing.operations(
    createOperations({ schema, context, maskError, allowList, onAnswered: metrics.observeOperation }),
  );
  const room = createRoom(maxWaitingBytes);
  const graphql = createGraphQL({ schema, operations, maskError, log, auth, maxBodyBytes, room });
  const ops = createOps({
    storage: context.storage,
    metrics,
    auth,
    isDraining: () => isDraining,
  });
  const assets = createAssets(dashboard);
  const stopping = new AbortController();
  const files = { auth, context, stopping: stopping.signal, stallLimitMs };
  const exportFile = createExportHandler({ ...files, schema, log, exports: createExports(inSlices) });

  const routes: Readonly<Record<string, Handler>> = {
    "/graphql": graphql,
    "/session": createSession(auth, room),
    "/healthz": ops.health,
    "/readyz": ops.readiness,
    "/metrics": ops.metrics,
    "/import": createImportHandler(files),
    ...createGraphiQLFiles(),
  };

  /** One of few: paths are whoever asks to choose. */
  const routeOf = (path: string): string => {
    if (Object.hasOwn(routes, path)) return path;
    return path.startsWith("/export/") ? "/export" : "other";
  };

  const handle: Handler = (request, response) => {
    const path = pathOf(request);
    secure(response);
    if (isDraining) closeAfter(response);
    if (cors.answer(request, response)) return;
    if (isForeign(request))
      throw new AppError(
        "FORBIDDEN",
        "This request comes from a page of another site, or calls this server by a name that is not its own (see ALLOWED_HOSTS).",
      );
    if (isDraining && !OPS.has(path))
      throw new AppError(
        "UNAVAILABLE",
        "The server is shutting down. Nothing was written: send the same request again.",
        {
          retryAfterMs: 1_000,
        },
      );
    if (!OPS.has(path)) running.add(response, { isLong: path === "/import" });
    if (isExport(request)) return exportFile(request, response);
    return (routes[path] ?? assets)(request, response);
  };

  const answer = tracing.requests((request, response, route) => {
    const requestId = requestIdOf(request);
    response.setHeader("x-request-id", requestId);
    return follow({ requestId, traceId: tracing.traceId() }, async () => {
      observeAnswer({ request, response, route, log }, metrics.observeRequest);
      await Promise.try(handle, request, response).catch((error: unknown) => {
        if (!isLeft(error, response)) sendError(response, maskError(error));
      });
    });
  });

  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      // Node knows one limit for all requests, and files may take longer: `running` watches over the others.
      requestTimeout: 0,
      connectionsCheckingInterval: CHECKING_INTERVAL_MS,
      // Other upgrades, such as those that some HTTP clients offer with every request, are left aside.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
    },
    (request, response) => void answer(request, response, routeOf(pathOf(request))),
  );
  server.setTimeout(SILENCE_TIMEOUT_MS);
  limitConnections(server, maxConnections);
  const sockets = createWebSockets({
    server,
    isForeign,
    auth,
    schema,
    operations,
    tracing,
    maskError,
    log,
    inSlices,
    room,
    maxPayloadBytes: maxBodyBytes,
    maxSockets,
    pingIntervalMs: PING_INTERVAL_MS,
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", (error) => log.error({ err: error }, "the HTTP server has a fault"));

  return {
    url: urlOf(host, (server.address() as AddressInfo).port),
    close: async () => {
      isDraining = true;
      stopping.abort();
      running.closeAfterwards();
      // A connection that was busy until now becomes idle, and would be kept alive.
      const sweeping = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS);
      const givingUp = setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT_MS);
      await Promise.all([sockets.close(), running.ended()]);
      await new Promise((resolve) => server.close(resolve));
      clearInterval(sweeping);
      clearTimeout(givingUp);
    },
  };
};

/** Their answers are files, for which the database is read at length. */
const isExport = ({ url = "" }: IncomingMessage): boolean => url.startsWith("/export/");

/** What is noted of an answer that its client did not wait for. */
const LEFT = 499;

interface Observed {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: string;
  readonly log: Log;
}

const observeAnswer = (
  { request: { method }, response, route, log }: Observed,
  observe: Metrics["observeRequest"],
): void => {
  const beganAtMs = performance.now();
  const trail = currentTrail();
  response.once("close", () => {
    const status = response.writableFinished ? response.statusCode : LEFT;
    const seconds = (performance.now() - beganAtMs) / 1_000;
    observe({ route, status, seconds });
    // Whoever tells of it here is the connection, which serves many.
    if (log.isLevelEnabled("debug")) log.debug({ ...trail, method, route, status, seconds }, "a request was answered");
  });
};

const pathOf = ({ url = "/" }: IncomingMessage): string => url.split("?", 1)[0] ?? "/";

/** Whether it is only that the client has gone before its answer. */
const isLeft = (error: unknown, response: ServerResponse): boolean =>
  response.destroyed && error instanceof Error && error.name === "AbortError";

/** Tells the client that this connection takes no more requests. */
const closeAfter = (response: ServerResponse): void => {
  response.setHeader("connection", "close");
};

/** The requests that have begun and are not answered yet. Those that take too long to arrive are cut off. */
const createRunning = () => {
  /** When each began; null where it may take long. */
  const responses = new Map<ServerResponse, number | null>();
  let onEnded = (): void => {};
  const cutOffSlow = (): void => {
    const limitMs = performance.now() - REQUEST_TIMEOUT_MS;
    for (const [response, beganAtMs] of responses)
      if (beganAtMs !== null && beganAtMs < limitMs && !response.req.complete) response.req.destroy();
  };
  const watching = setInterval(cutOffSlow, REQUEST_TIMEOUT_MS / 6).unref();
  return {
    add: (response: ServerResponse, { isLong }: { readonly isLong: boolean }): void => {
      responses.set(response, isLong ? null : performance.now());
      response.once("close", () => {
        responses.delete(response);
        if (responses.size === 0) onEnded();
      });
    },
    closeAfterwards: (): void => {
      for (const response of responses.keys()) if (!response.headersSent) closeAfter(response);
    },
    ended: (): Promise<void> =>
      new Promise<void>((resolve) => {
        onEnded = resolve;
        if (responses.size === 0) resolve();
      }).finally(() => clearInterval(watching)),
  };
};

/** An error before or outside GraphQL, in the same shape. */
const sendError = (response: ServerResponse, error: ReturnType<ReturnType<typeof createErrorMask>>): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { http, ...extensions } = error.extensions as {
    http?: { status?: number; headers?: Record<string, string> };
  };
  // The rest of a body that was not read would be taken for the next request.
  response.writeHead(http?.status ?? 500, {
    ...http?.headers,
    "content-type": "application/json; charset=utf-8",
    connection: "close",
  });
  response.end(JSON.stringify({ errors: [{ message: error.message, extensions }] }));
};
