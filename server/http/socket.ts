// One WebSocket, between ws and the protocol: what its client may make the server hold, and whether it still lives.
import type { Duplex } from "node:stream";
import type { RawData, WebSocket, WebSocketServer } from "ws";
import type { Log } from "../log.ts";
import type { Place, Room } from "./room.ts";

/** Those of the protocol, and those that ask clients to come back: they take any other for final. */
export const CloseCode = { BAD_REQUEST: 4400, SERVICE_RESTART: 1012, TRY_AGAIN_LATER: 1013 } as const;

/** What may wait in a socket before its client is not listened to any more. */
const MAX_BUFFERED_BYTES = 1_048_576;

/** Of a ping or pong with its head, as the protocol of WebSocket has it. */
const MAX_CONTROL_BYTES = 131;

/** What the protocol needs of a socket. */
interface Connection {
  readonly protocol: string;
  readonly send: (text: string) => Promise<void>;
  readonly close: (code: number, reason: string) => void;
  readonly onMessage: (listener: (text: string) => Promise<void>) => void;
}

interface SocketDeps {
  readonly socket: WebSocket;
  /** What it runs on. */
  readonly transport: Duplex;
  readonly room: Room;
  readonly log: Log;
  /** Begins the protocol, and gives back what is to be called at the end. */
  readonly open: (connection: Connection) => (code: number, reason: string) => Promise<void>;
}

export const connectSocket = ({ socket, transport, room, log, open }: SocketDeps): void => {
  countHeld(socket, transport, room);
  // ws has closed it by then, with the code that says why.
  socket.on("error", (error) => log.debug({ err: error }, "a client broke the rules of WebSocket"));
  const receive = async (
    listener: (text: string) => Promise<void>,
    data: RawData,
    isBinary: boolean,
  ): Promise<void> => {
    if (isBinary) return socket.close(CloseCode.BAD_REQUEST, "Messages are text.");
    holdBack(socket, transport);
    try {
      await listener(String(data));
    } catch (error) {
      if (isUnexpected(error)) return socket.close(CloseCode.BAD_REQUEST, "Only servers send such messages.");
      log.error({ err: error }, "a fault while answering a socket");
      socket.close(CloseCode.TRY_AGAIN_LATER, "Something went wrong. Connect again.");
    }
  };
  const closed = open({
    protocol: socket.protocol,
    send: (text) =>
      new Promise((resolve) => {
        // What cannot be sent is told by the end of the socket.
        if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
        else resolve();
      }),
    close: (code, reason) => socket.close(code, reason),
    onMessage: (listener) => {
      socket.on("message", (data, isBinary) => void receive(listener, data, isBinary));
    },
  });
  socket.once("close", (code, reason) => {
    closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, "a fault while a socket ended"));
  });
  socket.on("ping", () => holdBack(socket, transport));
};

/** What ws holds of a message that has not all arrived: all bytes since the last one that has. */
const countHeld = (socket: WebSocket, transport: Duplex, room: Room): void => {
  let place: Place | null = null;
  let heldBytes = 0;
  const leave = (): void => {
    place?.leave();
    [place, heldBytes] = [null, 0];
  };
  // They may come between the pieces of a message, which is held on.
  const passControl = (): void => {
    if (heldBytes <= MAX_CONTROL_BYTES) leave();
  };
  // Before ws, which may find the end of a message in the same bytes.
  transport.prependListener("data", (bytes: Buffer) => {
    place ??= room.enter(() => socket.terminate());
    heldBytes += bytes.length;
    place.add(bytes.length);
  });
  for (const sign of ["message", "close"]) socket.on(sign, leave);
  for (const sign of ["ping", "pong"]) socket.on(sign, passControl);
};

/** graphql-ws throws where a message is one of those that servers send. */
const isUnexpected = (error: unknown): boolean => error instanceof Error && /^Unexpected message/.test(error.message);

/** A client that asks and does not take the answers is not listened to until it has taken them. */
const holdBack = (socket: WebSocket, transport: Duplex): void => {
  if (socket.bufferedAmount < MAX_BUFFERED_BYTES || socket.isPaused || !transport.writableNeedDrain) return;
  socket.pause();
  transport.once("drain", () => socket.resume());
};

/**
 * Asks each socket from time to time whether it lives, and ends those that have not said so since the last time: a client
 * that was cut off says nothing, and one that stopped reading does not get to the question.
 */
export const watchSockets = (sockets: WebSocketServer, pingIntervalMs: number): NodeJS.Timeout => {
  const silent = new WeakSet<WebSocket>();
  sockets.on("connection", (socket: WebSocket) => {
    for (const sign of ["message", "ping", "pong"]) socket.on(sign, () => silent.delete(socket));
  });
  const ask = (socket: WebSocket): void => {
    if (silent.has(socket)) socket.terminate();
    silent.add(socket);
    if (socket.readyState === socket.OPEN) socket.ping();
  };
  return setInterval(() => sockets.clients.forEach(ask), pingIntervalMs).unref();
};
