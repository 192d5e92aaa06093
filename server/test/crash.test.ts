// Kills the real servers again and again while clients send and retry, then compares what they were told with what
// the servers have. The seed is printed, so that a failure can be repeated: CRASH_SEED, and CRASH_KILLS for more.
import { expect, test } from "vitest";
import { type Postgres, startPostgres } from "../bench/postgres.ts";
import { createRandom, type Random } from "../demo/random.ts";
import { ask, type Cluster, startCluster } from "./cluster.ts";
import { expectKept, type Ledger, runClient } from "./crash-client.ts";
import { followFeed } from "./feed.ts";
import { createDatabaseOn, hasPostgres } from "./postgres.ts";
import { temporaryFile } from "./temporary.ts";

const KILLS = Number(process.env.CRASH_KILLS ?? 8);
const CLIENTS = 8;
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
const HEARTBEAT = { FEED_HEARTBEAT_MS: "200" };
const timeout = 180_000 + KILLS * 5_000;

test(`nothing acknowledged is lost and nothing counted twice, however often the server is killed (CRASH_SEED=${SEED})`, {
  timeout,
}, async () => {
  const cluster = await startCluster(1, { ...HEARTBEAT, DATABASE_URL: temporaryFile("surecount.db") });
  await surviveCrashes(cluster, async () => {
    for (const server of cluster.servers) {
      await server.kill();
      await server.start();
    }
  });
});

test.runIf(hasPostgres)(
  `the same holds for three servers, however often they and PostgreSQL are killed (CRASH_SEED=${SEED})`,
  { timeout },
  async () => {
    const postgres = await startPostgres();
    const cluster = await startCluster(3, { ...HEARTBEAT, DATABASE_URL: await createDatabaseOn(postgres) });
    await surviveCrashes(cluster, (random) => crashSome(random, cluster, postgres));
    await postgres.stop();
  },
);

/** A server, or PostgreSQL, or both at the same moment. */
const crashSome = async (random: Random, { servers }: Cluster, postgres: Postgres): Promise<void> => {
  const server = random.pick(servers);
  const what = random.pick(["server", "postgres", "both"]);
  await Promise.all([
    what === "postgres" ? null : server.kill().then(server.start),
    what === "server" ? null : postgres.restart("immediate"),
  ]);
};

const surviveCrashes = async (cluster: Cluster, crash: (random: Random) => Promise<void>): Promise<void> => {
  const random = createRandom(SEED);
  const { url, servers } = cluster;
  const urls = servers.map((server) => server.url);
  // Each begins at another server.
  const followers = await Promise.all(
    urls.map((_, index) => followFeed([...urls.slice(index), ...urls.slice(0, index)])),
  );
  let isOver = false;
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    runClient({ client: `client-${index}`, url, random: createRandom(SEED + index + 1), isOver: () => isOver }),
  );
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, random.int(200, 800)));
    await crash(random);
  }
  isOver = true;
  const received = await expectBooks(url, await Promise.all(clients));
  await Promise.all(followers.map((follower) => follower.end(received)));
  for (const { seen } of followers) expect(seen).toEqual(Array.from({ length: received }, (_, index) => index + 1));
  expect(await cluster.stop()).toEqual(servers.map(() => 0));
};

/** Compares every ledger with the servers' books, and gives how much they received. */
const expectBooks = async (url: string, ledgers: readonly Ledger[]): Promise<number> => {
  for (const ledger of ledgers) await expectKept(url, ledger);
  const { books, stats } = await ask<{
    books: { balanced: boolean };
    stats: { received: number; accepted: number };
  }>(url, "{ books { balanced } stats { received accepted } }");
  expect(books.balanced).toBe(true);
  expect(stats.accepted).toBe(ledgers.reduce((sum, { sent }) => sum + sent.length, 0));
  return stats.received;
};
