// A bare WebSocket server that sends one frame to everyone, again and again: what ws gives where nothing else is done.
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { serveParent } from "../parent.ts";

/** Above it a socket is slow, and everyone waits for it. */
const MAX_BUFFERED_BYTES = 65_536;

/** As large as a message of the live feed with one entry. */
const frame = JSON.stringify({
  id: "1",
  type: "next",
  payload: {
    data: {
      feed: {
        cursor: "bG9nOjAxMjM0NTY3ODlhYjoxMjM0NTY3",
        entries: [
          {
            ...{ seq: 1_234_567, at: "2026-01-31T12:00:00.123Z", action: "ACCEPTED", client: "shop-42" },
            event: { metric: "sale", amount: "1234.56", unit: "EUR", timestamp: "2026-01-31T11:59:59.123456Z" },
          },
        ],
      },
    },
  },
});

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
let isBroadcasting = false;

const broadcast = (): void => {
  if (server.clients.size === 0) {
    isBroadcasting = false;
    return;
  }
  const isSlow = (client: WebSocket): boolean => client.bufferedAmount > MAX_BUFFERED_BYTES;
  if (![...server.clients].some(isSlow)) for (const client of server.clients) client.send(frame);
  setImmediate(broadcast);
};

server.on("connection", () => {
  if (!isBroadcasting) setImmediate(broadcast);
  isBroadcasting = true;
});
server.once("listening", () => {
  serveParent({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }, () => null);
});
