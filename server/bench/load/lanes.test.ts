import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { openGraphQLSocket } from "./lanes.ts";

/** A server that does this with the first message of each socket. */
const startServer = async (onFirst: (socket: WebSocket) => void): Promise<URL> => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => socket.once("message", () => onFirst(socket)));
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, "listening");
  return new URL(`http://localhost:${(server.address() as AddressInfo).port}/graphql`);
};

test("a socket is open once the server has greeted", async () => {
  const url = await startServer((socket) => socket.send('{"type":"connection_ack"}'));
  const socket = await openGraphQLSocket(url);
  expect(socket.readyState).toBe(socket.OPEN);
});

test("a server that closes instead of greeting fails the opening, with its code", async () => {
  const url = await startServer((socket) => socket.close(4400, "no"));
  await expect(openGraphQLSocket(url)).rejects.toThrow("The server closed the socket with 4400.");
});

test("another message than the greeting is none", async () => {
  const url = await startServer((socket) => socket.send('{"type":"ping"}'));
  await expect(openGraphQLSocket(url)).rejects.toThrow('The server did not greet: {"type":"ping"}');
});
