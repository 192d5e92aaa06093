// Many who are slow beside those who are not: what they send or do not take must cost the others nothing.
import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { sale, startApp, type TestApp } from "./app.ts";

const LONG = { timeout: 30_000 };
const MIB = 1_048_576;

let app: TestApp;
beforeEach(async () => {
  app = await startApp({ MAX_BODY_BYTES: String(2 * MIB), MAX_WAITING_BYTES: String(4 * MIB) });
});
afterEach(() => app.close());

const openSocket = async (): Promise<WebSocket> => {
  const socket = new WebSocket(`${app.url.replace("http", "ws")}/graphql`, "graphql-transport-ws", {
    perMessageDeflate: false,
  });
  await once(socket, "open");
  socket.send('{"type":"connection_init"}');
  await once(socket, "message");
  return socket;
};

describe("messages that do not all arrive", () => {
  test("give way, those that began first, and their senders are told to come back", async () => {
    const slow = Array.from({ length: 5 }, () => {
      const sending = request(`${app.url}/graphql`, {
        ...{ method: "POST", agent: false },
        headers: { "content-type": "application/json", "content-length": String(2 * MIB) },
      });
      sending.on("error", () => undefined);
      return sending;
    });
    const refused = once(slow[0] as (typeof slow)[number], "response");
    for (const sending of slow) await new Promise((resolve) => sending.write(Buffer.alloc(MIB, 32), resolve));
    const [{ statusCode, headers }] = await refused;
    expect([statusCode, headers["retry-after"]]).toEqual([503, "1"]);
    expect((await app.ingest(sale())).outcome).toBe("ACCEPTED");
    for (const sending of slow) sending.destroy();
  });

  test("give way over WebSocket too, where pings between their pieces do not help", async () => {
    const socket = await openSocket();
    const closed = once(socket, "close");
    for (let piece = 0; piece < 15; piece++) {
      socket.send(Buffer.alloc(MIB / 8, 32), { fin: false, binary: false });
      socket.ping();
    }
    const others = await Promise.all([openSocket(), openSocket(), openSocket()]);
    for (const other of others) other.send(Buffer.alloc(MIB, 32), { fin: false, binary: false });
    await closed;
    expect((await app.ingest(sale())).outcome).toBe("ACCEPTED");
    for (const other of others) other.terminate();
  });

  test("that arrive in the end, one after the other, never add up", async () => {
    const socket = await openSocket();
    const heard: string[] = [];
    socket.on("message", (data) => heard.push(String(data)));
    const padding = "x".repeat(MIB);
    for (let id = 1; id <= 8; id++) {
      const payload = { query: "{ books { balanced } }", variables: { padding } };
      socket.send(JSON.stringify({ id: String(id), type: "subscribe", payload }));
      await expect.poll(() => heard, LONG).toContain(`{"id":"${id}","type":"complete"}`);
    }
    expect(heard.filter((message) => message.includes('"balanced":true'))).toHaveLength(8);
    socket.terminate();
  });
});

test("a hundred subscribers that take nothing hold up none of a hundred that do, and miss nothing", async () => {
  const feed = JSON.stringify({
    id: "1",
    type: "subscribe",
    payload: { query: "subscription { feed { entries { seq event { raw } } } }" },
  });
  const subscribe = async () => {
    const socket = await openSocket();
    const seqs: number[] = [];
    socket.on("message", (data) => {
      const { type, payload } = JSON.parse(String(data));
      if (type === "next") seqs.push(...payload.data.feed.entries.map(({ seq }: { readonly seq: number }) => seq));
    });
    socket.send(feed);
    await once(socket, "message");
    const transport = (socket as unknown as { readonly _socket: Socket })._socket;
    return { socket, seqs, transport };
  };
  const readers = await Promise.all(Array.from({ length: 200 }, subscribe));
  const stalled = readers.slice(0, 100);
  for (const { transport } of stalled) transport.pause();

  const events = Array.from({ length: 500 }, (_, index) => ({
    event: sale({ amount: index + 1, note: "x".repeat(1_000) }),
  }));
  const BATCH = "mutation ($input: IngestEventsInput!) { ingestEvents(input: $input) { accepted } }";
  for (let from = 0; from < events.length; from += 100)
    await app.ask(BATCH, { input: { events: events.slice(from, from + 100) } });
  const all = events.map((_, index) => index + 1);
  for (const { seqs } of readers.slice(100)) await expect.poll(() => seqs.length, LONG).toBe(all.length);
  expect(stalled.every(({ seqs }) => seqs.length < all.length)).toBe(true);
  for (const { transport } of stalled) transport.resume();
  for (const { seqs } of readers) await expect.poll(() => seqs, LONG).toEqual(all);
  for (const { socket } of readers) socket.terminate();
});
