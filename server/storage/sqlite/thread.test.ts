import { existsSync, rmSync, writeFileSync } from "node:fs";
import BetterSqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { prepared } from "../../test/prepared.ts";
import { temporaryFile } from "../../test/temporary.ts";
import { createSqliteStorage } from "./storage.ts";
import { startThread } from "./thread.ts";
import type { Writer } from "./writer.ts";

const open = (file: string) => createSqliteStorage({ file, now: () => Date.now() * 1000 });

test("a question of seconds delays neither writes nor short reads nor the event loop", async () => {
  const file = temporaryFile("surecount.db");
  const storage = await open(file);
  await storage.append([prepared({ client: "kiosk", metric: "sale", amount: 1, timestamp: "2026-01-31T12:00:00Z" })]);
  const hand = new BetterSqlite(file);
  // The books read this table once; as a view it takes them seconds.
  hand.exec(`alter table counters rename to real_counters;
    create view counters as select c.* from real_counters c,
      (with recursive slow(n) as (select 1 union all select n + 1 from slow where n < 10000000) select max(n) from slow)`);
  hand.close();
  let isOver = false;
  const books = storage.books().finally(() => {
    isOver = true;
  });
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 10);
  await storage.checkWritable();
  expect(await storage.head()).toBe(1);
  expect(await storage.event(1)).toMatchObject({ client: "kiosk" });
  expect(isOver).toBe(false);
  expect(await books).toEqual([]);
  clearInterval(ticking);
  expect(ticks).toBeGreaterThan(10);
  await storage.close();
});

test("a file that is no database is refused with its reason", async () => {
  await expect(open(import.meta.filename)).rejects.toThrow("not a database");
});

test("a storage that is closed logs no fault", async () => {
  const faults: unknown[] = [];
  const tell = (...args: unknown[]) => void faults.push(args);
  const log = { error: tell, warn: tell };
  const storage = await createSqliteStorage({ file: temporaryFile("surecount.db"), now: () => 1, log });
  await storage.books();
  await storage.head();
  await storage.close();
  expect(faults).toEqual([]);
});

test("a fault keeps the code that SQLite gave it", async () => {
  const file = temporaryFile("surecount.db");
  const storage = await open(file);
  const hand = new BetterSqlite(file);
  hand.exec("drop table counters");
  hand.close();
  await expect(storage.totals(null)).rejects.toMatchObject({
    message: "no such table: counters",
    code: "SQLITE_ERROR",
  });
  await storage.close();
});

test("a thread that died is not started anew where that must not be, such as on another file", async () => {
  const file = temporaryFile("surecount.db");
  writeFileSync(file, "This is no database, and will not become one.".repeat(50));
  const told: unknown[] = [];
  const reason = new Error("The file is another one.");
  const onRestart = () => {
    throw reason;
  };
  const thread = startThread<Writer>({ role: "writer", file }, { onRestart, onError: (error) => told.push(error) });
  await expect(thread.call("databaseId")).rejects.toThrow("not a database");
  rmSync(file);
  await expect(thread.call("databaseId")).rejects.toBe(reason);
  expect(told).toEqual([reason]);
  expect(existsSync(file)).toBe(false);
});

test("a thread that dies fails the calls that wait for it, and the next call starts another", async () => {
  const file = temporaryFile("surecount.db");
  writeFileSync(file, "This is no database, and will not become one.".repeat(50));
  const thread = startThread<Writer>({ role: "writer", file });
  const calls = [thread.call("databaseId"), thread.call("checkWritable", 0)];
  for (const { status } of await Promise.allSettled(calls)) expect(status).toBe("rejected");
  rmSync(file);
  expect(await thread.call("databaseId")).toMatch(/^[0-9a-f]{12}$/);
  await thread.close();
});
