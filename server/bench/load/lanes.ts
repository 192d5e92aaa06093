// Lanes carry one request at a time each: over HTTP each has a connection of its own, over WebSocket all share one.
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import { createResponseReader, openSocket, postText } from "./http.ts";
import type { Answer } from "./target.ts";

export interface Request {
  readonly body: string;
  /** When it is to be sent, on the clock of performance.now. */
  readonly dueAt: number;
}

interface Exchange {
  /** The next request; null where there is none any more. */
  readonly next: () => Request | null;
  readonly onAnswer: (answer: Answer, sentAt: number) => void;
}

interface Lanes {
  /** Sends as long as there are requests; resolves when all are answered. @throws Error where a connection breaks. */
  run(exchange: Exchange): Promise<void>;
  close(): void;
}

interface Opening {
  readonly url: URL;
  readonly token: string | null;
  /** How many requests are under way at the same time. */
  readonly count: number;
}

export const openHttpLanes = async ({ url, token, count }: Opening): Promise<Lanes> => {
  const sockets = await Promise.all(Array.from({ length: count }, () => openSocket(url)));
  return {
    run: async (exchange) => {
      await Promise.all(sockets.map((socket) => runHttpLane({ socket, url, token, exchange })));
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
};

interface HttpLane {
  readonly socket: Socket;
  readonly url: URL;
  readonly token: string | null;
  readonly exchange: Exchange;
}

const runHttpLane = ({ socket, url, token, exchange: { next, onAnswer } }: HttpLane): Promise<void> =>
  new Promise((resolve, reject) => {
    let sentAt = 0;
    const send = (): void => {
      const request = next();
      if (request === null) return void resolve();
      whenDue(request, () => {
        sentAt = performance.now();
        socket.write(postText({ url, token, body: request.body }), "latin1");
      });
    };
    const read = createResponseReader(({ status, body }) => {
      onAnswer({ status, json: JSON.parse(body) }, sentAt);
      send();
    });
    socket.on("data", read);
    socket.on("error", reject);
    socket.once("close", () => reject(new Error("The server closed a connection.")));
    send();
  });

/** Timers are late by up to a millisecond: what is due by then goes at once. */
const whenDue = ({ dueAt }: Request, send: () => void): void => {
  const waitMs = dueAt - performance.now();
  if (waitMs < 1) send();
  else setTimeout(send, waitMs);
};

/** One socket with the protocol of graphql-ws. */
export const openWebSocketLanes = async ({ url, count }: Opening): Promise<Lanes> => {
  const socket = await openGraphQLSocket(url);
  return { run: (exchange) => runWebSocketLanes({ socket, count, exchange }), close: () => socket.terminate() };
};

/** A socket that the server has greeted. @throws Error where it refuses. */
export const openGraphQLSocket = async (url: URL): Promise<WebSocket> => {
  const options = { perMessageDeflate: false, skipUTF8Validation: true };
  const socket = new WebSocket(`ws://127.0.0.1:${url.port}${url.pathname}`, "graphql-transport-ws", {
    ...options,
    headers: { host: url.host },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", (code) => reject(closedWith(code)));
    socket.once("open", () => socket.send('{"type":"connection_init"}'));
    socket.once("message", (data: Buffer) => {
      if (JSON.parse(data.toString()).type === "connection_ack") resolve();
      else reject(new Error(`The server did not greet: ${data.toString().slice(0, 200)}`));
    });
  });
  return socket;
};

/** A refusal is a close with a code of its own, and no error of the socket. */
export const closedWith = (code: number): Error => new Error(`The server closed the socket with ${code}.`);

interface WebSocketLanes {
  readonly socket: WebSocket;
  readonly count: number;
  readonly exchange: Exchange;
}

const runWebSocketLanes = ({ socket, count, exchange: { next, onAnswer } }: WebSocketLanes): Promise<void> =>
  new Promise((resolve, reject) => {
    const sentAt = new Map<string, number>();
    let lastId = 0;
    const send = (): void => {
      const request = next();
      if (request === null && sentAt.size === 0) resolve();
      if (request === null) return;
      lastId += 1;
      const id = String(lastId);
      sentAt.set(id, 0);
      whenDue(request, () => {
        sentAt.set(id, performance.now());
        socket.send(`{"id":"${id}","type":"subscribe","payload":${request.body}}`);
      });
    };
    socket.on("message", (data: Buffer) => {
      const { id, type, payload } = JSON.parse(data.toString());
      if (type === "next") return onAnswer({ status: 200, json: payload }, sentAt.get(id) ?? 0);
      if (type === "error") onAnswer({ status: 200, json: { errors: payload } }, sentAt.get(id) ?? 0);
      sentAt.delete(id);
      send();
    });
    socket.on("error", reject);
    socket.once("close", (code) => reject(closedWith(code)));
    for (let lane = 0; lane < count; lane += 1) send();
  });
