// What one token may send a minute, whatever the clients that it sends for.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTokenStore } from "../storage/sqlite/token-access.ts";
import { databases, sale, startApp, type TestApp } from "./app.ts";
import { addToken, bearer, overWebSocket } from "./token-traffic.ts";

const BATCH = "mutation ($input: IngestEventsInput!) { ingestEvents(input: $input) { accepted } }";
const LEFT = "query ($client: String) { viewer { rateLimit(client: $client) { limit remaining resetAt } } }";

let app: TestApp;
const tokens: Record<"one" | "other" | "bound" | "admin", { readonly id: string; readonly text: string }> = {
  ...{ one: { id: "", text: "" }, other: { id: "", text: "" }, bound: { id: "", text: "" } },
  admin: { id: "", text: "" },
};

beforeAll(async () => {
  const DATABASE_URL = await databases.create();
  const { store, close } = await openTokenStore(DATABASE_URL);
  tokens.one = await addToken(store, { scopes: ["ingest"] });
  tokens.other = await addToken(store, { scopes: ["ingest"] });
  tokens.bound = await addToken(store, { scopes: ["ingest"], clients: ["mine"] });
  tokens.admin = await addToken(store, { scopes: ["admin"] });
  await close();
  app = await startApp({ DATABASE_URL, TOKEN_RATE_LIMIT_PER_MINUTE: "10", RATE_LIMIT_PER_MINUTE: "6" });
});
afterAll(() => app.close());

const send = (token: string, client: string, amounts: readonly number[]) =>
  app.post(BATCH, { input: { events: amounts.map((amount) => ({ event: sale({ client, amount }) })) } }, bearer(token));
const left = async (token: string, client?: string) =>
  (await app.post(LEFT, { client }, bearer(token))).body.data?.viewer.rateLimit;

test("events of all its clients together count, and those of another token do not", async () => {
  const { id, text } = tokens.one;
  expect((await send(text, "a", [1, 2, 3, 4, 5])).status).toBe(200);
  expect((await send(text, "b", [1, 2, 3, 4])).status).toBe(200);
  expect(await left(text)).toMatchObject({ limit: 10, remaining: 1 });
  const { status, headers, body } = await send(text, "c", [1, 2]);
  expect(status).toBe(429);
  const [{ message, extensions }] = body.errors;
  expect(message).toContain(`The token "${id}" may send 10 events a minute`);
  expect(extensions).toMatchObject({ code: "RATE_LIMITED", retryable: true, token: id, rateLimit: { of: "token" } });
  expect(extensions.retryAfterMs).toBeGreaterThan(0);
  expect(extensions.retryAfterMs).toBeLessThanOrEqual(6_000);
  expect(headers.get("retry-after")).toMatch(/^[1-6]$/);
  expect([headers.get("ratelimit-policy"), headers.get("ratelimit")]).toEqual([
    '"token";q=10;w=60',
    expect.stringMatching(/^"token";r=1;t=\d+$/),
  ]);
  expect((await send(tokens.other.text, "c", [1, 2])).status).toBe(200);
});

test("what is refused for its client is not counted against the token, nor the other way round", async () => {
  const { text } = tokens.other;
  const before = (await left(text)).remaining;
  const refused = await send(text, "d", [1, 2, 3, 4, 5, 6, 7]);
  expect([refused.status, refused.body.errors[0].extensions.client]).toEqual([429, "d"]);
  expect((await left(text)).remaining).toBe(before);
  expect((await left(text, "d")).limit).toBe(6);
  const { remaining } = await left(tokens.admin.text, "e");
  expect((await send(tokens.one.text, "e", [1, 2])).body.errors[0].extensions.token).toBe(tokens.one.id);
  expect((await left(tokens.admin.text, "e")).remaining).toBe(remaining);
});

test("a token that is bound to one client is told what is left for both, and of no other client", async () => {
  const { text } = tokens.bound;
  expect((await send(text, "mine", [1, 2, 3, 4, 5])).status).toBe(200);
  expect(await left(text)).toMatchObject({ limit: 6, remaining: 1 });
  expect((await app.post(LEFT, { client: "a" }, bearer(text))).body.errors[0].extensions.code).toBe("FORBIDDEN");
});

test("it holds over WebSocket too", async () => {
  const socket = overWebSocket(app.url, { authorization: `Bearer ${tokens.one.text}` });
  const events = Array.from({ length: 5 }, (_, index) => `{ event: { metric: ${index} } }`).join(" ");
  expect(await socket.ask(`mutation { ingestEvents(input: { events: [${events}] }) { accepted } }`)).toBe(
    "RATE_LIMITED",
  );
  await socket.close();
});
