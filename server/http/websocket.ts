// GraphQL over WebSocket (graphql-ws protocol), on the same schema, context and error shape as HTTP.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type {
  ExecutionArgs,
  FormattedExecutionResult,
  GraphQLError,
  GraphQLFormattedError,
  GraphQLSchema,
} from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { type WebSocket, WebSocketServer } from "ws";
import { AppError } from "../domain/error.ts";
import { withoutHttp } from "../graphql/errors.ts";
import type { Operations } from "../graphql/operations.ts";
import type { Log } from "../log.ts";
import type { Slices } from "../slices.ts";
import { createFanout, type Subscriber } from "./fanout.ts";
import { gatherWrites } from "./gather.ts";

/** Tells clients that the server restarts and that they should come back. */
const SERVICE_RESTART = 1012;
const CLOSE_LIMIT_MS = 1_000;
const MAX_OPERATIONS = 100;

interface WebSocketDeps {
  readonly server: Server;
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly maskError: (error: unknown) => GraphQLError;
  readonly log: Log;
  /** Where the answers to subscriptions take their turns. */
  readonly inSlices: Slices;
  readonly maxPayloadBytes: number;
  /** Whether a request must not get a socket. */
  readonly isForeign: (request: IncomingMessage) => boolean;
}

interface WebSockets {
  /** Asks every client to come back later, and ends those that do not answer within a second. */
  close(): Promise<void>;
}

export const createWebSockets = ({
  server,
  schema,
  operations,
  maskError,
  log,
  inSlices,
  maxPayloadBytes,
  isForeign,
}: WebSocketDeps): WebSockets => {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
  });
  let isClosing = false;
  const formatErrors = (errors: readonly GraphQLError[]): GraphQLFormattedError[] =>
    errors.map((error) => withoutHttp(maskError(error)).toJSON());

  const formatResult = ({
    errors,
    ...rest
  }: {
    readonly errors?: readonly GraphQLError[] | undefined;
  }): FormattedExecutionResult => (errors === undefined ? rest : { ...rest, errors: formatErrors(errors) });
  const fanout = createFanout({ maskError, formatResult, inSlices });

  useServer(
    {
      onSubscribe: async ({ subscriptions, extra: { socket } }, id, { query, variables, operationName }) => {
        try {
          if (Object.keys(subscriptions).length > MAX_OPERATIONS)
            throw new AppError(
              "RATE_LIMITED",
              `A socket runs at most ${MAX_OPERATIONS} operations at once. Wait for one to end.`,
            );
          const { document, errors } = operations.parse(query);
          if (document === null || errors.length > 0) return errors;
          const refusal = operations.refusalOf({ document, variableValues: variables });
          if (refusal !== null) return [refusal];
          const contextValue = operations.createContext();
          const args = { schema, document, variableValues: variables, operationName, contextValue };
          return { ...args, subscriber: { id, socket } } satisfies SocketArguments;
        } catch (error) {
          return [maskError(error)];
        }
      },
      execute: operations.execute,
      subscribe: (args) => fanout.subscribe(args, (args as SocketArguments).subscriber),
      onNext: ({ extra }, _id, _payload, _args, result) => {
        gatherWrites(extra.request.socket);
        return formatResult(result);
      },
      onComplete: ({ extra }) => gatherWrites(extra.request.socket),
      onError: (_context, _id, _payload, errors) => formatErrors(errors),
    },
    sockets,
  );

  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", (error) => log.debug({ err: error }, "a socket broke"));
    const path = request.url?.split("?", 1)[0];
    if (isClosing) refuse(socket, "503 Service Unavailable");
    else if (path !== "/graphql") refuse(socket, "404 Not Found");
    else if (isForeign(request)) refuse(socket, "403 Forbidden");
    else sockets.handleUpgrade(request, socket, head, (client) => sockets.emit("connection", client, request));
  });

  return {
    close: async () => {
      isClosing = true;
      await Promise.all([...sockets.clients].map(closeSocket));
      sockets.close();
    },
  };
};

/** What graphql-ws hands through from the operation's beginning to its execution. */
type SocketArguments = ExecutionArgs & { readonly subscriber: Subscriber };

const refuse = (socket: Duplex, status: string): void => {
  // Whoever does not hang up would keep it half open, and the server from its end.
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
};

const closeSocket = (client: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => client.terminate(), CLOSE_LIMIT_MS);
    client.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    client.close(SERVICE_RESTART, "The server restarts.");
  });
