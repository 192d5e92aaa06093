import { readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMount, createSmallDisk } from "../../test/disk.ts";
import { temporaryFile } from "../../test/temporary.ts";
import { type Drizzle, openDatabase } from "./database.ts";
import { createGuard, type Guard } from "./guard.ts";
import { createSpace } from "./space.ts";

let file: string;
let db: Drizzle;
let guard: Guard;
beforeEach(() => {
  file = temporaryFile("surecount.db");
  db = openDatabase(file);
  guard = createGuard({ connection: db.$client, file });
});
afterEach(() => {
  db.$client.close();
});

const coded = (code: string) => Object.assign(new Error("a fault"), { code });
const failWith = (code: string) => () =>
  guard.run(() => {
    throw coded(code);
  }, 0);
const write = (bytes: number) => db.$client.prepare("insert into raw_events (raw) values (?)").run("x".repeat(bytes));

test("who has waited behind others waits for a lock only as long as is left of two seconds", () => {
  const waitingAfter = (waitedMs: number) =>
    guard.run(() => db.$client.pragma("busy_timeout", { simple: true }), waitedMs);
  expect([0, 10, 500, 1_999.6, 60_000, -60_000].map(waitingAfter)).toEqual([2_000, 2_000, 1_500, 0, 0, 2_000]);
});

test.each(["SQLITE_IOERR_FSYNC", "SQLITE_IOERR_WRITE", "SQLITE_CORRUPT", "SQLITE_CORRUPT_INDEX", "SQLITE_NOTADB"])(
  "after %s nothing is tried any more",
  (code) => {
    expect(failWith(code)).toThrow(expect.objectContaining({ code: "UNAVAILABLE" }));
    let isTried = false;
    const tryAgain = () =>
      guard.run(() => {
        isTried = true;
      }, 0);
    expect(tryAgain).toThrow(expect.objectContaining({ code: "UNAVAILABLE" }));
    expect(isTried).toBe(false);
  },
);

test.each(["SQLITE_BUSY", "SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_READONLY"])("%s passes", (code) => {
  expect(failWith(code)).toThrow(expect.objectContaining({ code: "UNAVAILABLE" }));
  expect(guard.run(() => "done", 0)).toBe("done");
});

test("what is not the disk's fault stays what it is", () => {
  expect(failWith("SQLITE_CONSTRAINT_UNIQUE")).toThrow(expect.objectContaining({ code: "SQLITE_CONSTRAINT_UNIQUE" }));
  expect(guard.run(() => "done", 0)).toBe("done");
});

test("the log of transactions is copied into the file after the answers, and used anew", () => {
  const logBytes = () => statSync(`${file}-wal`).size;
  const before = statSync(file).size;
  for (let turn = 0; turn < 64; turn++) {
    guard.run(() => write(4_000_000), 0);
    guard.tidy();
  }
  expect(statSync(file).size).toBeGreaterThan(before + 64_000_000);
  // It holds what came since the last copy: 40 MB, and what sixteen transactions add to that.
  expect(logBytes()).toBeLessThan(40_960_000 + 17 * 4_200_000);
});

describe.runIf(canMount)("on a small disk", () => {
  test("a copy for which there is no room fails nobody's transaction, and comes when there is", () => {
    db.$client.close();
    const disk = createSmallDisk(134_217_728);
    file = disk.file;
    db = openDatabase(file);
    guard = createGuard({ connection: db.$client, file });
    const before = statSync(file).size;
    for (let turn = 0; turn < 48; turn++) guard.run(() => write(1_000_000), 0);
    disk.fill();
    const tidy = () => {
      for (let turn = 0; turn < 16; turn++) guard.tidy();
    };
    expect(tidy).toThrow(expect.objectContaining({ code: "UNAVAILABLE" }));
    expect(guard.run(() => db.$client.prepare("select count(*) from raw_events").pluck().get(), 0)).toBe(48);
    // The log has no end to write to either.
    expect(() => guard.run(() => write(1_000_000), 0)).toThrow(expect.objectContaining({ code: "UNAVAILABLE" }));
    disk.free();
    db.$client.exec("delete from raw_events");
    tidy();
    expect(statSync(file).size).toBeGreaterThan(before);
  });

  test("a write that did not fit says so of the next ones, until as much fits again", () => {
    const disk = createSmallDisk(8_388_608);
    writeFileSync(disk.file, "");
    const space = createSpace(disk.file);
    const use = (sizeBytes: number, fits: boolean) =>
      space.using(sizeBytes, () => {
        if (!fits) throw coded("SQLITE_FULL");
      });
    const notReady = expect.objectContaining({ code: "SQLITE_FULL" });
    space.expectEnough();
    disk.fill();
    expect(() => use(2_000_000, false)).toThrow("a fault");
    expect(space.expectEnough).toThrow(notReady);
    // A small one that went into what was left says nothing of a large one.
    use(4_096, true);
    expect(space.expectEnough).toThrow(notReady);
    disk.free();
    space.expectEnough();
    disk.fill();
    expect(() => use(2_000_000, false)).toThrow("a fault");
    use(3_000_000, true);
    space.expectEnough();
    expect(readdirSync(dirname(disk.file)).sort()).toEqual(["ballast", "surecount.db"]);
  });
});
