import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startApp, type TestApp } from "./app.ts";
import { type HostileDocument, hostileDocuments, messageOf } from "./hostile-documents.ts";

let app: TestApp;
let socket: WebSocket;
const waiting = new Map<string, (payload: unknown) => void>();

beforeAll(async () => {
  app = await startApp({ FAULT_INJECTION: "off" });
  socket = new WebSocket(`${app.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  await new Promise((resolve) => socket.once("open", resolve));
  await new Promise((resolve) => {
    socket.once("message", resolve);
    socket.send('{"type":"connection_init"}');
  });
  socket.on("message", (data) => {
    const { id, type, payload } = JSON.parse(String(data)) as { id: string; type: string; payload?: unknown };
    if (type === "next" || type === "error") waiting.get(id)?.(payload);
  });
});
afterAll(async () => {
  socket.terminate();
  await app.close();
});

interface Answer {
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  readonly data?: unknown;
}

const overHttp = async (body: string): Promise<{ readonly status: number; readonly body: Answer }> => {
  const response = await fetch(`${app.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body,
  });
  return { status: response.status, body: (await response.json()) as Answer };
};

let lastId = 0;
const overSocket = async (document: HostileDocument): Promise<Answer> => {
  const id = String(++lastId);
  const payload = await new Promise<unknown>((resolve) => {
    waiting.set(id, resolve);
    socket.send(`{"id":"${id}","type":"subscribe","payload":${messageOf(document)}}`);
  });
  waiting.delete(id);
  socket.send(`{"id":"${id}","type":"complete"}`);
  return (Array.isArray(payload) ? { errors: payload } : payload) as Answer;
};

/** What must never be told: where the sources lie, what was asked of the database, and names that were not asked for. */
const INDISCRETION = /node_modules|\.ts:\d|\bat .*\(|file:\/\/|SELECT |INSERT |SQLITE|Did you mean/;

const checkAnswer = (answer: Answer, { isRefused }: HostileDocument): void => {
  const codes = answer.errors?.map(({ extensions }) => extensions.code) ?? [];
  expect(codes.filter((code) => code !== "BAD_USER_INPUT")).toEqual([]);
  if (isRefused) expect(codes).toContain("BAD_USER_INPUT");
  const text = JSON.stringify(answer.errors ?? []);
  expect(text).not.toMatch(INDISCRETION);
  expect(text.length).toBeLessThan(20_000);
};

describe("a hostile document", () => {
  test("is one of at least sixty", () => expect(hostileDocuments.length).toBeGreaterThanOrEqual(60));

  test.each(hostileDocuments.map((document) => [document.name, document] as const))(
    "%s: harms nothing over HTTP",
    async (_name, document) => {
      const { status, body } = await overHttp(messageOf(document));
      expect(status).toBeLessThan(500);
      if (document.isRefused) expect(status).toBe(400);
      checkAnswer(body, document);
    },
  );

  test.each(hostileDocuments.map((document) => [document.name, document] as const))(
    "%s: harms nothing over WebSocket",
    async (_name, document) => {
      checkAnswer(await overSocket(document), document);
      expect(socket.readyState).toBe(WebSocket.OPEN);
    },
  );

  // The one place where a time is checked: processor time of client and server together, the best of ten.
  test.each(hostileDocuments.map((document) => [document.name, document] as const))(
    "%s: costs less than 50 ms of processor time",
    async (_name, document) => {
      let leastMs = Number.POSITIVE_INFINITY;
      for (let time = 0; time < 10 && leastMs >= 50; time++) {
        // Another text each time, so that none is remembered.
        const message = messageOf({ ...document, query: `${document.query} #${time}` });
        const before = process.cpuUsage();
        await overHttp(message);
        const { user, system } = process.cpuUsage(before);
        leastMs = Math.min(leastMs, (user + system) / 1_000);
      }
      expect(leastMs).toBeLessThan(50);
    },
  );
});

test("documents come and go, and memory stays as it is", async () => {
  const round = async (mark: string): Promise<void> => {
    for (const document of hostileDocuments)
      await overHttp(messageOf({ ...document, query: `${document.query} #${mark}` }));
  };
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heapAfter = async (mark: string): Promise<number> => {
    await round(mark);
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await heapAfter("before");
  await round("between");
  expect((await heapAfter("after")) - before).toBeLessThan(16_000_000);
});

test("after all of it the server serves, its books balance, and no prototype has changed", async () => {
  expect((await app.ask("{ books { balanced } }")).books.balanced).toBe(true);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
