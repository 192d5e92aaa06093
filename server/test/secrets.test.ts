// Looks for issued secrets in everything that a server has ever written: its log at its most talkative, its files, its
// process list, and what it answered to others and to broken requests.
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { freePort } from "../bench/program.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";
import { bearer, openSocket } from "./token-traffic.ts";

const json = { "content-type": "application/json" };

/** Whatever the server answers to somebody who sends it in all the right and wrong ways. */
const useEverywhere = async ({ url }: ServerProcess, token: string): Promise<string> => {
  const answers: string[] = [];
  const ask = async (path: string, options: RequestInit = {}): Promise<void> => {
    const answer = await fetch(`${url}${path}`, options);
    answers.push(await answer.text());
  };
  const graphql = (body: string, headers: Record<string, string> = {}) =>
    ask("/graphql", { method: "POST", headers: { ...json, ...headers }, body });
  const query = JSON.stringify({ query: "{ viewer { name } }" });
  await graphql(query, bearer(token));
  await graphql(query, { authorization: token });
  await graphql(query, { authorization: `Basic ${token}` });
  await graphql(query, bearer(`${token}0`));
  await graphql(query, { cookie: `surecount_token=${token}` });
  await graphql(`{ "query": ${token} }`, bearer(token));
  await graphql(JSON.stringify({ query: "{ viewer { name } ", token }), bearer(token));
  await graphql(JSON.stringify({ query: 'mutation { ingestEvent(input: { event: { client: "a" } }) { outcome } }' }));
  await ask("/session", { method: "POST", body: JSON.stringify({ token }) });
  await ask("/session", { method: "POST", body: `{ "token": ${token} }` });
  await ask("/metrics", { headers: bearer(token) });
  await ask("/export/events.csv", { headers: bearer(token) });
  await ask("/export/nothing.csv", { headers: bearer(token) });
  await ask("/import?id=one", {
    method: "POST",
    headers: { ...bearer(token), "content-type": "text/csv" },
    body: "a,b\n1",
  });
  await breakRequest(url, token);
  await breakSockets(url, token);
  return answers.join("\n");
};

/** What Node itself refuses, before any of the server's code sees it. */
const breakRequest = async (url: string, token: string): Promise<void> => {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\nbroken\u0001 header\r\n\r\n`,
  );
  socket.resume();
  await once(socket, "close");
};

const breakSockets = async (url: string, token: string): Promise<void> => {
  const payload = bearer(token);
  for (const messages of [
    [
      { type: "connection_init", payload },
      { type: "subscribe", id: "1", payload: { query: `{ ${token}`, ...payload } },
    ],
    [
      { type: "connection_init", payload },
      { type: "connection_ack", payload },
    ],
    [{ type: "connection_init", payload: bearer(`${token}0`) }],
    [{ type: "connection_init", payload: { authorization: [token] } }],
    [`{ "type": "connection_init", "payload": ${token} }`],
  ]) {
    const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws", { headers: payload });
    await once(socket, "open");
    for (const message of messages) socket.send(typeof message === "string" ? message : JSON.stringify(message));
    socket.send('{ "type": "ping" }');
    const answered = new Promise((resolve) =>
      socket.on("message", (text) => /pong/.test(String(text)) && resolve(text)),
    );
    await Promise.race([once(socket, "close"), answered]);
    socket.terminate();
  }
};

test("an issued secret is in nothing that the server wrote", async () => {
  const file = temporaryFile("surecount.db");
  const server = await startProcess({ PORT: await freePort(), DATABASE_URL: file, LOG_LEVEL: "trace" });
  onTestFinished(server.kill);
  const mutate = async (mutation: string, token?: string): Promise<string> => {
    const answer = await fetch(`${server.url}/graphql`, {
      ...{ method: "POST", body: JSON.stringify({ query: `mutation { ${mutation} { text token { id } } }` }) },
      headers: { ...json, ...(token && bearer(token)) },
    });
    const { data } = (await answer.json()) as { data: Record<string, { text: string }> };
    return Object.values(data)[0]?.text ?? "";
  };
  const admin = await mutate('createToken(input: { scopes: [ADMIN], name: "ops" })');
  const reader = await mutate("createToken(input: { scopes: [READ] })", admin);
  const renewed = await mutate(`rotateToken(id: "${reader.split("_")[1]}", graceSeconds: 0)`, admin);
  const { closed } = await openSocket(server.url, renewed);
  const said: string[] = [];
  for (const token of [admin, reader, renewed]) said.push(await useEverywhere(server, token));
  const list = await fetch(`${server.url}/graphql`, {
    ...{ method: "POST", headers: { ...json, ...bearer(admin) } },
    body: JSON.stringify({
      query: "{ tokens { edges { node { id name state createdBy } } } log { edges { node { by } } } }",
    }),
  });
  said.push(await list.text());
  const commandLine = readFileSync(`/proc/${server.child.pid}/cmdline`, "utf8");
  await server.stop();
  await closed;

  const written = readdirSync(dirname(file), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [name, readFileSync(join(dirname(file), name), "latin1")] as const);
  expect(written.map(([name]) => name)).toContain("surecount.db");
  const changes = server
    .output()
    .split("\n")
    .filter((line) => /a token (was|got)/.test(line));
  expect(changes).toEqual([
    expect.stringContaining('"by":null,"msg":"a token was made"'),
    expect.stringMatching(/"by":"ops \(token [0-9a-f]{12}\)","msg":"a token was made"/),
    expect.stringMatching(/"by":"ops \(token [0-9a-f]{12}\)","msg":"a token got a new secret"/),
  ]);
  for (const token of [admin, reader, renewed]) {
    const secret = token.split("_")[2] ?? "";
    expect(secret).toHaveLength(64);
    const raw = Buffer.from(secret, "hex").toString("latin1");
    const places = [
      ["its output", server.output()],
      ["its answers", said.join("\n")],
      ["its command line", commandLine],
    ];
    for (const [name, text] of [...places, ...written])
      expect([name, text?.includes(secret) || text?.includes(raw)]).toEqual([name, false]);
  }
}, 120_000);
