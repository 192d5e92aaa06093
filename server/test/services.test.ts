// The servers that tests start: what is missing on this machine is said here, once, and fails the run in CI.

import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import pg from "pg";
import { expect, test } from "vitest";
import { startPostgres } from "../bench/postgres.ts";
import { hasStrace } from "../bench/strace.ts";
import { canMount } from "./disk.ts";
import { hasNats, startNats } from "./nats.ts";
import { hasPgBouncer } from "./pgbouncer.ts";
import { createDatabase, createDatabaseOn, hasPostgres } from "./postgres.ts";

const missing = [
  hasPostgres ? [] : ["PostgreSQL"],
  hasNats ? [] : ["nats-server"],
  hasPgBouncer ? [] : ["PgBouncer"],
  canMount ? [] : ["right to mount a small disk"],
  hasStrace() ? [] : ["strace"],
].flat();
if (missing.length > 0)
  console.warn(`SKIPPED: this machine has no ${missing.join(" and no ")}, so what needs it is not tested.`);

test("in CI nothing that the tests need is missing", () => {
  if (process.env.CI) expect(missing).toEqual([]);
});

const rowsOf = async (url: string, sql: string): Promise<readonly object[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql).finally(() => client.end());
  return rows;
};

test.runIf(hasPostgres)("a database for a test is empty and alone, and waits for its commits", async () => {
  const [first, second] = await Promise.all([createDatabase(), createDatabase()]);
  await rowsOf(first, "create table events ()");
  expect(await rowsOf(second, "select from pg_tables where schemaname = 'public'")).toEqual([]);
  expect(await rowsOf(first, "show synchronous_commit")).toEqual([{ synchronous_commit: "on" }]);
});

test.runIf(hasPostgres)("PostgreSQL is killed, restarted and followed by a replica that takes over", async () => {
  const primary = await startPostgres();
  const url = await createDatabaseOn(primary);
  expect(await rowsOf(url, "show fsync")).toEqual([{ fsync: "on" }]);
  await rowsOf(url, "create table events (id int)");
  await primary.restart("fast");
  await primary.restart("immediate");
  const replica = await primary.replicate();
  const replicaUrl = Object.assign(new URL(url), { port: replica.port }).href;
  await rowsOf(url, "insert into events values (1)");
  await expect.poll(() => rowsOf(replicaUrl, "select id from events")).toEqual([{ id: 1 }]);
  await expect(rowsOf(replicaUrl, "insert into events values (2)")).rejects.toThrow(/read-only/);
  await primary.kill();
  await expect(rowsOf(url, "select")).rejects.toThrow(/ECONNREFUSED/);
  await replica.query("select pg_promote()");
  expect(await rowsOf(replicaUrl, "insert into events values (2) returning id")).toEqual([{ id: 2 }]);
  await Promise.all([primary.stop(), replica.stop()]);
});

test.runIf(hasNats)("NATS keeps its messages when it is killed", async () => {
  const nats = await startNats();
  const first = await connect({ servers: nats.url, reconnect: false });
  const manager = await jetstreamManager(first);
  await manager.streams.add({ name: "events", subjects: ["events"] });
  await jetstream(first).publish("events", "one");
  await nats.kill();
  await nats.start();
  const second = await connect({ servers: nats.url });
  const streams = await jetstreamManager(second);
  expect((await streams.streams.info("events")).state.messages).toBe(1);
  await second.close();
  await nats.stop();
});
