// Tokens on the whole server: when they are asked for, how they end, and what the command line does beside it.
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openTokenStore as openOnPostgres } from "../storage/postgres/token-access.ts";
import { openTokenStore } from "../storage/sqlite/token-access.ts";
import { databases, sale, startApp, type TestApp } from "./app.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";
import { userEnvironment } from "./process.ts";
import { temporaryFile } from "./temporary.ts";
import { addToken, bearer, openSocket, overHttp } from "./token-traffic.ts";

const apps: TestApp[] = [];
const start: typeof startApp = async (...args) => {
  const app = await startApp(...args);
  apps.push(app);
  return app;
};
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

const VIEWER = "{ viewer { auth name scopes } }";
const statusOf = async (app: TestApp, token?: string): Promise<number> =>
  (await app.post(VIEWER, {}, token === undefined ? {} : bearer(token))).status;

interface Made {
  readonly text: string;
  readonly token: { readonly id: string };
}

/** Makes a token through the API: without a token of its own where the server is open. */
const create = async (app: TestApp, input: object, token?: string): Promise<Made> => {
  const query = "mutation ($input: CreateTokenInput!) { createToken(input: $input) { text token { id } } }";
  return (await app.post(query, { input }, token === undefined ? {} : bearer(token))).body.data.createToken;
};
const mutate = async (app: TestApp, token: string, mutation: string) =>
  (await app.post(`mutation { ${mutation} }`, {}, bearer(token))).body;

/** A database with an admin token. */
const withAdmin = async (): Promise<{ readonly file: string; readonly admin: string }> => {
  const file = await databases.create();
  const { store, close } = await openTokenStore(file);
  const { text: admin } = await addToken(store, { scopes: ["admin"], name: "ops" });
  await close();
  return { file, admin };
};

describe("whether tokens are asked for", () => {
  test("without any the server is open, and says so; the first that is made closes it at once", async () => {
    const app = await start();
    expect(await app.ask(VIEWER)).toEqual({
      viewer: { auth: "OPEN", name: null, scopes: ["INGEST", "READ", "OPERATE", "ADMIN"] },
    });
    const { text } = await create(app, { scopes: ["ADMIN"], name: "ops" });
    const refused = await app.post(VIEWER);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(refused.body.errors[0].extensions).toEqual({ code: "UNAUTHENTICATED", retryable: false });
    const admitted = await app.post(VIEWER, {}, bearer(text));
    expect(admitted.body.data.viewer).toMatchObject({ auth: "REQUIRED", name: "ops" });
  });

  test("that all tokens have ended does not open it again", async () => {
    const app = await start();
    const { text, token } = await create(app, { scopes: ["ADMIN"] });
    await mutate(app, text, `revokeToken(id: "${token.id}") { state }`);
    expect([await statusOf(app), await statusOf(app, text)]).toEqual([401, 401]);
  });

  test("AUTH=off lets everyone in, whatever tokens there are", async () => {
    const { file } = await withAdmin();
    const app = await start({ DATABASE_URL: file, AUTH: "off" });
    expect((await app.ask(VIEWER)).viewer.auth).toBe("OFF");
    expect(await statusOf(app, "nonsense")).toBe(200);
  });

  test("beyond loopback the server does not start without an admin token that holds", async () => {
    const file = await databases.create();
    const refusal = /^HOST="0\.0\.0\.0" cannot be used: .* npm start -- token create --scopes admin$/;
    await expect(start({ DATABASE_URL: file, HOST: "0.0.0.0" })).rejects.toThrow(refusal);
    const { store, close } = await openTokenStore(file);
    await addToken(store, { scopes: ["ingest", "read", "operate"] });
    await addToken(store, { scopes: ["admin"], expiresAtUs: 1 });
    await close();
    await expect(start({ DATABASE_URL: file, HOST: "0.0.0.0" })).rejects.toThrow(refusal);
    const admin = await withAdmin();
    expect(await statusOf(await start({ DATABASE_URL: admin.file, HOST: "0.0.0.0" }), admin.admin)).toBe(200);
  });

  test("what tells whether the server lives is for everyone, and its figures for who may read all", async () => {
    const { file, admin } = await withAdmin();
    const app = await start({ DATABASE_URL: file });
    const { text: bound } = await create(app, { scopes: ["READ"], clients: ["a"] }, admin);
    const get = async (path: string, token?: string) =>
      (await fetch(`${app.url}${path}`, { headers: token === undefined ? {} : bearer(token) })).status;
    expect([await get("/healthz"), await get("/readyz"), await get("/")]).toEqual([200, 200, 200]);
    expect([await get("/metrics"), await get("/metrics", bound), await get("/metrics", admin)]).toEqual([
      401, 403, 200,
    ]);
  });
});

describe("the life of a token", () => {
  test("after a rotation both secrets hold, until the time of the one before is over", async () => {
    let nowUs = Date.now() * 1000;
    const { file, admin } = await withAdmin();
    const app = await start({ DATABASE_URL: file }, { now: () => nowUs });
    const { text, token } = await create(app, { scopes: ["READ"] }, admin);
    const rotate = `rotateToken(id: "${token.id}", graceSeconds: 60) { text token { id previousSecretUntil } }`;
    const { text: renewed, token: after } = (await mutate(app, admin, rotate)).data.rotateToken;
    expect(after.id).toBe(token.id);
    expect(renewed).not.toBe(text);
    const socket = await openSocket(app.url, text);
    expect([await statusOf(app, text), await statusOf(app, renewed)]).toEqual([200, 200]);
    nowUs += 60_000_000;
    expect([await statusOf(app, text), await statusOf(app, renewed)]).toEqual([401, 200]);
    expect((await socket.closed).code).toBe(4401);
  });

  test("rotated again, the oldest secret is gone at once", async () => {
    const { file, admin } = await withAdmin();
    const app = await start({ DATABASE_URL: file });
    const { text: first, token } = await create(app, { scopes: ["READ"] }, admin);
    const rotate = async () =>
      (await mutate(app, admin, `rotateToken(id: "${token.id}") { text }`)).data.rotateToken.text;
    const [second, third] = [await rotate(), await rotate()];
    expect(await Promise.all([first, second, third].map((text) => statusOf(app, text)))).toEqual([401, 200, 200]);
  });

  test("a token ends when its time is over, with its sockets", async () => {
    let nowUs = Date.now() * 1000;
    const { file, admin } = await withAdmin();
    const app = await start({ DATABASE_URL: file }, { now: () => nowUs });
    const expiresAt = new Date(nowUs / 1000 + 60_000).toISOString();
    const { text } = await create(app, { scopes: ["READ"], expiresAt }, admin);
    const socket = await openSocket(app.url, text);
    nowUs += 61_000_000;
    expect(await socket.closed).toEqual({ code: 4401, reason: "The token has expired." });
    expect(await statusOf(app, text)).toBe(401);
  });

  test("what makes no sense is refused with words", async () => {
    const { file, admin } = await withAdmin();
    const app = await start({ DATABASE_URL: file });
    const refusalOf = async (mutation: string) => (await mutate(app, admin, mutation)).errors?.[0].extensions.code;
    for (const mutation of [
      "createToken(input: { scopes: [] }) { text }",
      'createToken(input: { scopes: [ADMIN], clients: ["a"] }) { text }',
      "createToken(input: { scopes: [READ], clients: [] }) { text }",
      'createToken(input: { scopes: [READ], clients: ["a\\u0000b"] }) { text }',
      'createToken(input: { scopes: [READ], name: "a\\nb" }) { text }',
      'createToken(input: { scopes: [READ], expiresAt: "2020-01-01T00:00:00Z" }) { text }',
      'rotateToken(id: "000000000000") { text }',
      'revokeToken(id: "000000000000") { id }',
    ])
      expect([mutation, await refusalOf(mutation)]).toEqual([mutation, "BAD_USER_INPUT"]);
  });

  test("its last use is told, and what it did bears its name", async () => {
    const { file, admin } = await withAdmin();
    const app = await start({ DATABASE_URL: file });
    await app.post('mutation { setClientProfile(client: "a", profile: {}) { job { id } } }', {}, bearer(admin));
    const query = "{ tokens { edges { node { name lastUsedAt } } } log { edges { node { by } } } }";
    await vi.waitFor(
      async () => {
        const { tokens, log } = (await app.post(query, {}, bearer(admin))).body.data;
        expect(tokens.edges[0].node).toEqual({ name: "ops", lastUsedAt: expect.any(String) });
        expect(log.edges[0].node.by).toMatch(/^ops \(token [0-9a-f]{12}\)$/);
      },
      { timeout: 10_000, interval: 100 },
    );
  });
});

describe("revocation", () => {
  const REVOKED = { code: 4401, reason: "The token was revoked." };

  test("closes sockets and streams, and refuses what comes after", async () => {
    const { file, admin } = await withAdmin();
    const app = await start({ DATABASE_URL: file });
    const { text, token } = await create(app, { scopes: ["READ"] }, admin);
    const [own, others] = [await openSocket(app.url, text), await openSocket(app.url, admin)];
    const stream = await fetch(`${app.url}/graphql`, {
      ...{ method: "POST", body: JSON.stringify({ query: "subscription { feed { cursor } }" }) },
      headers: { ...bearer(text), "content-type": "application/json", accept: "text/event-stream" },
    });
    await mutate(app, admin, `revokeToken(id: "${token.id}") { state }`);
    expect(await own.closed).toEqual(REVOKED);
    await expect(stream.text()).rejects.toThrow();
    expect(await overHttp(app.url, bearer(text)).ask(VIEWER)).toBe("UNAUTHENTICATED");
    expect(others.socket.readyState).toBe(others.socket.OPEN);
    others.socket.close();
  });

  test.runIf(hasPostgres)("reaches the sockets of another server", async () => {
    const url = await createDatabase();
    const { store, close } = await openOnPostgres(url);
    const { text: admin } = await addToken(store, { scopes: ["admin"] });
    const { text, id } = await addToken(store, { scopes: ["read"] });
    await close();
    const [one, other] = [await start({ DATABASE_URL: url }), await start({ DATABASE_URL: url })];
    const { closed } = await openSocket(other.url, text);
    const beganAtMs = Date.now();
    await mutate(one, admin, `revokeToken(id: "${id}") { state }`);
    expect(await closed).toEqual(REVOKED);
    // Within seconds is promised; that a machine under load takes its time is no failure.
    expect(Date.now() - beganAtMs).toBeLessThan(30_000);
    expect(await statusOf(other, text)).toBe(401);
  });
});

describe("signing in at the dashboard", () => {
  test("the token goes into a cookie that no script can read, and out of it again", async () => {
    const { file, admin } = await withAdmin();
    const app = await start({ DATABASE_URL: file });
    const session = (method: string, body?: object, headers: Record<string, string> = {}) =>
      fetch(`${app.url}/session`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const signedIn = await session("POST", { token: admin });
    expect(signedIn.status).toBe(204);
    const cookie = signedIn.headers.get("set-cookie") ?? "";
    expect(cookie).toBe(`surecount_token=${admin}; Path=/; HttpOnly; SameSite=Strict`);
    const secure = await session("POST", { token: admin }, { origin: app.url.replace("http:", "https:") });
    expect(secure.headers.get("set-cookie")).toMatch(/; Secure$/);
    expect((await app.post(VIEWER, {}, { cookie: cookie.split(";")[0] ?? "" })).status).toBe(200);
    expect((await session("DELETE")).headers.get("set-cookie")).toMatch(/^surecount_token=; .*Max-Age=0$/);
    expect((await session("POST", { token: `${admin}0` })).status).toBe(401);
    expect((await session("POST", { token: 1 })).status).toBe(400);
    expect((await session("POST", { token: admin }, { "sec-fetch-site": "cross-site" })).status).toBe(403);
  });
});

describe("the command line", () => {
  const run = promisify(execFile);
  const command = (file: string, ...args: string[]) =>
    run(process.execPath, ["server/start.js", "server/main.ts", "token", ...args], {
      env: { ...userEnvironment(), DATABASE_URL: file },
    });

  test("makes and ends tokens beside the server that has the file, and keeps no secret", async () => {
    const { file, admin } = await withAdmin();
    const app = await start({ DATABASE_URL: file });
    const made = await command(file, "create", "--scopes", "ingest", "--client", "a", "--expires", "90d");
    const text = made.stdout.trim();
    expect(text).toMatch(/^sc_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}$/);
    expect(made.stderr).toMatch(/^Made token [0-9a-f]{12} for ingest, clients: a, until 20/);
    const ingest = `mutation ($event: JSON!) { ingestEvent(input: { event: $event }) { outcome } }`;
    const sent = await app.post(ingest, { event: sale({ client: "a" }) }, bearer(text));
    expect(sent.body.data.ingestEvent.outcome).toBe("ACCEPTED");

    const { socket, closed } = await openSocket(app.url, text);
    expect(socket.readyState).toBe(socket.OPEN);
    const id = text.split("_")[1] ?? "";
    expect((await command(file, "revoke", id)).stdout).toBe(`Revoked token ${id}.\n`);
    expect((await closed).code).toBe(4401);
    expect((await command(file, "list")).stdout).toMatch(new RegExp(`^${id} +revoked +ingest +a +20`, "m"));
    expect(await statusOf(app, admin)).toBe(200);
    const secret = text.split("_")[2] ?? "";
    for (const one of [file, `${file}-wal`]) expect(readFileSync(one).includes(secret)).toBe(false);
  }, 180_000);

  test("imports and exports with the token of the environment, and with none where it has the database to itself", async () => {
    const { file, admin } = await withAdmin();
    const app = await start({ DATABASE_URL: file });
    const source = temporaryFile("events.ndjson");
    writeFileSync(source, `${JSON.stringify(sale({ client: "a" }))}\n`);
    const transfer = (settings: Record<string, string>, ...args: string[]) =>
      run(process.execPath, ["server/start.js", "server/main.ts", ...args], {
        env: { ...userEnvironment(), DATABASE_URL: file, ...settings },
      }).catch(({ code, stdout, stderr }) => ({ code, stdout, stderr }));
    const through = ["--url", app.url];
    const target = temporaryFile("out.csv");
    for (const args of [
      ["import", source, ...through],
      ["export", "events", target, ...through],
    ]) {
      const said = (answer: { stdout: string; stderr: string }) => answer.stdout + answer.stderr;
      const hint = "takes one from the environment variable SURECOUNT_TOKEN";
      expect(await transfer({}, ...args).then(said)).toContain(hint);
      const broken = await transfer({ SURECOUNT_TOKEN: admin.slice(1) }, ...args);
      expect([broken, said(broken)]).toEqual([
        expect.objectContaining({ code: 2 }),
        expect.not.stringContaining(admin.slice(4)),
      ]);
      expect(await transfer({ SURECOUNT_TOKEN: admin }, ...args)).not.toHaveProperty("code");
    }
    expect(readFileSync(target, "utf8")).toContain(",a,");
    await app.close();
    apps.splice(apps.indexOf(app), 1);
    expect((await transfer({}, "import", source)).stdout).toContain("1 duplicate");
    rmSync(target);
    expect(await transfer({}, "export", "events", target)).not.toHaveProperty("code");
  }, 180_000);
});
