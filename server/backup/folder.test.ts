import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../test/temporary.ts";
import { openBackupFolder } from "./folder.ts";

const AT_US = Date.parse("2026-03-01T02:00:00.500Z") * 1_000;

test("backups are named by database and time, the newest stay, and what belongs to others is never touched", () => {
  const folder = join(temporaryFolder(), "backups");
  const backups = openBackupFolder(folder, "0123456789ab");
  expect(backups.look()).toEqual({ count: 0, newest: null });
  for (let hour = 0; hour < 5; hour++) writeFileSync(backups.next(AT_US + hour * 3_600_000_000), "x".repeat(hour));
  const others = ["surecount-ffffffffffff-20260301T020000500Z.db", "notes.txt", "surecount-0123456789ab.db"];
  for (const name of others) writeFileSync(join(folder, name), "");
  expect(backups.look()).toEqual({ count: 5, newest: { atUs: AT_US + 4 * 3_600_000_000, sizeBytes: 4 } });
  expect(backups.prune(2)).toBe(3);
  expect(backups.prune(2)).toBe(0);
  const kept = ["surecount-0123456789ab-20260301T050000500Z.db", "surecount-0123456789ab-20260301T060000500Z.db"];
  expect(readdirSync(folder).sort()).toEqual([...kept, ...others].sort());
});

test("what never was finished is no backup, and goes when the next begins", () => {
  const folder = temporaryFolder();
  const backups = openBackupFolder(folder, "0123456789ab");
  const unfinished = `${backups.next(AT_US)}.4711.unfinished`;
  writeFileSync(unfinished, "half");
  writeFileSync(`${unfinished}-journal`, "half");
  expect(backups.look()).toEqual({ count: 0, newest: null });
  backups.next(AT_US);
  expect(readdirSync(folder)).toEqual([]);
});
