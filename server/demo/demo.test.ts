// The demo against the real server: it succeeds where all is well, and it notices what is not.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sale, startApp, type TestApp } from "../test/app.ts";
import { runDemo } from "./demo.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const run = async (
  args: readonly string[],
  options: { run?: string; url?: string; token?: string | undefined } = {},
) => {
  let text = "";
  const output = { write: (more: string) => (text += more) };
  const environment = { SURECOUNT_URL: options.url ?? app.url, SURECOUNT_TOKEN: options.token };
  const exitCode = await runDemo({
    args,
    environment,
    output,
    ...(options.run === undefined ? {} : { run: options.run }),
  });
  return { exitCode, text };
};

test("everything that unreliable clients send is counted exactly once, again and again on one database", async () => {
  for (const seed of ["1", "2"]) {
    const { exitCode, text } = await run(["--events", "200", "--seed", seed]);
    expect(text).toContain("Counted exactly once: 200 different events");
    expect(text).not.toContain(" NO\n");
    expect(exitCode).toBe(0);
  }
});

test("runs at the same time do not disturb each other", async () => {
  const runs = await Promise.all([
    run(["--events", "100"]),
    run(["--events", "100"]),
    run(["--events", "100", "--clients", "1"]),
  ]);
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
});

test("one event more under the name of a client is found, and said whose it is", async () => {
  await app.ingest(sale({ client: "demo-spoilt-kiosk-1", metric: "coffee", unit: "EUR", amount: "0.01" }));
  const { exitCode, text } = await run(["--events", "50", "--seed", "3"], { run: "spoilt" });
  expect(exitCode).toBe(1);
  expect(text).toMatch(/= accepted +50 +51 +NO/);
  expect(text).toMatch(/accepted of demo-spoilt-kiosk-1: expected 7, the server says 8/);
  expect(text).toMatch(/sum of coffee, EUR of demo-spoilt-kiosk-1, coffee in EUR: expected/);
});

test("an answer other than planned is found", async () => {
  const key = "demo-taken-kiosk-1/1";
  await app.ingest(sale({ client: "demo-taken-kiosk-1" }), { idempotencyKey: key });
  const { exitCode, text } = await run(["--events", "60", "--clients", "1", "--seed", "11"], { run: "taken" });
  expect(exitCode).toBe(1);
  expect(text).toContain(`key ${key}, sent as`);
  expect(text).toContain("was CONFLICT instead of");
});

test("where the server asks for a token it takes that of the environment, and says where it does not do", async () => {
  const guarded = await startApp();
  const create = `mutation ($input: CreateTokenInput!) { createToken(input: $input) { text } }`;
  const admin = (await guarded.ask(create, { input: { scopes: ["ADMIN"] } })).createToken.text;
  const makeToken = async (input: object): Promise<string> =>
    (await guarded.post(create, { input }, { authorization: `Bearer ${admin}` })).body.data.createToken.text;
  const both = await makeToken({ scopes: ["INGEST", "READ"] });
  const { exitCode, text } = await run(["--events", "50"], { url: guarded.url, token: both });
  expect([exitCode, text]).toEqual([0, expect.stringContaining("Counted exactly once: 50 different events")]);
  expect(text).not.toContain(both);

  const bound = await makeToken({ scopes: ["INGEST", "READ"], clients: ["demo"] });
  for (const token of [undefined, `${both}0`, await makeToken({ scopes: ["INGEST"] }), bound]) {
    const refused = await run(["--events", "50"], { url: guarded.url, token });
    expect([refused.exitCode, refused.text]).toEqual([2, expect.stringMatching(/^[^\n]*from SURECOUNT_TOKEN\.\n$/)]);
  }
  await guarded.close();
});

test("where failures are not simulated they are left out, and it says so", async () => {
  const strict = await startApp({ FAULT_INJECTION: "off" });
  const { exitCode, text } = await run(["--events", "100"], { url: strict.url });
  await strict.close();
  expect(text).toContain("(FORBIDDEN): these are left out");
  expect(text).toContain("Counted exactly once");
  expect(exitCode).toBe(0);
});

test("where nothing answers, or something else does, it says so in one line", async () => {
  const nobody = await run([], { url: "http://localhost:1" });
  expect(nobody).toEqual({
    exitCode: 2,
    text: "Nothing answers at http://localhost:1. Run `npm start` in another terminal, then this again.\n",
  });

  const other = createServer((_request, response) => response.end("<h1>Hello</h1>"));
  await new Promise<void>((resolve) => other.listen(0, resolve));
  const stranger = await run([], { url: `http://localhost:${(other.address() as AddressInfo).port}` });
  other.close();
  expect(stranger.exitCode).toBe(2);
  expect(stranger.text).toMatch(/^What answers at .* is not a Surecount server.*\n$/);
});

test("help is a text and a wrong option is one line", async () => {
  expect(await run(["--help"])).toMatchObject({ exitCode: 0, text: expect.stringContaining("--events N") });
  expect(await run(["--bogus"])).toEqual({
    exitCode: 2,
    text: "Unknown option '--bogus'. Use --help to see the options.\n",
  });
});
