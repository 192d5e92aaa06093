// A real NATS server with JetStream for tests, which may kill it; its streams stay in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { putOnLeash } from "../bench/leash.ts";
import { freePort } from "../bench/program.ts";
import { temporaryFolder } from "./temporary.ts";

export interface Nats {
  readonly url: string;
  /** Ends it without warning, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and streams. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;
const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/bin"];
const program = folders.map((folder) => join(folder, "nats-server")).find(existsSync);

/** Where it is false, tests that need NATS are left out, which services.test.ts says. */
export const hasNats = program !== undefined;

/** `config`: more of its configuration, in its own language. @throws Error where it is not installed or does not start. */
export const startNats = async (config = ""): Promise<Nats> => {
  const folder = temporaryFolder();
  const configFile = join(folder, "config");
  writeFileSync(configFile, config);
  const port = await freePort();
  const pidFile = join(folder, "pid");
  const args = ["-js", "-sd", folder, "-a", "127.0.0.1", "-p", port, "-P", pidFile, "-l", join(folder, "log")];
  let server: ChildProcess;
  const start = async (): Promise<void> => {
    server = spawn(program ?? "nats-server", [...args, "-c", configFile], { stdio: "ignore" });
    const ended = once(server, "exit").then(([exitCode]) => {
      throw new Error(`nats-server ended with ${exitCode}.`);
    });
    await Promise.race([ended, untilReady(Number(port))]);
    ended.catch(() => undefined);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    server.kill(signal);
    await exited;
  };
  putOnLeash({ ownerPid: process.pid, pidFile, signal: "KILL", folder });
  await start();
  return { url: `nats://127.0.0.1:${port}`, start, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
};

const untilReady = async (port: number): Promise<void> => {
  const startedAt = performance.now();
  while (!(await greets(port))) {
    if (performance.now() - startedAt > START_LIMIT_MS) throw new Error("nats-server did not become ready.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** A server that is ready says so before it is asked. */
const greets = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.once("error", () => settle(false)).once("close", () => settle(false));
    socket.once("data", (greeting) => settle(greeting.includes('"jetstream":true')));
  });
