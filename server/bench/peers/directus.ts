// Directus on SQLite with its own defaults: one collection, one item for each mutation.
import { join } from "node:path";
import BetterSqlite from "better-sqlite3";
import { requestOnce } from "../load/http.ts";
import { freePort, runProgram, startProgram } from "../program.ts";
import { installPeer } from "./install.ts";
import type { Peer } from "./peer.ts";

const VERSION = "12.4.0";
/** The sandbox for its flows takes no part here; the version that it asks for cannot be compiled for Node 24. */
const OVERRIDES = { "isolated-vm": "7.0.1" };
const TOKEN = "surecount-bench";

const column = (field: string, type: string, schema: object = {}) => ({ field, type, schema });
const COLLECTION = {
  ...{ collection: "events", schema: {}, meta: {} },
  fields: [
    column("id", "integer", { is_primary_key: true, has_auto_increment: true }),
    ...["client", "metric", "unit", "timestamp"].map((field) => column(field, "string")),
    column("amount", "decimal", { numeric_precision: 15, numeric_scale: 2 }),
  ],
};

/** @throws Error where it cannot be installed or started. */
export const startDirectus = async (databaseFile: string): Promise<Peer> => {
  const folder = installPeer({ name: "directus", dependencies: { directus: VERSION }, overrides: OVERRIDES });
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const env = { ...process.env, ...settingsOf(databaseFile, port), PUBLIC_URL: origin };
  const program = join(folder, "node_modules/directus/cli.js");
  runProgram({ command: process.execPath, args: [program, "bootstrap"], cwd: folder, env });
  const server = await startProgram(
    { command: process.execPath, args: [program, "start"], cwd: folder, env },
    async () => (await requestOnce(new URL("/server/ping", origin))).status === 200,
  );
  try {
    await makeCollection(origin);
    return {
      ...{ name: `Directus ${VERSION} on SQLite`, url: `${origin}/graphql`, pid: server.pid, token: TOKEN },
      durability: `journal_mode=${ask(databaseFile, "pragma journal_mode")}`,
      stored: () => Number(ask(databaseFile, "select count(*) from events")),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
};

const makeCollection = async (origin: string): Promise<void> => {
  const { status, body } = await requestOnce(new URL("/collections", origin), JSON.stringify(COLLECTION), TOKEN);
  if (status !== 200) throw new Error(`Directus made no collection: ${body.slice(0, 200)}`);
};

const settingsOf = (databaseFile: string, port: string) => ({
  ...{ DB_CLIENT: "sqlite3", DB_FILENAME: databaseFile, HOST: "127.0.0.1", PORT: port },
  ...{ SECRET: "surecount-bench-surecount-bench-secret", TELEMETRY: "false" },
  ...{ ADMIN_EMAIL: "admin@example.com", ADMIN_PASSWORD: TOKEN, ADMIN_TOKEN: TOKEN },
});

const ask = (file: string, question: string): unknown => {
  const connection = new BetterSqlite(file, { readonly: true, timeout: 5_000 });
  const answer = connection.prepare(question).pluck().get();
  connection.close();
  return answer;
};
