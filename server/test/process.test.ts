// How the server begins and ends as a process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { freePort } from "../bench/program.ts";
import { startProcess, userEnvironment } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const run = async (settings: Record<string, string>, ...args: string[]) => {
  const child = spawn(process.execPath, ["server/start.js", "server/main.ts", ...args], {
    env: { ...userEnvironment(), ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, complaint, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { output, complaint, exitCode };
};

test("a setting that cannot be used, or an unknown argument, ends the start with one line", async () => {
  expect(await run({ PORT: "http" })).toEqual({
    ...{ output: "", exitCode: 2 },
    complaint: 'PORT="http" cannot be used: it must be a whole number from 0 to 65535.\n',
  });
  expect(await run({}, "--port")).toMatchObject({
    exitCode: 2,
    complaint: expect.stringMatching(/^[^\n]*"--port"[^\n]*--help[^\n]*\n$/),
  });
  expect(await run({}, "--help")).toMatchObject({ exitCode: 0, output: expect.stringContaining("DATABASE_URL") });
});

test("a port that is taken, or a file that is no database, ends the start with one line", async () => {
  const settings = { PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db"), LOG_LEVEL: "silent" };
  const server = await startProcess(settings);
  const second = await run({ ...settings, DATABASE_URL: temporaryFile("surecount.db") });
  expect(second).toMatchObject({
    exitCode: 1,
    complaint: expect.stringMatching(/^Surecount cannot start: [^\n]*EADDRINUSE[^\n]*\n$/),
  });
  await server.kill();
  const wrong = await run({ ...settings, DATABASE_URL: import.meta.filename });
  expect(wrong).toMatchObject({
    exitCode: 1,
    complaint: expect.stringMatching(/^Surecount cannot start: [^\n]*not a database[^\n]*\n$/),
  });
});

test("a signal ends the server in order, whatever its clients are doing", async () => {
  const settings = { PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") };
  const server = await startProcess(settings);
  const stalled = connect(Number(settings.PORT), "127.0.0.1");
  stalled.on("error", () => undefined);
  stalled.write("POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
  const socket = new WebSocket(`ws://localhost:${settings.PORT}/graphql`, "graphql-transport-ws");
  await once(socket, "open");
  const closed = once(socket, "close");
  expect(await server.stop()).toBe(0);
  expect((await closed)[0]).toBe(1012);
  expect(existsSync(`${settings.DATABASE_URL}-wal`)).toBe(false);
  stalled.destroy();
});

test("a server whose npm was killed ends as well", async () => {
  const settings = {
    PORT: await freePort(),
    DATABASE_URL: temporaryFile("surecount.db"),
    npm_lifecycle_event: "start",
    LOG_LEVEL: "silent",
  };
  const start =
    "require('child_process').spawn(process.execPath, ['server/start.js', 'server/main.ts'], { stdio: 'ignore' })";
  const npm = spawn(process.execPath, ["-e", start], { env: { ...userEnvironment(), ...settings } });
  const isServing = () =>
    fetch(`http://localhost:${settings.PORT}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isServing, { timeout: 30_000 }).toBe(true);
  npm.kill("SIGKILL");
  await expect.poll(isServing, { timeout: 10_000 }).toBe(false);
});
