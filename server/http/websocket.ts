// GraphQL over WebSocket (the graphql-transport-ws protocol), on the same schema, context and error shape as HTTP.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import {
  type ExecutionArgs,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
} from "graphql";
import { type Context, handleProtocols, makeServer } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";
import type { Auth } from "../auth/authenticate.ts";
import { AppError } from "../domain/error.ts";
import { nobody, type Principal } from "../domain/principal.ts";
import { withoutHttp } from "../graphql/errors.ts";
import type { Operations } from "../graphql/operations.ts";
import type { Log } from "../log.ts";
import type { Slices } from "../slices.ts";
import type { Tracing } from "../trace/tracing.ts";
import { follow } from "../trail.ts";
import { bearerOf, forgetToken, tokenOf } from "./credentials.ts";
import { createFanout, type Subscriber } from "./fanout.ts";
import { gatherWrites } from "./gather.ts";
import { requestIdOf } from "./request-id.ts";
import type { Room } from "./room.ts";
import { CloseCode, connectSocket, watchSockets } from "./socket.ts";

const CLOSE_LIMIT_MS = 1_000;
const MAX_OPERATIONS = 100;
const MAX_ID_LENGTH = 255;
/** Of one message. */
const MAX_FRAGMENTS = 1_024;
const RETRY_AFTER_SECONDS = 5;

interface WebSocketDeps {
  readonly server: Server;
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly tracing: Pick<Tracing, "within" | "traceId">;
  readonly maskError: (error: unknown) => GraphQLError;
  readonly log: Log;
  /** Where the answers to subscriptions take their turns. */
  readonly inSlices: Slices;
  readonly room: Room;
  readonly maxPayloadBytes: number;
  /** At once. */
  readonly maxSockets: number;
  readonly pingIntervalMs: number;
  /** Whether a request must not get a socket. */
  readonly isForeign: (request: IncomingMessage) => boolean;
  readonly auth: Pick<Auth, "authenticate" | "watch">;
}

interface WebSockets {
  /** Asks every client to come back later, and ends those that do not answer within a second. */
  close(): Promise<void>;
}

/** What belongs to one socket. */
interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** Operations that have begun and not ended; those too that the client has given up. */
  readonly running: { count: number };
  /** That of the request that opened it; each of its operations has a number behind it. */
  readonly requestId: string;
  readonly begun: { count: number };
  /** Who is at its other end, once that is known. */
  principal: Principal;
}

export const createWebSockets = (deps: WebSocketDeps): WebSockets => {
  const { server, log, room, maxPayloadBytes, maxSockets, pingIntervalMs, isForeign } = deps;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    maxFragments: MAX_FRAGMENTS,
    perMessageDeflate: false,
    handleProtocols,
  });
  let isClosing = false;
  const protocol = createProtocol(deps);
  const watching = watchSockets(sockets, pingIntervalMs);

  sockets.on("connection", (socket: WebSocket, request: IncomingMessage) => {
    const [begun, running, transport] = [{ count: 0 }, { count: 0 }, request.socket];
    const extra: Extra = { socket, request, running, begun, requestId: requestIdOf(request), principal: nobody };
    connectSocket({ socket, transport, room, log, open: (connection) => protocol.opened(connection, extra) });
  });

  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", (error) => log.debug({ err: error }, "a socket broke"));
    const path = request.url?.split("?", 1)[0];
    if (isClosing || sockets.clients.size >= maxSockets) refuse(socket, "503 Service Unavailable");
    else if (path !== "/graphql") refuse(socket, "404 Not Found");
    else if (isForeign(request)) refuse(socket, "403 Forbidden");
    else sockets.handleUpgrade(request, socket, head, (client) => sockets.emit("connection", client, request));
  });

  return {
    close: async () => {
      isClosing = true;
      clearInterval(watching);
      await Promise.all(
        [...sockets.clients].map((client) => closeSocket(client, CloseCode.SERVICE_RESTART, "The server restarts.")),
      );
      sockets.close();
    },
  };
};

/** What is answered to the messages of the protocol. */
const createProtocol = ({ schema, operations, tracing, maskError, inSlices, auth }: WebSocketDeps) => {
  const formatErrors = (errors: readonly GraphQLError[]): GraphQLFormattedError[] =>
    errors.map((error) => withoutHttp(maskError(error)).toJSON());

  const formatResult = ({
    errors,
    ...rest
  }: {
    readonly errors?: readonly GraphQLError[] | undefined;
  }): FormattedExecutionResult => (errors === undefined ? rest : { ...rest, errors: formatErrors(errors) });
  const fanout = createFanout({ maskError, formatResult, inSlices });

  /** What is to be executed. @throws AppError; GraphQLError is returned. */
  const begin = (
    { socket, request, running, requestId, begun, principal }: Extra,
    { id, payload }: Begun,
  ): SocketArguments | readonly GraphQLError[] => {
    if (running.count >= MAX_OPERATIONS)
      throw new AppError(
        "RATE_LIMITED",
        `A socket runs at most ${MAX_OPERATIONS} operations at once. Wait for one to end.`,
      );
    const { variables, operationName } = payload;
    const { document, errors } = operations.parse(operations.textOf(payload) ?? "");
    if (document === null || errors.length > 0) return errors;
    const args = { schema, document, variableValues: variables, operationName };
    const refusal = operations.refusalOf(args);
    if (refusal !== null) return [refusal];
    if (!getOperationAST(document, operationName))
      throw new AppError("BAD_USER_INPUT", "Name one of the document's operations as operationName.");
    const contextValue = operations.createContext({ principal, document, operationName });
    running.count += 1;
    begun.count += 1;
    const origin = { requestId: `${requestId}.${begun.count}`, headers: headersOf(request, payload) };
    return { ...args, contextValue, subscriber: { id, socket }, origin };
  };

  /** Does the work of an operation under an id of its own, as part of the trace that the client named, or the request. */
  const underway = <T>(args: ExecutionArgs, work: () => T): T => {
    const { origin } = args as SocketArguments;
    return tracing.within(origin.headers, () =>
      follow({ requestId: origin.requestId, traceId: tracing.traceId() }, work),
    );
  };

  return makeServer<Record<string, unknown>, Extra>({
    onConnect: async (connected) => {
      const { extra } = connected;
      try {
        extra.principal = await auth.authenticate(tokenIn(connected));
        // Who has left meanwhile would be watched for ever.
        if (extra.socket.readyState !== extra.socket.OPEN) return false;
        const unwatch = auth.watch(extra.principal, (reason) => refuseSocket(extra.socket, reason));
        extra.socket.once("close", unwatch);
        return true;
      } catch (error) {
        refuseSocket(extra.socket, maskError(error));
        return false;
      }
    },
    onSubscribe: ({ extra }, id, payload) => {
      if (id.length > MAX_ID_LENGTH) extra.socket.close(CloseCode.BAD_REQUEST, "The id is too long.");
      try {
        return begin(extra, { id, payload });
      } catch (error) {
        return [maskError(error)];
      }
    },
    execute: (args) => underway(args, () => operations.execute(args)),
    subscribe: (args) => underway(args, () => fanout.subscribe(args, (args as SocketArguments).subscriber)),
    onNext: ({ extra }, _id, _payload, _args, result) => {
      gatherWrites(extra.request.socket);
      return formatResult(result);
    },
    onComplete: ({ extra }) => {
      extra.running.count -= 1;
      gatherWrites(extra.request.socket);
    },
    onError: (_context, _id, _payload, errors) => formatErrors(errors),
  });
};

interface Begun {
  readonly id: string;
  readonly payload: {
    readonly query: string;
    readonly variables?: Record<string, unknown> | null | undefined;
    readonly operationName?: string | null | undefined;
    readonly documentId?: unknown;
    /** May name the trace that it is part of, as `traceparent`. */
    readonly extensions?: unknown;
  };
}

/** Those of the request that opened the socket, or what a client says of one operation. */
const headersOf = (
  { headers }: IncomingMessage,
  { extensions }: Begun["payload"],
): Readonly<Record<string, unknown>> =>
  typeof extensions === "object" && extensions !== null ? { ...headers, ...extensions } : headers;

/** What graphql-ws hands through from the operation's beginning to its execution. */
type SocketArguments = ExecutionArgs & {
  readonly subscriber: Subscriber;
  readonly origin: { readonly requestId: string; readonly headers: Readonly<Record<string, unknown>> };
};

/** The token with which a socket was opened. It is kept nowhere: neither faults nor dumps of the memory shall hold it. */
const tokenIn = (connected: Context<Record<string, unknown>, Extra>): string | null => {
  const { connectionParams, extra } = connected;
  const given = connectionParams?.authorization;
  const token = typeof given === "string" ? bearerOf(given) : tokenOf(extra.request.headers);
  Object.assign(connected, { connectionParams: undefined });
  forgetToken(extra.request);
  return token;
};

/** As the protocol has it for who is not, or no more, let in; or to come again where the database does not answer. */
const UNAUTHORIZED = 4401;
const TRY_AGAIN_LATER = 1013;
/** The protocol of WebSocket leaves so much room. */
const MAX_REASON_BYTES = 123;

const refuseSocket = (socket: WebSocket, error: Error): Promise<void> => {
  const code = error instanceof GraphQLError ? error.extensions.code : "UNAUTHENTICATED";
  const reason = Buffer.byteLength(error.message) <= MAX_REASON_BYTES ? error.message : "This server asks for a token.";
  return code === "UNAUTHENTICATED"
    ? closeSocket(socket, UNAUTHORIZED, reason)
    : closeSocket(socket, TRY_AGAIN_LATER, "The database does not answer. Come again later.");
};

const refuse = (socket: Duplex, status: string): void => {
  const retryAfter = status.startsWith("503") ? `Retry-After: ${RETRY_AFTER_SECONDS}\r\n` : "";
  // Whoever does not hang up would keep it half open, and the server from its end.
  socket.end(`HTTP/1.1 ${status}\r\n${retryAfter}Connection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
};

const closeSocket = (client: WebSocket, code: number, reason: string): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => client.terminate(), CLOSE_LIMIT_MS);
    client.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    client.close(code, reason);
  });
