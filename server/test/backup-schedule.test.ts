// Backups that a server makes by itself.
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import BetterSqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { sale, startApp } from "./app.ts";
import { canMount, createSmallDisk } from "./disk.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";
import { bearer } from "./token-traffic.ts";
import { verify } from "./verification.ts";

const SYSTEM = "{ system { backups { everySeconds kept newestAt sizeBytes durationSeconds failures } } }";

const timeout = 50_000;

test("a server makes them as often as it is told, keeps the newest, and says what it has", { timeout }, async () => {
  const folder = join(temporaryFolder(), "backups");
  const file = temporaryFile("surecount.db");
  const app = await startApp({ DATABASE_URL: file, BACKUP_DIR: folder, BACKUP_EVERY: "1s", BACKUP_KEEP: "2" });
  const seen = new Set<string>();
  const finished = (): readonly string[] => {
    try {
      const names = readdirSync(folder).filter((name) => name.endsWith(".db"));
      for (const name of names) seen.add(name);
      return names;
    } catch {
      return [];
    }
  };
  await expect.poll(() => finished().length && seen.size, { timeout }).toBeGreaterThanOrEqual(3);
  await expect.poll(async () => (await app.ask(SYSTEM)).system.backups.kept, { timeout }).toBe(2);
  const { backups } = (await app.ask(SYSTEM)).system;
  expect(backups).toMatchObject({ everySeconds: 1, kept: 2, failures: 0 });
  expect(Date.now() - Date.parse(backups.newestAt)).toBeLessThan(timeout);
  expect(backups.durationSeconds).toBeGreaterThan(0);
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  expect(metrics).toMatch(/^surecount_backups_kept 2$/m);
  expect(metrics).toMatch(/^surecount_backup_newest_timestamp_seconds 1[\d.]+/m);
  expect(metrics).toMatch(/^surecount_backup_attempts_total\{result="made"\} [1-9]/m);
  await app.close();
  const kept = finished();
  // One that was made while it ended stands beside them until the next.
  expect([2, 3]).toContain(kept.length);
  for (const name of kept) {
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect((await verify(join(folder, name))).findings).toEqual([]);
  }
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(kept as string[]));
});

test("where tokens are needed they are made all the same, and what a killed one has left goes with the next", {
  timeout,
}, async () => {
  const folder = temporaryFolder();
  const file = temporaryFile("surecount.db");
  const first = await startApp({ DATABASE_URL: file });
  const { text: token } = (await first.ask("mutation { createToken(input: { scopes: [ADMIN] }) { text } }"))
    .createToken;
  await first.close();
  const db = new BetterSqlite(file, { readonly: true });
  const databaseId = db.prepare("select value from meta where name = 'database_id'").pluck().get();
  db.close();
  const left = join(folder, `surecount-${databaseId}-20260101T000000000Z.db.4711.unfinished`);
  writeFileSync(left, "half");
  const app = await startApp({ DATABASE_URL: file, BACKUP_DIR: folder, BACKUP_EVERY: "1h" });
  expect((await app.post(SYSTEM)).status).toBe(401);
  const system = async () => (await app.post(SYSTEM, {}, bearer(token))).body.data.system;
  await expect.poll(async () => (await system()).backups?.kept, { timeout }).toBe(1);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/Z\.db$/)]);
  await app.close();
});

test.runIf(canMount)("a disk that has no room for one costs no event", { timeout }, async () => {
  const disk = createSmallDisk(1_048_576);
  const folder = join(dirname(disk.file), "backups");
  const app = await startApp({ BACKUP_DIR: folder, BACKUP_EVERY: "1h" });
  await expect.poll(async () => (await app.ask(SYSTEM)).system.backups?.failures, { timeout }).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
  expect(await app.ingest(sale())).toMatchObject({ outcome: "ACCEPTED" });
  await app.close();
});

test("one that fails is counted and logged, and the server goes on", { timeout }, async () => {
  const folder = temporaryFile("no-folder");
  writeFileSync(folder, "a file where the folder should be");
  const app = await startApp({ BACKUP_DIR: folder, BACKUP_EVERY: "1h" });
  await expect.poll(async () => (await app.ask(SYSTEM)).system.backups?.failures, { timeout }).toBe(1);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  await app.close();
  rmSync(folder);
});

test("where none are asked for there is nothing to say", async () => {
  const app = await startApp();
  expect(await app.ask(SYSTEM)).toEqual({ system: { backups: null } });
  expect(await (await fetch(`${app.url}/metrics`)).text()).not.toContain("surecount_backup");
  await app.close();
});
