// The two ways to the server: urql for what is asked once, one WebSocket for what goes on. Opens nothing until used.
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient, type Sink, type Client as Socket } from "graphql-ws";
import { insertRawTexts } from "./raw-text.ts";

const PING_INTERVAL_MS = 10_000;
const PONG_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 20_000;
const ACK_TIMEOUT_MS = 10_000;
/** Keeps the socket over the moment between two subscriptions of one reader. */
const IDLE_CLOSE_MS = 1_000;

/** What the server says where it wants a token, over HTTP and over a socket. */
const UNAUTHENTICATED = 401;
const SOCKET_UNAUTHORIZED = 4401;

export interface Api {
  readonly client: Client;
  readonly socket: Socket;
}

/** The API behind one address, over HTTP and WebSocket. `onRefused`: where it asks for a token, or no more for this one. */
export const createApi = (endpoint: URL, onRefused: () => void = () => undefined): Api => {
  const socket = createSocket(new URL(endpoint.href.replace(/^http/, "ws")), onRefused);
  const forwardSubscription: Parameters<typeof subscriptionExchange>[0]["forwardSubscription"] = (operation) => ({
    subscribe: (sink) => ({
      unsubscribe: socket.subscribe({ ...operation, query: operation.query ?? "" }, sink as Sink<never>),
    }),
  });
  const client = new Client({
    url: endpoint.href,
    exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription })],
    requestPolicy: "network-only",
    preferGetMethod: false,
    fetch: async (input, init) => {
      const response = await fetchInTime(input, init);
      if (response.status === UNAUTHENTICATED) onRefused();
      return response;
    },
  });
  return { client, socket };
};

/** A server that accepts a request and never answers must not hold a room in "connecting". */
const fetchInTime: typeof fetch = (input, init) => {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return fetch(input, {
    ...init,
    ...(typeof init?.body === "string" && { body: insertRawTexts(init.body) }),
    signal: init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
  });
};

/**
 * A socket that reports its end instead of healing in silence: graphql-ws would subscribe again with the first
 * variables, and so repeat what was read since. Whoever reads the log comes back from a cursor of its own (follow.ts).
 */
const createSocket = (url: URL, onRefused: () => void): Socket => {
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  const socket = createClient({
    url: url.href,
    lazy: true,
    lazyCloseTimeout: IDLE_CLOSE_MS,
    connectionAckWaitTimeout: ACK_TIMEOUT_MS,
    keepAlive: PING_INTERVAL_MS,
    retryAttempts: 0,
    on: {
      // A cable pulled out closes nothing: only a missing pong shows it.
      ping: (received) => {
        if (!received) pongTimer = setTimeout(() => socket.terminate(), PONG_TIMEOUT_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(pongTimer);
      },
      closed: (event) => {
        clearTimeout(pongTimer);
        if ((event as CloseEvent | undefined)?.code === SOCKET_UNAUTHORIZED) onRefused();
      },
    },
  });
  return socket;
};
