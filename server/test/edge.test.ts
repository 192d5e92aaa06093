// What the edge of the process takes from whom: connections, pages of other origins, and what a browser is told.
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startApp, type TestApp } from "./app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ MAX_CONNECTIONS: "50", CORS_ORIGINS: "https://shop.example,http://localhost:8080" });
});
afterAll(() => app.close());

interface Heard {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A request with headers that fetch would not send. */
const ask = (
  path: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const sending = request(`${app.url}${path}`, { method, headers, agent: false }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
    });
    sending.on("error", reject);
    sending.end(body);
  });

const STATS = '{"query":"{ stats { received } }"}';
const post = (headers: Record<string, string>, body = STATS): Promise<Heard> =>
  ask("/graphql", { method: "POST", headers: { "content-type": "application/json", ...headers }, body });

describe("slow clients", () => {
  const slowSocket = (text: string): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
      socket.on("error", () => undefined);
      socket.once("connect", () => socket.write(text, () => resolve(socket)));
    });

  test.each([
    ["nothing", ""],
    ["half of a request's head", "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-"],
    [
      "half of a request's body",
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query"',
    ],
  ])("that have sent %s, ten times as many as there may be, lock nobody out", async (_what, text) => {
    const sockets: Socket[] = [];
    for (let index = 0; index < 500; index++) sockets.push(await slowSocket(text));
    expect((await post({})).status).toBe(200);
    expect(sockets.filter((socket) => !socket.destroyed).length).toBeLessThanOrEqual(60);
    for (const socket of sockets) socket.destroy();
  });

  test("do not cost another its answer: who is being answered keeps the connection", async () => {
    const stream = await fetch(`${app.url}/graphql?query=${encodeURIComponent("subscription { feed { cursor } }")}`, {
      headers: { accept: "text/event-stream" },
    });
    const reader = stream.body?.getReader();
    await reader?.read();
    const sockets = await Promise.all(Array.from({ length: 200 }, () => slowSocket("")));
    await app.ingest({ client: "c", metric: "m", amount: 1, timestamp: "2026-01-31T12:00:00Z" });
    expect((await reader?.read())?.done).toBe(false);
    await reader?.cancel();
    for (const socket of sockets) socket.destroy();
  });
});

describe("pages of other origins", () => {
  const named = { origin: "https://shop.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" };
  const foreign = { ...named, origin: "https://evil.example" };

  test("may ask where a setting names them, without credentials", async () => {
    const { status, headers } = await post(named);
    expect([status, headers["access-control-allow-origin"], headers.vary]).toEqual([200, named.origin, "origin"]);
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
  });

  test("are told before, where their browser asks", async () => {
    const asking = { "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
    const { status, headers } = await ask("/graphql", { method: "OPTIONS", headers: { ...named, ...asking } });
    expect([status, headers["access-control-allow-origin"], headers["access-control-allow-methods"]]).toEqual([
      204,
      named.origin,
      "GET, POST",
    ]);
    const refused = await ask("/graphql", { method: "OPTIONS", headers: { ...foreign, ...asking } });
    expect(refused.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test.each([
    ["another origin", "https://evil.example"],
    ["another port", "https://shop.example:444"],
    ["another scheme", "http://shop.example"],
    ["a name that ends alike", "https://evil-shop.example"],
    ["a name that begins alike", "https://shop.example.evil.example"],
    ["none", "null"],
  ])("are refused with %s", async (_what, origin) => {
    const { status, headers } = await post({ ...named, origin });
    expect([status, headers["access-control-allow-origin"]]).toEqual([403, undefined]);
  });

  test("can neither write, nor read, nor embed; a person may follow a link", async () => {
    const site = { "sec-fetch-site": "cross-site" };
    expect(
      (await post({ ...site, "content-type": "application/x-www-form-urlencoded" }, "query={stats{received}}")).status,
    ).toBe(403);
    for (const path of ["/graphql?query={stats{received}}", "/", "/metrics", "/favicon.svg"])
      for (const mode of ["no-cors", "cors", "websocket"])
        expect([path, (await ask(path, { headers: { ...site, "sec-fetch-mode": mode } })).status]).toEqual([path, 403]);
    const followed = await ask("/", { headers: { ...site, "sec-fetch-mode": "navigate", accept: "text/html" } });
    expect(followed.status).toBe(200);
    for (const same of ["same-origin", "none"])
      expect((await ask("/metrics", { headers: { "sec-fetch-site": same, "sec-fetch-mode": "cors" } })).status).toBe(
        200,
      );
  });

  test("have no CORS at all where no setting names any", async () => {
    const closed = await startApp();
    const response = await fetch(`${closed.url}/graphql?query={stats{received}}`, {
      headers: { origin: "https://shop.example" },
    });
    expect([response.headers.get("access-control-allow-origin"), response.headers.get("vary")]).toEqual([null, null]);
    await closed.close();
  });
});

describe("what a browser is told", () => {
  test.each([
    ["the dashboard", () => ask("/"), 200],
    ["GraphiQL", () => ask("/graphql", { headers: { accept: "text/html" } }), 200],
    ["its script", () => ask("/graphiql/script.js"), 200],
    ["an answer", () => post({}), 200],
    ["an answer by GET", () => ask("/graphql?query={stats{received}}"), 200],
    ["a refusal", () => post({ origin: "https://evil.example" }), 403],
    ["a wrong body", () => post({}, "{"), 400],
    ["a wrong media type", () => post({ "content-type": "text/plain" }), 415],
    ["what is not there", () => ask("/nothing", { method: "DELETE" }), 404],
    ["health", () => ask("/healthz"), 200],
    ["metrics", () => ask("/metrics"), 200],
  ])("with %s", async (_what, asked, expected) => {
    const { status, headers } = await asked();
    expect(status).toBe(expected);
    expect(headers).toMatchObject({
      "content-security-policy": expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": expect.stringContaining("camera=()"),
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    expect(headers["content-security-policy"]).not.toMatch(/script-src[^;]*(unsafe|http|\*)/);
    expect(headers["x-powered-by"]).toBeUndefined();
  });
});

test("a client that offers to go over to HTTP/2 with its request gets its answer", async () => {
  const answer = await post({
    connection: "Upgrade, HTTP2-Settings",
    upgrade: "h2c",
    "http2-settings": "AAMAAABkAAQAAP__",
  });
  expect(answer.status).toBe(200);
});
