// The preload in a small program that writes as the server does: one transaction for each number.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { temporaryFolder } from "../test/temporary.ts";
import { backendVariable, fullFileVariable, type PointName, type Shot, shotFileVariable } from "./points.ts";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const PRELOAD = fileURLToPath(new URL("./preload.ts", import.meta.url));
const PROGRAM = `
  import { rmSync } from "node:fs";
  import BetterSqlite from "better-sqlite3";
  const db = new BetterSqlite(process.env.FILE);
  db.exec("create table raw_events (seq integer primary key)");
  db.pragma("journal_mode = WAL");
  const insert = db.prepare('insert into "raw_events" values (?)');
  const write = db.transaction((seq) => insert.run(seq));
  for (let seq = 1; seq <= 5; seq += 1) {
    try {
      write.immediate(seq);
    } catch (error) {
      console.log(error.code, seq);
      rmSync(process.env.${fullFileVariable});
    }
  }
  console.log("done");`;

const run = (shot: Shot | null, more: Record<string, string> = {}) => {
  const folder = temporaryFolder();
  const [file, shotFile] = [join(folder, "surecount.db"), join(folder, "shot.json")];
  if (shot !== null) writeFileSync(shotFile, JSON.stringify(shot));
  const env = { ...process.env, FILE: file, [backendVariable]: "sqlite", [shotFileVariable]: shotFile, ...more };
  const args = ["--import", PRELOAD, "--input-type=module", "-e", PROGRAM];
  const { signal, stdout, stderr } = spawnSync(process.execPath, args, { cwd: projectDir, env, encoding: "utf8" });
  const db = new BetterSqlite(file);
  const seqs = db.prepare("select seq from raw_events").pluck().all();
  db.close();
  return { signal, stdout, stderr, seqs, isShotLoaded: !existsSync(shotFile) };
};

const shotAt = (point: PointName): Shot => ({ point, pass: 3, delayMs: 0.01 });

test.each([
  ["begin", [1, 2]],
  ["raw", [1, 2]],
  ["beforeCommit", [1, 2]],
  ["afterCommit", [1, 2, 3]],
  ["checkpoint", [1, 2, 3]],
] as const)("at the point %s the process is killed when it passes there for the third time", (point, seqs) => {
  const killed = run(shotAt(point));
  expect(killed).toMatchObject({ signal: "SIGKILL", stdout: "", seqs, isShotLoaded: true });
  expect(killed.stderr).toMatch(/^killed /);
});

test("the recovery comes first of all, and a point that is not passed so often does not come", () => {
  expect(run({ ...shotAt("recovery"), pass: 1 })).toMatchObject({ signal: "SIGKILL", seqs: [] });
  expect(run({ ...shotAt("begin"), pass: 6 })).toMatchObject({ signal: null, stdout: "done\n", seqs: [1, 2, 3, 4, 5] });
});

test("without a shot nothing happens", () => {
  expect(run(null)).toMatchObject({ signal: null, stdout: "done\n", stderr: "", seqs: [1, 2, 3, 4, 5] });
});

test("while the disk is to look full no commit succeeds, and nothing of it stays", () => {
  const fullFile = join(temporaryFolder(), "full");
  writeFileSync(fullFile, "");
  expect(run(null, { [fullFileVariable]: fullFile })).toMatchObject({
    ...{ stdout: "SQLITE_FULL 1\ndone\n", seqs: [2, 3, 4, 5] },
  });
});
