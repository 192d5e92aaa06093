// The graphql-transport-ws protocol, message by message, and what may not be sent by it.
import { connect as connectTcp, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { sale, startApp, type TestApp } from "./app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ MAX_SOCKETS: "20", CORS_ORIGINS: "https://shop.example", MAX_BODY_BYTES: "65536" });
});
afterAll(() => app.close());

/** A socket as a program without a library has it. */
const open = async (
  protocol: string | string[] = "graphql-transport-ws",
  headers: Record<string, string> = {},
  path = "/graphql",
) => {
  const socket = new WebSocket(`${app.url.replace("http", "ws")}${path}`, protocol, { headers });
  const messages: unknown[] = [];
  const waiters: (() => void)[] = [];
  let end: string | null = null;
  const wake = (): void => {
    for (const waiter of waiters.splice(0)) waiter();
  };
  socket.on("message", (data) => {
    messages.push(JSON.parse(String(data)));
    wake();
  });
  socket.on("close", (code) => {
    end = `closed ${code}`;
    wake();
  });
  socket.on("unexpected-response", (_request, response) => {
    end = `refused ${response.statusCode}`;
    wake();
  });
  socket.on("error", () => wake());
  socket.on("open", () => wake());
  await new Promise<void>((resolve) => waiters.push(resolve));
  /** The next message, or how it ended. */
  const next = async (): Promise<unknown> => {
    for (;;) {
      if (messages.length > 0) return messages.shift();
      if (end !== null) return end;
      await new Promise<void>((resolve) => waiters.push(resolve));
    }
  };
  const send = (message: unknown): void => socket.send(typeof message === "string" ? message : JSON.stringify(message));
  return { socket, send, next, close: () => socket.terminate() };
};
type Peer = Awaited<ReturnType<typeof open>>;

const INIT = { type: "connection_init" };
const ACK = { type: "connection_ack" };
const subscribe = (id: string, query: string, more: object = {}) => ({
  ...{ id, type: "subscribe" },
  payload: { query, ...more },
});
const STATS = "{ stats { received } }";
const FEED = "subscription { feed { cursor } }";
const error = (id: string, code = "BAD_USER_INPUT") => ({
  ...{ id, type: "error" },
  payload: [expect.objectContaining({ message: expect.any(String), extensions: expect.objectContaining({ code }) })],
});
const result = (id: string) => ({ id, type: "next", payload: { data: expect.any(Object) } });
const done = (id: string) => ({ id, type: "complete" });

/** [what happens, what is sent, what comes back]; a string that comes back is how the socket ends. */
const exchanges: readonly (readonly [string, readonly unknown[], readonly unknown[]])[] = [
  ["the beginning is acknowledged", [INIT], [ACK]],
  ["a payload of the beginning is taken", [{ ...INIT, payload: { a: 1 } }], [ACK]],
  ["the beginning twice", [INIT, INIT], [ACK, "closed 4429"]],
  ["an operation before the beginning", [subscribe("1", STATS)], ["closed 4401"]],
  ["a ping before the beginning", [{ type: "ping" }], [{ type: "pong" }]],
  [
    "a ping gets its payload back",
    [INIT, { type: "ping", payload: { n: 1 } }],
    [ACK, { type: "pong", payload: { n: 1 } }],
  ],
  ["a pong that nobody asked for is borne", [INIT, { type: "pong" }, { type: "ping" }], [ACK, { type: "pong" }]],
  ["a query has one answer and an end", [INIT, subscribe("1", STATS)], [ACK, result("1"), done("1")]],
  [
    "an id may be used again when its operation has ended",
    [INIT, subscribe("1", STATS), null, subscribe("1", STATS)],
    [ACK, result("1"), done("1"), result("1"), done("1")],
  ],
  ["an id in use", [INIT, subscribe("1", FEED), subscribe("1", FEED)], [ACK, "closed 4409"]],
  [
    "an id named __proto__ is a name",
    [INIT, subscribe("__proto__", STATS)],
    [ACK, result("__proto__"), done("__proto__")],
  ],
  ["an id that is too long", [INIT, subscribe("x".repeat(256), STATS)], [ACK, "closed 4400"]],
  ["an id that is empty", [INIT, subscribe("", STATS)], [ACK, "closed 4400"]],
  ["an id that is a number", [INIT, { ...subscribe("1", STATS), id: 1 }], [ACK, "closed 4400"]],
  ["no JSON", [INIT, "{"], [ACK, "closed 4400"]],
  ["nothing", [INIT, ""], [ACK, "closed 4400"]],
  ["a number", [INIT, "17"], [ACK, "closed 4400"]],
  ["null", [INIT, "null"], [ACK, "closed 4400"]],
  ["a list of messages", [INIT, [subscribe("1", STATS)]], [ACK, "closed 4400"]],
  ["a type that is none", [INIT, { type: "start" }], [ACK, "closed 4400"]],
  ["a message that servers send", [INIT, { id: "1", type: "next", payload: {} }], [ACK, "closed 4400"]],
  ["a type of Object.prototype", [INIT, { type: "toString" }], [ACK, "closed 4400"]],
  ["an operation without payload", [INIT, { id: "1", type: "subscribe" }], [ACK, "closed 4400"]],
  ["an operation without a query", [INIT, { id: "1", type: "subscribe", payload: {} }], [ACK, "closed 4400"]],
  ["a query that is a list", [INIT, subscribe("1", [STATS] as never)], [ACK, "closed 4400"]],
  ["variables that are a text", [INIT, subscribe("1", STATS, { variables: "{}" })], [ACK, "closed 4400"]],
  ["a name that is a number", [INIT, subscribe("1", STATS, { operationName: 1 })], [ACK, "closed 4400"]],
  ["more than a message may hold", [INIT, `"${"x".repeat(70_000)}"`], [ACK, "closed 1009"]],
  [
    "a document that is none",
    [INIT, subscribe("1", "{"), subscribe("2", STATS)],
    [ACK, error("1"), result("2"), done("2")],
  ],
  ["a field that is none", [INIT, subscribe("1", "{ nothing }")], [ACK, error("1")]],
  [
    "a document that asks for too much",
    [INIT, subscribe("1", `{ ${"a: ".repeat(1)}${"stats { received } ".repeat(11)} }`)],
    [ACK, error("1")],
  ],
  [
    "a page that variables make too long",
    [
      INIT,
      subscribe("1", "query ($n: Int) { events(first: $n) { edges { node { seq } } } }", { variables: { n: 1e6 } }),
    ],
    [ACK, error("1")],
  ],
  [
    "a name that the document has not",
    [INIT, subscribe("1", "query A { books { balanced } }", { operationName: "B" })],
    [ACK, error("1")],
  ],
  [
    "two operations and no name",
    [INIT, subscribe("1", "query A { books { balanced } } query B { books { balanced } }")],
    [ACK, error("1")],
  ],
  ["a subscription begins, and goes on", [INIT, subscribe("1", FEED)], [ACK, result("1")]],
  [
    "a subscription that was ended is silent",
    [INIT, subscribe("1", FEED), null, done("1"), subscribe("2", STATS)],
    [ACK, result("1"), result("2"), done("2")],
  ],
  ["the end of what never began is borne", [INIT, done("9"), subscribe("1", STATS)], [ACK, result("1"), done("1")]],
  [
    "a subscription with a cursor that is none",
    [INIT, subscribe("1", 'subscription { feed(after: "x") { cursor } }'), subscribe("2", STATS)],
    [ACK, expect.objectContaining({ id: "1" }), expect.objectContaining({ id: "1" }), result("2"), done("2")],
  ],
];

describe("the protocol", () => {
  test.each(exchanges)("%s", async (_what, sent, expected) => {
    const peer = await open();
    const got: unknown[] = [];
    // What comes after the beginning, or after null, is sent when there is an answer to what was before.
    const parts = partsOf(sent);
    const sendPart = (): void => parts.shift()?.forEach(peer.send);
    sendPart();
    for (const _one of expected) {
      const message = await peer.next();
      got.push(message);
      if (isAnswer(message)) sendPart();
    }
    peer.close();
    expect(got).toEqual(expected);
  });
});

const partsOf = (sent: readonly unknown[]): unknown[][] => {
  const parts: unknown[][] = [[]];
  for (const message of sent) {
    if (message !== null) parts.at(-1)?.push(message);
    if (message === null || message === INIT) parts.push([]);
  }
  return parts;
};

const isAnswer = (message: unknown): boolean => /"type":"(connection_ack|next|complete)"/.test(JSON.stringify(message));

describe("the socket", () => {
  const ended = async (peer: Peer): Promise<unknown> => {
    const end = await peer.next();
    peer.close();
    return end;
  };

  test.each([
    ["no protocol", []],
    ["another protocol", ["graphql-ws"]],
    ["many others", ["mqtt", "graphql-ws", "soap"]],
  ])("with %s is closed with 4406", async (_what, protocols) => {
    expect(await ended(await open(protocols))).toMatch(/closed (4406|1006)|refused/);
  });

  test("takes its protocol among others", async () => {
    const peer = await open(["mqtt", "graphql-transport-ws"]);
    peer.send(INIT);
    expect([peer.socket.protocol, await peer.next()]).toEqual(["graphql-transport-ws", ACK]);
    peer.close();
  });

  test("that does not begin is closed with 4408", async () => {
    expect(await ended(await open())).toBe("closed 4408");
  });

  test.each([
    ["of a page of another site", { origin: "https://evil.example" }, "/graphql", "refused 403"],
    ["of a page without an origin", { origin: "null" }, "/graphql", "refused 403"],
    ["that the browser calls foreign", { "sec-fetch-site": "cross-site" }, "/graphql", "refused 403"],
    ["by another name of the server", { host: "evil.example" }, "/graphql", "refused 403"],
    ["to another path", {}, "/other", "refused 404"],
  ])("%s is refused", async (_what, headers, path, expected) => {
    expect(await ended(await open("graphql-transport-ws", headers as Record<string, string>, path))).toBe(expected);
  });

  test.each([
    ["of a page of its own", () => ({ origin: app.url })],
    ["of a page that a setting names", () => ({ origin: "https://shop.example", "sec-fetch-site": "cross-site" })],
  ])("%s is taken", async (_what, headers) => {
    const peer = await open("graphql-transport-ws", headers());
    peer.send(INIT);
    expect(await peer.next()).toEqual(ACK);
    peer.close();
  });

  test("that sends binary messages is closed with 4400", async () => {
    const peer = await open();
    peer.socket.send(Buffer.from(JSON.stringify(INIT)));
    expect(await ended(peer)).toBe("closed 4400");
  });

  test("that sends a message in too many pieces is closed", async () => {
    const peer = await open();
    for (let piece = 0; piece < 1_100; piece++) peer.socket.send(" ", { fin: false });
    expect(await ended(peer)).toMatch(/closed 10(08|09)/);
  });

  test("that breaks the rules of frames is closed, and nothing else", async () => {
    const peer = await open();
    // A frame that is not masked.
    (peer.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
      Buffer.from([0x81, 0x01, 0x61]),
    );
    expect(await ended(peer)).toBe("closed 1002");
    expect((await app.ask(STATS)).stats.received).toBeGreaterThanOrEqual(0);
  });

  test("beyond those that there may be is refused with 503, and taken when another has gone", async () => {
    const peers = await Promise.all(Array.from({ length: 20 }, () => open()));
    expect(await ended(await open())).toBe("refused 503");
    for (const peer of peers) peer.close();
    await expect
      .poll(async () => {
        const peer = await open();
        peer.send(INIT);
        const first = await peer.next();
        peer.close();
        return first;
      })
      .toEqual(ACK);
  });

  test("runs a hundred operations at once, those too that its client has given up", async () => {
    const peer = await open();
    peer.send(INIT);
    await peer.next();
    const transport = (peer.socket as unknown as { _socket: Socket })._socket;
    const query = "mutation ($e: JSON!) { ingestEvent(input: { event: $e }) { outcome } }";
    // In one piece, so that all have come before the first is done.
    transport.cork();
    for (let index = 0; index < 150; index++) {
      peer.send(subscribe(`${index}`, query, { variables: { e: sale({ client: "hasty", amount: index + 1 }) } }));
      peer.send(done(`${index}`));
    }
    transport.uncork();
    const received = async () => (await app.ask('{ stats(client: "hasty") { received } }')).stats.received;
    await expect.poll(received, { timeout: 20_000 }).toBeGreaterThanOrEqual(100);
    peer.send(subscribe("last", STATS));
    await peer.next();
    expect(await received()).toBeLessThan(150);
    peer.close();
  });
});

test("a client that asks and takes no answers is not listened to, and others are", async () => {
  const port = Number(new URL(app.url).port);
  const transport = connectTcp(port, "127.0.0.1");
  await new Promise((resolve) => transport.once("connect", resolve));
  transport.write(
    `GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
  );
  await new Promise((resolve) => transport.once("data", resolve));
  transport.pause();
  const ping = frameOf(JSON.stringify({ type: "ping", payload: { padding: "x".repeat(30_000) } }));
  transport.write(frameOf(JSON.stringify(INIT)));
  // 300 MB of pongs, were they all answered.
  let taken = 0;
  for (let index = 0; index < 10_000; index++) {
    if (!transport.write(ping) && transport.writableLength > 4_000_000) break;
    taken = index;
    if (index % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(taken).toBeLessThan(9_000);
  expect((await app.ask(STATS)).stats.received).toBeGreaterThanOrEqual(0);
  transport.destroy();
});

/** A text message, masked with zeros. */
const frameOf = (text: string): Buffer => {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
};
