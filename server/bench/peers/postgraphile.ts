// PostGraphile on PostgreSQL, both with their own defaults: one table, one insert for each mutation.
import { join } from "node:path";
import { requestOnce } from "../load/http.ts";
import { type Postgres, startPostgres } from "../postgres.ts";
import { freePort, startProgram } from "../program.ts";
import { installPeer } from "./install.ts";
import type { Peer } from "./peer.ts";

const VERSION = "5.1.5";
const TABLE = `create table events (id bigint generated always as identity primary key, client text not null,
  metric text not null, unit text, amount numeric not null, timestamp timestamptz not null)`;

/** @throws Error where it cannot be installed or started. */
export const startPostGraphile = async (): Promise<Peer> => {
  const folder = installPeer({ name: "postgraphile", dependencies: { postgraphile: VERSION, pg: "8.23.1" } });
  const postgres = await startPostgres();
  try {
    return await serve(folder, postgres);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
};

const serve = async (folder: string, postgres: Postgres): Promise<Peer> => {
  await postgres.query(TABLE);
  const setting = async (name: string): Promise<string> =>
    `${name}=${(await postgres.query(`show ${name}`))[0]?.[name]}`;
  const durability = `${await setting("fsync")}, ${await setting("synchronous_commit")}`;
  const port = await freePort();
  const url = `http://localhost:${port}/graphql`;
  const program = join(folder, "node_modules/postgraphile/dist/cli-run.js");
  const options = ["-P", "postgraphile/presets/amber", "-s", "public", "-n", "127.0.0.1", "-p", port];
  const server = await startProgram(
    { command: process.execPath, args: [program, ...options, "-c", postgres.url], cwd: folder },
    async () => (await requestOnce(new URL(url), '{"query":"{ __typename }"}')).status === 200,
  );
  return {
    ...{ name: `PostGraphile ${VERSION} on PostgreSQL ${postgres.version}`, url, token: null },
    durability,
    stored: async () => Number((await postgres.query("select count(*) from events"))[0]?.count),
    stop: async () => {
      await server.stop();
      await postgres.stop();
    },
  };
};
