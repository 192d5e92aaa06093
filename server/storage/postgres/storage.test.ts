// What only PostgreSQL can get wrong: sessions that others have set up, partitions, servers that start at once.
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, hasPostgres } from "../../test/postgres.ts";
import { prepared } from "../../test/prepared.ts";
import type { Storage } from "../storage.ts";
import { getTableConfig, is, PgTable } from "./drizzle.ts";
import type { PartitionLength } from "./partitions.ts";
import * as rollupTables from "./rollup-tables.ts";
import { createPostgresStorage } from "./storage.ts";
import * as tables from "./tables.ts";
import * as webhookTables from "./webhook-tables.ts";

const DAY_US = 86_400_000_000;
const NOON = Date.UTC(2026, 0, 30, 12) * 1000;
const sale = (amount: number) =>
  prepared({ client: "kiosk", metric: "sale", amount, timestamp: "2026-01-30T11:00:00.123456789Z" });

describe.runIf(hasPostgres)("storage on PostgreSQL", () => {
  let url: string;
  let clockUs: number;
  const opened: Storage[] = [];
  let client: pg.Client;

  const open = async (partitionLength: PartitionLength = "month"): Promise<Storage> => {
    const storage = await createPostgresStorage({ url, connections: 6, partitionLength, now: () => clockUs });
    opened.push(storage);
    return storage;
  };
  const query = async (sql: string): Promise<readonly Record<string, unknown>[]> => (await client.query(sql)).rows;

  beforeEach(async () => {
    clockUs = NOON;
    url = await createDatabase();
    client = new pg.Client({ connectionString: url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await Promise.all(opened.splice(0).map((storage) => storage.close()));
  });

  test("acknowledged is on disk, whatever was set for the role", async () => {
    await query("alter role current_user set synchronous_commit = off");
    const storage = await open();
    await query("create table seen (setting text)");
    await query(`create function note() returns trigger language plpgsql as
      $$ begin insert into seen values (current_setting('synchronous_commit')); return null; end $$`);
    await query("create trigger note after insert on counters execute function note()");
    await storage.append([sale(1)]);
    expect(await query("select distinct setting from seen")).toEqual([{ setting: "on" }]);
  });

  test("instants are read as they were written, whatever was set for the role", async () => {
    await query("alter role current_user set timezone = 'Asia/Kathmandu'");
    await query("alter role current_user set datestyle = 'SQL, DMY'");
    const storage = await open();
    const { results } = await storage.append([sale(1)]);
    const [accepted] = results;
    expect(accepted).toMatchObject({ outcome: "ACCEPTED", receipt: { atUs: NOON } });
    expect((await storage.append([sale(1)])).results).toMatchObject([
      { outcome: "DUPLICATE", receipt: accepted?.receipt },
    ]);
    expect(await storage.event(1)).toMatchObject({ timestamp: "2026-01-30T11:00:00.123456789Z", receivedAtUs: NOON });
  });

  test("each row goes into the partition of its time, and a change of their length leaves what is there", async () => {
    let storage = await open("day");
    await storage.append([sale(1)]);
    clockUs += DAY_US;
    await storage.append([sale(2)]);
    storage = await open("month");
    clockUs += DAY_US;
    await storage.append([sale(3), prepared("garbage")]);
    await storage.append([sale(1)]);
    for (const table of ["raw_events", "normalized_events", "processing_log"])
      expect(
        await query(`select tableoid::regclass::text as name, count(*)::int from ${table} group by 1 order by 1`),
      ).toEqual([
        { name: `${table}_20260130`, count: 1 },
        { name: `${table}_20260131`, count: 1 },
        { name: `${table}_20260201`, count: table === "processing_log" ? 3 : 1 },
      ]);
    expect((await storage.entries({}, { order: "ascending", limit: 10 })).map(({ event }) => event?.seq)).toEqual([
      ...[1, 2, 3, undefined, 1],
    ]);
    expect(await storage.receivedSince({ sinceUs: NOON + DAY_US, client: null })).toBe(4);
    expect(await storage.books()).toEqual([]);
  });

  test("a clock that runs ahead of all others makes its own partition, and the others follow it", async () => {
    const storage = await open();
    clockUs += 400 * DAY_US;
    await storage.append([sale(1)]);
    clockUs = NOON;
    const { results } = await storage.append([sale(2)]);
    expect(results).toMatchObject([{ outcome: "ACCEPTED", receipt: { seq: 2, atUs: NOON + 400 * DAY_US } }]);
  });

  test("retention leaves alone what an operator has made to hold rows of any time", async () => {
    const storage = await open();
    await query("create table rest partition of raw_events default");
    await query("create table ancient partition of raw_events for values from (minvalue) to ('2000-01-01')");
    await query("create table future partition of raw_events for values from ('2100-01-01') to (maxvalue)");
    await query(
      "insert into raw_events values (1, '1999-01-01', '{}'), (2, '2030-01-01', '{}'), (3, '2101-01-01', '{}')",
    );
    const receivedBeforeUs = NOON + 1_000 * DAY_US;
    while (!(await storage.removeRawEvents({ receivedBeforeUs, limit: 1 })).isDone);
    expect(await query("select seq::int from raw_events order by 1")).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
  });

  test("retention does not read through a partition that is large", async () => {
    const storage = await open();
    await query("insert into raw_events select seq, '2026-01-01', '{}' from generate_series(1, 150000) as seq");
    await query("analyze raw_events");
    const { removed } = await storage.removeRawEvents({ receivedBeforeUs: NOON + 100 * DAY_US, limit: 1 });
    expect(removed).toBeGreaterThan(100_000);
    expect(await storage.rawEvent(1)).toBeNull();
  });

  test("retention removes partitions that an operator has moved out of the way", async () => {
    const storage = await open();
    await storage.append([sale(1)]);
    await query('create schema "old ones"');
    await query('alter table raw_events_20260101 set schema "old ones"');
    const receivedBeforeUs = NOON + 100 * DAY_US;
    expect(await storage.removeRawEvents({ receivedBeforeUs, limit: 1 })).toEqual({ removed: 1, isDone: true });
    expect(await storage.rawEvent(1)).toBeNull();
  });

  test.each(["repeatable read", "serializable"])(
    "servers write at once where the role's default is %s",
    async (level) => {
      await query(`alter role current_user set default_transaction_isolation = '${level}'`);
      const storages = await Promise.all([open(), open(), open()]);
      const amounts = Array.from({ length: 20 }, (_, index) => index + 1);
      await Promise.all(storages.flatMap((storage) => amounts.map((amount) => storage.append([sale(amount)]))));
      expect(await storages[0]?.totals(null)).toMatchObject({ accepted: 20, duplicates: 40 });
    },
  );

  test("servers that start at once on an empty database make its tables once and agree on its id", async () => {
    const storages = await Promise.all([open(), open(), open(), open()]);
    expect(new Set(storages.map(({ databaseId }) => databaseId)).size).toBe(1);
    const results = await Promise.all(storages.map((storage) => storage.append([sale(1)])));
    expect(results.flatMap(({ results }) => results.map(({ outcome }) => outcome)).sort()).toEqual([
      ...["ACCEPTED", "DUPLICATE", "DUPLICATE", "DUPLICATE"],
    ]);
  });

  test("a database whose tables a newer version has changed is refused, and left as it is", async () => {
    await open();
    await query("insert into drizzle.__drizzle_migrations (hash, created_at) values ('of the future', 9999999999999)");
    await expect(open()).rejects.toThrow("a newer version of Surecount");
  });

  test("it says that it cannot be written while the head of the log is held", async () => {
    const storage = await open();
    await query("begin");
    await query("select from log_head for update");
    await expect(storage.checkWritable()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await query("rollback");
    await storage.checkWritable();
  });

  test("a server with a slow clock counts on where one with a fast clock has only been asked whether it is ready", async () => {
    const storage = await open("day");
    clockUs += DAY_US;
    await storage.checkWritable();
    clockUs = NOON;
    expect((await storage.append([sale(1)])).results).toMatchObject([{ outcome: "ACCEPTED", receipt: { atUs: NOON } }]);
  });

  test("where the log stands at an instant without a partition, one is made for it", async () => {
    const storage = await open("day");
    await query("update log_head set at = at + interval '100 years'");
    const [{ at } = {}] = await query("select (extract(epoch from at) * 1000000)::float8 as at from log_head");
    expect((await storage.append([sale(1)])).results).toMatchObject([{ outcome: "ACCEPTED", receipt: { atUs: at } }]);
  });

  test("what people do goes into the partition of its time as well", async () => {
    const storage = await open("day");
    await storage.append([sale(1)]);
    clockUs += 9 * DAY_US;
    const [done] = await storage.perform([{ action: "VOIDED", by: null, event: 1, reason: null }]);
    expect(done).toEqual({ kind: "done", seq: 2, atUs: clockUs });
    expect(await storage.entries({ event: 1 }, { order: "ascending", limit: 9 })).toHaveLength(2);
  });

  test("a commit elsewhere wakes it, and its connections can be counted", async () => {
    const [here, elsewhere] = [await open(), await open()];
    const grown = new Promise<void>((resolve) => {
      here.onGrown(resolve);
    });
    await elsewhere.append([sale(1)]);
    await grown;
    expect(await here.head()).toBe(1);
    expect(here.connections()).toEqual([
      { purpose: "writes", most: 2, open: 1, idle: 1, waiting: 0 },
      { purpose: "lookups", most: 2, open: 1, idle: 1, waiting: 0 },
      { purpose: "questions", most: 1, open: 0, idle: 0, waiting: 0 },
    ]);
  });

  test("it tells of each group of events how long it waited for its turn, and of nothing else", async () => {
    const waits: number[] = [];
    const onLocked = (seconds: number) => void waits.push(seconds);
    const settings = { url, connections: 6, partitionLength: "month", now: () => clockUs, onLocked } as const;
    const storage = await createPostgresStorage(settings);
    opened.push(storage);
    await storage.checkWritable();
    await storage.append([sale(1), sale(2)]);
    await storage.perform([{ action: "VOIDED", by: null, event: 1, reason: null }]);
    await storage.append([sale(1)]);
    expect(waits).toHaveLength(2);
    for (const seconds of waits) expect(seconds).toBeGreaterThanOrEqual(0);
  });

  test("the migrations make just the tables, columns and indexes that the code knows, and compare texts by their bytes", async () => {
    await open();
    for (const table of Object.values({ ...tables, ...rollupTables, ...webhookTables }).filter((table) =>
      is(table, PgTable),
    )) {
      const { name, columns, indexes } = getTableConfig(table);
      const found =
        await query(`select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as "notNull"
        from pg_attribute where attrelid = '${name}'::regclass and attnum > 0 order by attnum`);
      const expected = columns.map((column) => ({
        ...{ name: column.name, type: column.getSQLType(), notNull: column.notNull },
      }));
      expect([name, found]).toEqual([name, expected]);
      const made = await query(
        `select indexrelid::regclass::text as name from pg_index where indrelid = '${name}'::regclass and not indisprimary order by 1`,
      );
      expect([name, made.map((index) => index.name)]).toEqual([name, indexes.map(({ config }) => config.name).sort()]);
    }
    const names = ["client", "metric", "unit", "idempotency_key"].map((name) => `'${name}'`);
    expect(
      await query(`select attrelid::regclass::text as table, attname as name from pg_attribute
        where attname in (${names}) and attrelid::regclass::text !~ '_[0-9]+$' and attcollation <> '"C"'::regcollation
          and attrelid in (select oid from pg_class where relkind in ('r', 'p'))`),
    ).toEqual([]);
  });

  test("two different events with one fingerprint are a fault that overwrites nothing", async () => {
    const storage = await open();
    await storage.append([sale(1)]);
    await query("update normalized_events set amount = 2");
    await expect(storage.append([sale(1)])).rejects.toMatchObject({ code: "INTERNAL" });
    expect(await storage.head()).toBe(1);
    expect(await storage.event(1)).toMatchObject({ amount: "2" });
  });

  test("the books name every identity that somebody's hand has broken", async () => {
    const storage = await open();
    await storage.append([sale(1), prepared("garbage")]);
    const brokenBy = async (statement: string): Promise<number> => {
      await query(statement);
      return (await storage.books()).length;
    };
    // In all and of the client, at each of six grains.
    expect(await brokenBy("update rollup_deltas set count = 2")).toBe(12);
    expect(await brokenBy("update rollup_deltas set count = 1")).toBe(0);
    expect(await brokenBy("insert into rollups select 1440, * from rollup_deltas")).toBe(2);
    expect(await brokenBy("delete from rollups")).toBe(0);
    expect(await brokenBy("update failed_events set times_seen = 5")).toBe(1);
    expect(await brokenBy("update failed_events set times_seen = 1")).toBe(0);
    expect(await brokenBy("update activity set rejected = 5")).toBe(1);
    expect(await brokenBy("update activity set rejected = 1")).toBe(0);
    expect(await brokenBy("update log_head set seq = 3")).toBe(1);
    expect(await brokenBy("update log_head set seq = 2")).toBe(0);
    expect(
      await brokenBy(
        "insert into event_identities select seq + 1, received_at, 'x', 'x', now(), '' from event_identities",
      ),
    ).toBe(1);
    expect(await brokenBy("delete from event_identities where client = 'x'")).toBe(0);
    expect(await brokenBy("delete from normalized_events")).toBe(2);
    expect(await brokenBy("delete from processing_log where action = 'ACCEPTED'")).toBe(7);
  });

  test("an event is found by its identity and by its entry in one partition, by an index", async () => {
    const storage = await open("day");
    for (let day = 0; day < 3; day++) {
      await storage.append([sale(day)]);
      clockUs += DAY_US;
    }
    // So small a table would be read as a whole.
    await query("set enable_seqscan = off");
    const plan = await query(`explain (analyze, timing off, costs off, summary off)
      select * from processing_log join normalized_events e on e.seq = event and e.received_at = event_received_at
      where processing_log.seq = 2`);
    const lines = plan.map((row) => String(row["QUERY PLAN"]));
    expect(lines.filter((line) => /Index Scan using normalized_events.* e_\d/.test(line))).toHaveLength(3);
    expect(lines.filter((line) => /e_\d/.test(line) && !line.includes("never executed"))).toHaveLength(1);
  });
});
