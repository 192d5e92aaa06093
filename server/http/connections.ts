// How many connections there are at once. Whoever connects and then says nothing, or word by word, must not lock out
// others: where there is no room, the connection gives way on which the server has waited longest for a whole request.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Keeps the number of the server's connections, those of WebSockets apart. */
export const limitConnections = (server: Server, maxConnections: number): void => {
  /** By the time at which its last request began; null before the first. */
  const exchanges = new Map<Socket, Exchange | null>();

  const makeRoom = (): void => {
    for (const [socket, exchange] of exchanges)
      if (isWaitedFor(exchange)) {
        exchanges.delete(socket);
        socket.destroy();
        return;
      }
  };

  server.on("connection", (socket: Socket) => {
    if (exchanges.size >= maxConnections) makeRoom();
    if (exchanges.size >= maxConnections) {
      socket.destroy();
      return;
    }
    exchanges.set(socket, null);
    socket.once("close", () => exchanges.delete(socket));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    // Taken out and put back, to stand behind all others.
    if (exchanges.delete(request.socket)) exchanges.set(request.socket, { request, response });
  });
  server.on("upgrade", ({ socket }: IncomingMessage) => exchanges.delete(socket));
};

/** Whether it is the client's turn. */
const isWaitedFor = (exchange: Exchange | null): boolean =>
  exchange === null || !exchange.request.complete || exchange.response.writableFinished;
