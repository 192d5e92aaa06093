// What a fault must not leave behind: half a transaction, a connection of no use, a log that says too much.
import pg from "pg";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { queryOnce } from "../../bench/postgres.ts";
import { createDatabase, hasPostgres } from "../../test/postgres.ts";
import { prepared } from "../../test/prepared.ts";
import type { Storage } from "../storage.ts";
import { createPerform } from "./acts.ts";
import { createAppend } from "./append.ts";
import { drizzle } from "./drizzle.ts";
import { isWorthRetrying } from "./faults.ts";
import { rollups } from "./rollups.ts";
import { createPostgresStorage } from "./storage.ts";
import { createTransactions } from "./transaction.ts";

const NOON_US = Date.UTC(2026, 0, 30, 12) * 1000;
const sale = (amount: number) =>
  prepared({ client: "kiosk", metric: "sale", amount, timestamp: "2026-01-30T11:00:00Z" });

test.each(["ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "57P01", "25P03", "25P04"])("%s may pass by itself", (code) => {
  expect(isWorthRetrying(Object.assign(new Error("broken"), { code }))).toBe(true);
});

test.each(["UNAVAILABLE", "ERR_INVALID_ARG_TYPE", "23505", "40003", "57014"])("%s is not tried again", (code) => {
  expect(isWorthRetrying(Object.assign(new Error("wrong"), { code }))).toBe(false);
});

describe.runIf(hasPostgres)("a fault of PostgreSQL", () => {
  let url: string;
  let storage: Storage;
  const warnings: unknown[][] = [];
  const query = (sql: string) => queryOnce(url, sql);
  const endConnections = () =>
    query(
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()",
    );

  beforeEach(async () => {
    url = await createDatabase();
    warnings.length = 0;
    const log = { warn: (...line: unknown[]) => warnings.push(line), info: () => undefined };
    storage = await createPostgresStorage({ url, connections: 6, partitionLength: "month", now: () => NOON_US, log });
  });
  afterEach(() => storage.close());

  /** Does something else wherever a statement begins with this word. */
  const createFaultyPool = (word: "begin" | "commit", instead: string): pg.Pool => {
    class Faulty extends pg.Client {
      override query = ((statement: string | pg.QueryConfig, ...rest: []) => {
        const text = typeof statement === "string" ? statement : statement.text;
        return super.query(text.startsWith(word) ? instead : statement, ...rest);
      }) as pg.Client["query"];
    }
    const pool = new pg.Pool({ connectionString: url, pipeline: true, Client: Faulty } as pg.PoolConfig);
    // Of connections that break; who waits for them is told as well.
    pool.on("connect", (client) => client.on("error", () => undefined));
    onTestFinished(() => pool.end());
    return pool;
  };
  const createUnbegunPool = () => createFaultyPool("begin", "select 1 / 0");

  test("that keeps a transaction from beginning lets nothing of it be written", async () => {
    const pool = createUnbegunPool();
    const db = drizzle({ client: pool });
    const append = createAppend(createTransactions({ pool, db, databaseId: storage.databaseId }), db);
    await expect(append([sale(1)], NOON_US)).rejects.toThrow("division by zero");
    expect(await storage.head()).toBe(0);
    expect((await storage.append([sale(1)])).results).toMatchObject([{ outcome: "ACCEPTED", receipt: { seq: 1 } }]);
  });

  test("that breaks a commit off leaves nobody knowing, and what to do then depends on what was asked", async () => {
    const pool = createFaultyPool("commit", "select pg_terminate_backend(pg_backend_pid())");
    const db = drizzle({ client: pool });
    const inTransaction = createTransactions({ pool, db, databaseId: storage.databaseId });
    await expect(createAppend(inTransaction, db)([sale(1)], NOON_US)).rejects.toMatchObject({
      ...{
        code: "UNAVAILABLE",
        message: expect.stringContaining("send the same request again, and it is counted once"),
      },
    });
    const begun = {
      action: "JOB_STARTED",
      by: null,
      plan: { kind: "RETRY", filter: {} },
      client: null,
      total: 0,
    } as const;
    await expect(createPerform(inTransaction, db)([begun], NOON_US)).rejects.toMatchObject({
      ...{ code: "UNAVAILABLE", message: expect.stringContaining("look at what is stored before you ask") },
    });
    expect([await storage.head(), await storage.jobs({ order: "ascending", limit: 1 })]).toEqual([0, []]);
  });

  test("that keeps a question from beginning costs the pool no connection", async () => {
    const pool = createUnbegunPool();
    const filter = { fromUs: NOON_US - 1, toUs: NOON_US + 3_600_000_001 };
    const asked = rollups(drizzle({ client: pool }), { filter, groupBy: [] });
    await expect(asked).rejects.toThrow("division by zero");
    expect(pool.totalCount).toBe(0);
  });

  test("that made it read-only for a while is over when it is over", async () => {
    const { pathname } = new URL(url);
    await query(`alter role ${pathname.slice(1)} set default_transaction_read_only = on`);
    await endConnections();
    await expect(storage.append([sale(1)])).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await query(`begin read write; alter role ${pathname.slice(1)} reset default_transaction_read_only; commit`);
    expect((await storage.append([sale(1)])).results).toMatchObject([{ outcome: "ACCEPTED" }]);
  });

  test("is logged in few words", async () => {
    await storage.append([sale(1)]);
    await endConnections();
    const reason = "terminating connection due to administrator command";
    await expect.poll(() => warnings).toContainEqual([{ reason }, "a connection to the database broke"]);
  });
});
