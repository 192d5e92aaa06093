// How the server ends when it is asked to: in order, soon, whatever its clients are doing, and on both backends.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Postgres, startPostgres } from "../bench/postgres.ts";
import { freePort } from "../bench/program.ts";
import { createBalancer } from "../drill/balancer.ts";
import { createDatabase, createDatabaseOn, hasPostgres } from "./postgres.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const INGEST = `mutation { ingestEvent(input: { event: {
  client: "kiosk", metric: "sale", amount: 1, timestamp: "2026-01-31T12:00:00Z" } }) { outcome } }`;
const FEED = "subscription { feed { cursor entries { seq } } }";

const request = (path: string, body = "", contentLength = Buffer.byteLength(body), connection = "keep-alive"): string =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\nContent-Type: application/json\r\nContent-Length: ${contentLength}\r\n\r\n${body}`;
const question = (query: string): string => JSON.stringify({ query });

let postgres: Postgres | undefined;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await postgres?.stop();
  postgres = undefined;
});

const backends: readonly [string, boolean, () => Promise<string>][] = [
  ["SQLite", true, async () => temporaryFile("surecount.db")],
  ["PostgreSQL", hasPostgres, createDatabase],
];

const start = async (DATABASE_URL: string) =>
  startProcess({ DATABASE_URL, PORT: await freePort(), LOG_LEVEL: "info", FEED_HEARTBEAT_MS: "100" });

const open = async ({ url }: ServerProcess, text: string): Promise<Socket> => {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(text);
  return socket;
};

/** One that takes nothing of what it is sent. */
const openDeaf = async (server: ServerProcess, text: string): Promise<Socket> => {
  const socket = await open(server, text);
  socket.pause();
  return socket;
};

const answerOf = async (socket: Socket): Promise<string> => {
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
};

const UPGRADE =
  "GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n";
/** Asks for more than the buffers on the way hold. */
const GREEDY = request("/graphql", question("{ __schema { types { name fields { name description } } } }")).repeat(400);

describe.each(backends.filter(([, isThere]) => isThere))(
  "a server on %s that is asked to end",
  (_name, _isThere, create) => {
    test("ends in order within its time whatever its clients do, and tells its subscribers to come back", async () => {
      const server = await start(await create());
      const subscriber = new WebSocket(`${server.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
      await once(subscriber, "open");
      subscriber.send(JSON.stringify({ type: "connection_init" }));
      await once(subscriber, "message");
      const closed = once(subscriber, "close");
      for (let turn = 0; turn < 20; turn++) {
        await open(server, request("/graphql", "{", 100));
        await open(server, "POST /graphql HTTP/1.1\r\nHost: local");
        if (turn < 3) await openDeaf(server, GREEDY);
        await openDeaf(server, UPGRADE);
        await openDeaf(server, UPGRADE.replace("/graphql", "/nowhere"));
        const sse = request("/graphql", question(FEED)).replace(
          "Content-Type",
          "Accept: text/event-stream\r\nContent-Type",
        );
        await open(server, sse);
        await openDeaf(server, sse);
      }
      await expect.poll(async () => (await fetch(`${server.url}/healthz`)).status, { timeout: 30_000 }).toBe(200);
      expect(await server.stop()).toBe(0);
      expect((await closed)[0]).toBe(1012);
      expect(server.log().at(-1)?.msg).toBe("closed");
    });

    test("is not ready at once, refuses what is new, and still answers what has begun", async () => {
      const server = await start(await create());
      const body = question(INGEST);
      const begun = await open(server, request("/graphql", body.slice(0, 10), Buffer.byteLength(body)));
      const kept = await open(server, request("/graphql", question("{ stats { received } }")));
      await once(kept, "data");
      const stopping = server.stop();
      await expect.poll(() => server.log().some(({ msg }) => msg === "draining"), { timeout: 30_000 }).toBe(true);
      // On connections of their own: one that was kept may be closed by the server just now.
      const readiness = await answerOf(await open(server, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
      expect(readiness).toMatch(/^HTTP\/1.1 503 [\s\S]*connection: close/i);
      const refused = await answerOf(await open(server, request("/graphql", body)));
      expect(refused).toMatch(/^HTTP\/1.1 503 /);
      for (const header of [/\nconnection: close\r/i, /\nretry-after: 1\r/i]) expect(refused).toMatch(header);
      expect(refused).toContain('"code":"UNAVAILABLE","retryable":true');
      begun.write(body.slice(10));
      expect(await answerOf(begun)).toMatch(/^HTTP\/1.1 200 [\s\S]*connection: close[\s\S]*"ACCEPTED"/i);
      expect(await stopping).toBe(0);
    });

    test("ends as soon when it is asked again and again, as by a terminal, a launcher and npm together", async () => {
      const server = await start(await create());
      await open(server, request("/graphql", "{", 100));
      for (const signal of ["SIGINT", "SIGINT", "SIGTERM"] as const) server.child.kill(signal);
      expect(await server.stop()).toBe(0);
      expect(server.log().filter(({ msg }) => msg === "draining")).toHaveLength(1);
    });
  },
);

test.runIf(hasPostgres)(
  "a server whose PostgreSQL stands still ends without it, and says how many events it owes",
  async () => {
    postgres = await startPostgres();
    const { promise: isWriting, resolve } = Promise.withResolvers<void>();
    const wire = await createBalancer([postgres.port], {
      isLost: (piece) => {
        if (piece.includes("owed")) {
          wire.stall();
          resolve();
        }
        return false;
      },
    });
    const server = await start(Object.assign(new URL(await createDatabaseOn(postgres)), { port: wire.port }).href);
    const owed = answerOf(await open(server, request("/graphql", question(INGEST.replace("kiosk", "owed")))));
    await isWriting;
    expect(await server.stop()).toBe(1);
    expect(await owed).toBe("");
    expect(server.log().at(-1)).toMatchObject({ level: "error", unansweredEvents: 1 });
    await wire.close();
  },
);
