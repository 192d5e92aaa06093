// PostGraphile on PostgreSQL, both with their own defaults: one table, one insert for each mutation.
import { join } from "node:path";
import { createDatabase, type Database, durabilityOf } from "../database.ts";
import { requestOnce } from "../load/http.ts";
import { type Postgres, startPostgres } from "../postgres.ts";
import { freePort, startProgram } from "../program.ts";
import { installPeer } from "./install.ts";
import type { Peer } from "./peer.ts";

const VERSION = "5.1.5";
const TABLE = `create table events (id bigint generated always as identity primary key, client text not null,
  metric text not null, unit text, amount numeric not null, timestamp timestamptz not null)`;

/** On a PostgreSQL of its own. @throws Error where it cannot be installed or started. */
export const startPostGraphile = async (): Promise<Peer> => {
  const postgres = await startPostgres();
  try {
    const peer = await startPostGraphileOn(postgres);
    const stop = async (): Promise<void> => {
      await peer.stop();
      await postgres.stop();
    };
    return { ...peer, stop };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
};

/** On a new database of this PostgreSQL. @throws Error where it cannot be installed or started. */
export const startPostGraphileOn = async (postgres: Postgres): Promise<Peer> => {
  const folder = installPeer({ name: "postgraphile", dependencies: { postgraphile: VERSION, pg: "8.23.1" } });
  const database = await createDatabase(postgres);
  await database.query(TABLE);
  return serve(folder, { database, version: postgres.version });
};

interface Place {
  readonly database: Database;
  readonly version: string;
}

const serve = async (folder: string, { database, version }: Place): Promise<Peer> => {
  const port = await freePort();
  const url = `http://localhost:${port}/graphql`;
  const program = join(folder, "node_modules/postgraphile/dist/cli-run.js");
  const options = ["-P", "postgraphile/presets/amber", "-s", "public", "-n", "127.0.0.1", "-p", port];
  const server = await startProgram(
    { command: process.execPath, args: [program, ...options, "-c", database.url], cwd: folder },
    async () => (await requestOnce(new URL(url), '{"query":"{ __typename }"}')).status === 200,
  );
  return {
    ...{ name: `PostGraphile ${VERSION} on PostgreSQL ${version}`, url, pid: server.pid, token: null },
    durability: await durabilityOf(database),
    stored: async () => Number((await database.query("select count(*) from events"))[0]?.count),
    stop: () => server.stop(),
  };
};
