import { cpSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import BetterSqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { prepared } from "../../test/prepared.ts";
import { temporaryFile, temporaryFolder } from "../../test/temporary.ts";
import { inTransaction, openDatabase, openReadOnly } from "./database.ts";
import { getTableConfig } from "./drizzle.ts";
import { toAppError } from "./faults.ts";
import * as rollupTables from "./rollup-tables.ts";
import { createSqliteStorage } from "./storage.ts";
import * as tables from "./tables.ts";
import * as webhookTables from "./webhook-tables.ts";

const event = prepared({
  client: "kiosk",
  metric: "sale",
  amount: 1,
  timestamp: "2026-01-31T12:00:00Z",
});
const open = (file: string) => createSqliteStorage({ file, now: () => Date.now() * 1000 });

test("every connection is durable, not only the one that creates the file", () => {
  const file = temporaryFile("surecount.db");
  for (let time = 0; time < 3; time++) {
    const { $client } = openDatabase(file);
    expect($client.pragma("synchronous", { simple: true })).toBe(2);
    expect($client.pragma("journal_mode", { simple: true })).toBe("wal");
    $client.close();
  }
});

test("what a killed server left in its log of transactions is copied into the file before anything is answered", async () => {
  const file = temporaryFile("surecount.db");
  const storage = await open(file);
  await storage.append([event]);
  const folder = temporaryFolder();
  cpSync(dirname(file), folder, { recursive: true });
  await storage.close();
  const left = join(folder, "surecount.db");
  const before = statSync(left).size;
  const { $client } = openDatabase(left);
  expect(statSync(left).size).toBeGreaterThan(before);
  const [{ log, checkpointed }] = $client.pragma("wal_checkpoint(NOOP)") as [{ log: number; checkpointed: number }];
  expect([log > 0, checkpointed]).toEqual([true, log]);
  $client.close();
});

test("every table is STRICT", () => {
  const { $client } = openDatabase(temporaryFile("surecount.db"));
  const tables = $client
    .prepare(
      "select name, strict from pragma_table_list where schema = 'main' and name not like 'sqlite_%' and name not like '__drizzle%'",
    )
    .all() as { name: string; strict: number }[];
  expect(tables.length).toBeGreaterThanOrEqual(8);
  expect(tables.filter(({ strict }) => strict === 0)).toEqual([]);
  $client.close();
});

test("the migrations make just the tables, columns and indexes that the code knows", () => {
  const { $client } = openDatabase(temporaryFile("surecount.db"));
  const found = (query: string, name: string) => $client.prepare(query).all(name);
  for (const table of Object.values({ ...tables, ...rollupTables, ...webhookTables })) {
    const { name, columns, indexes } = getTableConfig(table);
    const expected = columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      notnull: Number(column.notNull),
    }));
    expect([name, found('select name, type, "notnull" from pragma_table_info(?)', name)]).toEqual([name, expected]);
    const made = found("select name from pragma_index_list(?) where origin = 'c' order by name", name);
    expect([name, made]).toEqual([
      name,
      indexes.map(({ config }) => ({ name: config.name })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    ]);
  }
  $client.close();
});

test("nobody else on the machine can read the file or those beside it", () => {
  const file = temporaryFile("surecount.db");
  const { $client } = openDatabase(file);
  for (const suffix of ["", "-wal", "-shm"]) expect(statSync(file + suffix).mode & 0o777).toBe(0o600);
  $client.close();
});

test("the lookups of an event's identity use the indexes that enforce it", () => {
  const { $client } = openDatabase(temporaryFile("surecount.db"));
  const planOf = (where: string) =>
    ($client.prepare(`explain query plan select * from normalized_events where ${where}`).get() as { detail: string })
      .detail;
  expect(
    planOf("client = 'c' and idempotency_key = 'k' and idempotency_key is not null and same_as is null"),
  ).toContain("USING INDEX identity_by_key");
  expect(planOf("timestamp_us = 1 and fingerprint = x'00' and idempotency_key is null and same_as is null")).toContain(
    "USING INDEX identity_by_content",
  );
  const log = $client
    .prepare("explain query plan select * from processing_log where event = 1 and event <> seq")
    .get() as { detail: string };
  expect(log.detail).toContain("USING INDEX log_of_event");
  $client.close();
});

test("closing the failures of an event never walks all open failures of its client", () => {
  const { $client } = openDatabase(temporaryFile("surecount.db"));
  const planOf = (where: string) =>
    (
      $client.prepare(`explain query plan update failed_events set state = 'RESOLVED' where ${where}`).get() as {
        detail: string;
      }
    ).detail;
  const isOpen = "state = 'OPEN' and kind = 'VALIDATION'";
  expect(planOf(`client = 'c' and idempotency_key = 'k' and ${isOpen}`)).toContain(
    "open_failures (client=? AND idempotency_key=?)",
  );
  expect(planOf(`identity = x'00' and ${isOpen}`)).toContain("failure_identity");
  $client.close();
});

test("work that is due is found by its index, in order, without walking what is due later", () => {
  const { $client } = openDatabase(temporaryFile("surecount.db"));
  const plan = $client
    .prepare(
      "explain query plan select item from leases where kind = 'k' and due_at_us <= 1 and (leased_until_us is null or leased_until_us <= 1) order by due_at_us, item limit 1",
    )
    .all() as { detail: string }[];
  expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH leases USING INDEX work_by_due (kind=? AND due_at_us<?)"]);
  $client.close();
});

test("a transaction that waits is refused and undone", () => {
  const db = openDatabase(temporaryFile("surecount.db"));
  expect(() =>
    inTransaction(db, () => {
      db.$client.exec("insert into meta values ('a', 'b')");
      return Promise.resolve();
    }),
  ).toThrow("must not wait");
  expect(db.$client.prepare("select count(*) as n from meta").get()).toEqual({
    n: 0,
  });
  db.$client.close();
});

test("a lock held by another process for a while only delays, and never stops the event loop", async () => {
  const file = temporaryFile("surecount.db");
  const storage = await open(file);
  const other = new BetterSqlite(file);
  other.exec("begin immediate");
  setTimeout(() => other.exec("rollback"), 400);
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 10);
  const { results } = await storage.append([event]);
  clearInterval(ticking);
  expect(results[0]?.outcome).toBe("ACCEPTED");
  expect(ticks).toBeGreaterThan(10);
  other.close();
  await storage.close();
});

test("a lock that stays is UNAVAILABLE after two seconds, reads go on, and nothing was written", async () => {
  const file = temporaryFile("surecount.db");
  const storage = await open(file);
  const other = new BetterSqlite(file);
  other.exec("begin immediate");
  const writing = storage.append([event]);
  expect(await storage.head()).toBe(0);
  await expect(writing).rejects.toMatchObject({
    code: "UNAVAILABLE",
    retryAfterMs: 1000,
  });
  await expect(storage.checkWritable()).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
  other.exec("rollback");
  expect((await storage.append([event])).results[0]).toMatchObject({
    outcome: "ACCEPTED",
    receipt: { seq: 1 },
  });
  other.close();
  await storage.close();
});

test("a database that another process has locked can still be opened and read", async () => {
  const file = temporaryFile("surecount.db");
  const first = await open(file);
  await first.append([event]);
  await first.close();
  const other = new BetterSqlite(file);
  other.exec("begin immediate");
  const storage = await open(file);
  expect(await storage.event(1)).toMatchObject({ client: "kiosk" });
  other.exec("rollback");
  other.close();
  await storage.close();
});

test("two different events with one fingerprint are a fault that overwrites nothing", async () => {
  const file = temporaryFile("surecount.db");
  const storage = await open(file);
  await storage.append([event]);
  const hand = new BetterSqlite(file);
  hand.exec("update normalized_events set amount = '2'");
  await expect(storage.append([event])).rejects.toMatchObject({ code: "INTERNAL" });
  expect(await storage.head()).toBe(1);
  expect(await storage.event(1)).toMatchObject({ amount: "2" });
  hand.close();
  await storage.close();
});

test("the books name every identity that somebody's hand has broken, in total and by client", async () => {
  const file = temporaryFile("surecount.db");
  const storage = await open(file);
  await storage.append([event, prepared("garbage")]);
  const hand = new BetterSqlite(file);
  const brokenBy = async (statement: string): Promise<readonly string[]> => {
    hand.exec(`savepoint before; ${statement}; release before`);
    return (await storage.books()).map(
      ({ identity, client, expected, actual }) => `${client ?? "all"}: ${identity}: ${expected} ${actual}`,
    );
  };
  expect(await storage.books()).toEqual([]);
  const grains = ["of all time", "by quarter-hour", "by hour", "by six hours", "by day", "by month"];
  expect(await brokenBy("update rollup_deltas set count = 2")).toEqual(
    ["all", "kiosk"].flatMap((whose) =>
      grains.map((grain) => `${whose}: accepted - voided = sum of rollup counts ${grain}: 1 2`),
    ),
  );
  await brokenBy("update rollup_deltas set count = 1");
  expect(await brokenBy("insert into rollups select 1440, * from rollup_deltas")).toEqual([
    "all: accepted - voided = sum of rollup counts by day: 1 2",
    "kiosk: accepted - voided = sum of rollup counts by day: 1 2",
  ]);
  await brokenBy("delete from rollups");
  expect(await brokenBy("update failed_events set times_seen = 5")).toEqual([
    "all: rejected + conflicts = sum of failed_events.times_seen: 1 5",
  ]);
  await brokenBy("update failed_events set times_seen = 1");
  expect(await brokenBy("update activity set accepted = 3")).toEqual([
    "all: accepted = sum of accepted by minute: 1 3",
  ]);
  await brokenBy("update activity set accepted = 1");
  expect(await brokenBy("delete from activity")).toHaveLength(3);
  expect(await brokenBy("delete from normalized_events")).toHaveLength(5);
  expect(await brokenBy("delete from processing_log where action = 'ACCEPTED'")).toHaveLength(10);
  hand.close();
  await storage.close();
});

test("a full database is UNAVAILABLE, and writes again when there is space", () => {
  const db = openDatabase(temporaryFile("surecount.db"));
  const { $client } = db;
  const write = () =>
    inTransaction(db, () => $client.prepare("insert into raw_events values (null, ?)").run("x".repeat(100_000)));
  const errorOf = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return toAppError(error);
    }
  };
  $client.pragma(`max_page_count = ${$client.pragma("page_count", { simple: true })}`);
  expect(errorOf(write)).toMatchObject({ code: "UNAVAILABLE", retryAfterMs: 5000 });
  $client.pragma("max_page_count = 1000000");
  expect(write().changes).toBe(1);
  $client.close();
});

test("a connection for reading cannot write", () => {
  const file = temporaryFile("surecount.db");
  const writing = openDatabase(file);
  const reading = openReadOnly(file);
  expect(() => reading.$client.exec("insert into meta values ('a', 'b')")).toThrow("readonly");
  reading.$client.close();
  writing.$client.close();
});

test.runIf(process.platform === "linux")("opening the file once more takes no lock from those who have it open", () => {
  const file = temporaryFile("surecount.db");
  const first = openDatabase(file);
  const locks = () =>
    readFileSync("/proc/locks", "utf8")
      .split("\n")
      .filter((line) => line.includes(`:${statSync(file).ino} `));
  const before = locks();
  expect(before).not.toEqual([]);
  const second = openDatabase(file);
  expect(locks()).toHaveLength(before.length);
  for (const { $client } of [first, second]) $client.close();
});

test("a file that is no database is refused", () => {
  expect(() => openDatabase(import.meta.filename)).toThrow("not a database");
});

test("decimals are exact inside SQL", () => {
  const { $client } = openDatabase(temporaryFile("surecount.db"));
  const row = $client
    .prepare(
      "with v(x) as (values ('0.1'), ('999999999999999.9'), ('-3')) select decimal_sum(x) as s, decimal_least(x) as l, decimal_greatest(x) as g, decimal_add('0.1', '0.2') as a from v",
    )
    .get();
  expect(row).toEqual({
    s: "999999999999997",
    l: "-3",
    g: "999999999999999.9",
    a: "0.3",
  });
  $client.close();
});
