// PostgreSQL moves to another machine, where a replica has followed it: what was acknowledged is there, and the server
// goes there by itself.
import { describe, expect, test } from "vitest";
import { type Postgres, startPostgres } from "../bench/postgres.ts";
import { createBalancer } from "../drill/balancer.ts";
import { startApp } from "./app.ts";
import { createDatabaseOn, hasPostgres } from "./postgres.ts";
import { expectRefusals, sendOne, survive } from "./survival.ts";

const startPair = async () => {
  const primary = await startPostgres();
  const replica = await primary.replicate();
  // What is acknowledged is on both.
  await primary.query("alter system set synchronous_standby_names = '*'");
  await primary.query("select pg_reload_conf()");
  return { primary, replica };
};

const promote = async (replica: Postgres): Promise<void> => {
  expect(await replica.query("select pg_promote() as promoted")).toEqual([{ promoted: true }]);
};

describe.runIf(hasPostgres)("a server follows PostgreSQL", () => {
  test("to the next address in its URL", async () => {
    const { primary, replica } = await startPair();
    const database = new URL(await createDatabaseOn(primary));
    const url = database.href.replace(database.host, `${database.host},127.0.0.1:${replica.port}`);
    const app = await startApp({ DATABASE_URL: url, FEED_HEARTBEAT_MS: "200" });
    await survive(app, "moved", async () => {
      await primary.kill();
      await expectRefusals(app);
      await promote(replica);
    });
    await app.close();
    // Also one that is started afterwards, and finds nobody at the first.
    const later = await startApp({ DATABASE_URL: url });
    expect((await sendOne(later)).body.data.ingestEvent.outcome).toBe("DUPLICATE");
    await later.close();
    await Promise.all([primary.stop(), replica.stop()]);
  });

  test("to another machine behind the same address, where the first vanished without a word", async () => {
    const { primary, replica } = await startPair();
    const wire = await createBalancer([primary.port]);
    const url = Object.assign(new URL(await createDatabaseOn(primary)), { port: wire.port }).href;
    const app = await startApp({ DATABASE_URL: url, FEED_HEARTBEAT_MS: "200" });
    await survive(app, "vanished", async () => {
      wire.strand();
      wire.direct([replica.port]);
      await primary.kill();
      await expectRefusals(app);
      await promote(replica);
    });
    await app.close();
    await wire.close();
    await Promise.all([primary.stop(), replica.stop()]);
  });
});
