import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Scope, scopes } from "../domain/principal.ts";
import { tokenText } from "../domain/token.ts";
import { openTokenStore } from "../storage/sqlite/token-access.ts";
import { databases, startApp, type TestApp } from "./app.ts";
import { type RootField, rootFields } from "./root-fields.ts";
import { addToken, bearer, overHttp, overWebSocket, type Transport } from "./token-traffic.ts";

const NOW = Date.now() * 1000;
const fields = rootFields();

interface Caller {
  readonly who: string;
  /** Null: a token that does not hold, or none. */
  readonly scopes: readonly Scope[] | null;
  readonly isBound?: boolean;
  readonly text: () => string | null;
}

let app: TestApp;
const texts = new Map<string, string>();
const textOf = (who: string) => (): string | null => texts.get(who) ?? null;

const callers: readonly Caller[] = [
  { who: "none", scopes: null, text: () => null },
  { who: "text that is no token", scopes: null, text: () => "sc_nonsense" },
  ...["unknown", "of another secret", "expired", "revoked"].map((who) => ({ who, scopes: null, text: textOf(who) })),
  ...scopes.map((scope) => ({ who: `of scope ${scope}`, scopes: [scope], text: textOf(`of scope ${scope}`) })),
  { who: "bound", scopes: ["ingest", "read", "operate"], isBound: true, text: textOf("bound") },
];

beforeAll(async () => {
  const databaseFile = await databases.create();
  const { store, close } = await openTokenStore(databaseFile);
  const keep = async (who: string, traits: Parameters<typeof addToken>[1]) => {
    const made = await addToken(store, traits);
    texts.set(who, made.text);
    return made;
  };
  for (const scope of scopes) await keep(`of scope ${scope}`, { scopes: [scope] });
  await keep("bound", { scopes: ["ingest", "read", "operate"], clients: ["own"] });
  await keep("expired", { scopes: ["admin"], expiresAtUs: NOW - 1 });
  const { id } = await keep("revoked", { scopes: ["admin"] });
  await store.revoke({ id, atUs: NOW, by: null });
  await close();
  const lost = { add: async () => undefined };
  texts.set("unknown", (await addToken(lost, { scopes: ["admin"] })).text);
  texts.set("of another secret", tokenText(id, "0".repeat(64)));
  app = await startApp({ DATABASE_URL: databaseFile });
});
afterAll(() => app.close());

/** UNAUTHENTICATED, FORBIDDEN, or null where the field is answered, be it with an error of another kind. */
const expectedFor = ({ scopes: own, isBound = false }: Caller, { needs }: RootField): string | null => {
  if (own === null) return "UNAUTHENTICATED";
  const needed = /Scope: (\w+)/.exec(needs)?.[1] as Scope | undefined;
  if (needed !== undefined && !own.includes(needed) && !own.includes("admin")) return "FORBIDDEN";
  return isBound && needs.includes("bound to no client") ? "FORBIDDEN" : null;
};

const REFUSALS = ["UNAUTHENTICATED", "FORBIDDEN"];

const transports: readonly (readonly [string, (url: string, text: string | null) => Transport])[] = [
  ["HTTP", (url, text) => overHttp(url, text === null ? {} : bearer(text))],
  ["WebSocket", (url, text) => overWebSocket(url, text === null ? {} : bearer(text))],
];

describe.each(transports)("over %s", (_name, open) => {
  test.each(callers)("every root field answers as it says, where the token is: $who", async (caller) => {
    const transport = open(app.url, caller.text());
    const found: Record<string, string | null> = {};
    for (const field of fields) {
      const code = await transport.ask(field.text());
      found[field.name] = code !== null && REFUSALS.includes(code) ? code : null;
    }
    await transport.close();
    expect(found).toEqual(Object.fromEntries(fields.map((field) => [field.name, expectedFor(caller, field)])));
  });
});

test("nothing is changed with the scope read alone, nothing is seen with ingest but imports, and tokens are for admin", () => {
  for (const { operation, name, needs } of fields) {
    if (operation === "mutation") expect(`${name}: ${needs}`).toMatch(/: Scope: (ingest|operate|admin)/);
    else if (/^import/.test(name)) expect(`${name}: ${needs}`).toMatch(/: Scope: ingest/);
    else expect(`${name}: ${needs}`).toMatch(/: (Scope: (read|admin)|For every token)/);
    if (/token/i.test(name)) expect(`${name}: ${needs}`).toMatch(/: Scope: admin$/);
  }
  expect(fields.filter(({ needs }) => needs === "For every token").map(({ name }) => name)).toEqual(["viewer"]);
});

test("an operation that asks for more than is allowed does nothing at all", async () => {
  const text = texts.get("of scope ingest") ?? "";
  const event = '{ client: "half", metric: "m", amount: 1, timestamp: "2026-01-31T12:00:00Z" }';
  const query = `mutation { ingestEvent(input: { event: ${event} }) { outcome } revokeToken(id: "a") { id } }`;
  const { status, body } = await app.post(query, {}, bearer(text));
  expect([status, body.data, body.errors[0].extensions]).toEqual([
    ...[403, undefined, { code: "FORBIDDEN", retryable: false, scope: "admin" }],
  ]);
  const asked = await app.post('{ stats(client: "half") { received } }', {}, bearer(texts.get("of scope read") ?? ""));
  expect(asked.body.data.stats.received).toBe(0);
});
