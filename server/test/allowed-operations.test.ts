// A server that answers only the operations of a list: those by id or by text, and no others, whichever way they come.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringifyDocument } from "@urql/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startApp, type TestApp } from "./app.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";

const STATS = "query Stats {\n  stats { received }\n}\n";
const BOOKS = "query Books { books { balanced } }";
const FEED = "subscription Feed { feed { cursor } }";
const OTHER = "{ stats { accepted } }";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const persisted = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256(text) } });

let app: TestApp;
beforeAll(async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "stats.graphql"), STATS);
  writeFileSync(join(folder, "map.json"), JSON.stringify({ "books-1": BOOKS }));
  const manifest = { format: "apollo-persisted-query-manifest", version: 1, operations: [{ id: "feed", body: FEED }] };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "notes.txt"), "no list");
  app = await startApp({ ALLOWED_OPERATIONS: folder });
});
afterAll(() => app.close());

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into, and the test fails where they differ.
type Answer = any;

const post = async (body: object, { url } = app): Promise<Answer> => {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as object) };
};
const get = async (parameters: Record<string, string>, accept = "application/json"): Promise<Answer> => {
  const response = await fetch(`${app.url}/graphql?${new URLSearchParams(parameters)}`, { headers: { accept } });
  return { status: response.status, text: await response.text() };
};

/** The first message that is an answer to the payload. */
const overSocket = async (payload: object): Promise<Answer> => {
  const socket = new WebSocket(`${app.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  const messages = Promise.withResolvers<Answer>();
  socket.on("message", (data) => {
    const message = JSON.parse(String(data));
    if (message.type === "connection_ack") socket.send(JSON.stringify({ id: "1", type: "subscribe", payload }));
    else if (message.type !== "ping") messages.resolve(message);
  });
  socket.once("open", () => socket.send('{"type":"connection_init"}'));
  socket.once("close", (code) => messages.reject(new Error(`closed ${code}`)));
  const answer = await messages.promise;
  socket.terminate();
  return answer;
};

const REFUSED = { code: "FORBIDDEN", retryable: false, reason: "OPERATION_NOT_LISTED" };

describe("what is listed is answered", () => {
  test.each([
    ["by its text", { query: STATS }],
    ["by its text with other spaces and a comment", { query: "# mine\nquery Stats{stats{received}}" }],
    ["by the SHA-256 of its text", { documentId: `sha256:${sha256(STATS)}` }],
    ["by that without its kind", { documentId: sha256(STATS) }],
    ["as clients with persisted queries ask", { extensions: persisted(STATS) }],
    ["as they ask again with the text", { query: STATS, extensions: persisted(STATS) }],
  ])("%s, over HTTP and WebSocket", async (_how, wish) => {
    expect(await post(wish)).toEqual({ status: 200, data: { stats: { received: 0 } } });
    const { type, payload } = await overSocket({ query: "", ...wish });
    expect([type, payload]).toEqual(["next", { data: { stats: { received: 0 } } }]);
  });

  test("by an id of its own, from a map or a manifest", async () => {
    expect((await post({ documentId: "books-1" })).data).toEqual({ books: { balanced: true } });
    expect((await overSocket({ query: "", documentId: "feed" })).payload.data.feed.cursor).toBeTypeOf("string");
  });

  test("by GET", async () => {
    expect((await get({ documentId: "books-1" })).text).toBe('{"data":{"books":{"balanced":true}}}');
    expect((await get({ extensions: JSON.stringify(persisted(STATS)) })).status).toBe(200);
  });
});

describe("what is not listed is refused", () => {
  test.each([
    ["a text", { query: OTHER }],
    ["a part of a listed one", { query: "{ stats { received } }" }],
    ["a question about the schema", { query: "{ __schema { queryType { name } } }" }],
    ["an id", { documentId: "nothing" }],
    ["a hash", { extensions: persisted(OTHER) }],
    ["a text beside the hash of a listed one", { query: OTHER, extensions: persisted(STATS) }],
    ["a text beside the id of a listed one", { query: OTHER, documentId: sha256(STATS) }],
  ])("%s, over HTTP and WebSocket", async (_what, wish) => {
    const answer = await post(wish);
    expect([answer.status, answer.data, answer.errors[0].extensions]).toEqual([403, undefined, REFUSED]);
    const { type, payload } = await overSocket({ query: "", ...wish });
    expect([type, payload[0].extensions]).toEqual(["error", REFUSED]);
  });

  test("by GET and for a stream", async () => {
    expect((await get({ query: OTHER })).status).toBe(403);
    expect((await get({ documentId: "nothing" })).status).toBe(403);
    const { text } = await get({ query: "subscription { feed { entries { seq } } }" }, "text/event-stream");
    expect(text).toContain("OPERATION_NOT_LISTED");
  });
});

test("the dashboard's own operations are listed, as its client sends them", async () => {
  const file = new URL("../../web/api/operations.json", import.meta.url);
  const texts = Object.values(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>);
  expect(texts.length).toBeGreaterThan(40);
  for (const text of texts) {
    const { errors = [] } = await post({ query: stringifyDocument(text) });
    expect(errors.filter(({ extensions }: Answer) => extensions.code === "FORBIDDEN")).toEqual([]);
  }
});

test("without a list every document is answered, and ids are not known", async () => {
  const open = await startApp();
  expect((await post({ query: OTHER, extensions: persisted(OTHER) }, open)).status).toBe(200);
  const { status, errors } = await post({ documentId: sha256(STATS) }, open);
  expect([status, errors[0].extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
  await open.close();
});

test.each([
  ["is not there", null, /cannot be used: ENOENT/],
  ["is no document", ["a.graphql", "query {"], /a\.graphql is no GraphQL document: Syntax Error/],
  ["is no JSON", ["a.json", "{"], /a\.json is no JSON/],
  ["is no list", ["a.json", '{"a":1}'], /a\.json is neither \{ id: document \} nor/],
  ["holds no document", ["a.json", '{"a":"nothing {"}'], /"a" in .*a\.json is no GraphQL document/],
])("a server does not start with a list that %s", async (_what, file, reason) => {
  const path = file === null ? temporaryFile("none") : join(temporaryFolder(), file[0] ?? "");
  if (file !== null) writeFileSync(path, file[1] ?? "");
  await expect(startApp({ ALLOWED_OPERATIONS: path })).rejects.toThrow(reason);
});
