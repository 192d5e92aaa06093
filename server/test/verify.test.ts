// The commands verify and checkpoint, as processes of their own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import BetterSqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { sale, startApp } from "./app.ts";
import { userEnvironment } from "./process.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";

const run = async (databaseUrl: string, ...args: readonly string[]) => {
  const child = spawn(process.execPath, ["server/start.js", "server/main.ts", ...args], {
    env: { ...userEnvironment(), DATABASE_URL: databaseUrl },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = once(child, "exit");
  const [output, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = await exit;
  return { output, complaint, exitCode };
};

test("beside a server under load a database is verified as it is at one moment, and a checkpoint holds", async () => {
  const file = temporaryFile("surecount.db");
  const checkpointFile = join(temporaryFolder(), "checkpoint.json");
  const app = await startApp({ DATABASE_URL: file });
  let isDone = false;
  let sent = 0;
  const load = (async () => {
    while (!isDone) {
      sent += 1;
      await app.ingest(sale({ amount: sent % 7 === 0 ? "?" : 1 + (sent % 500) }));
    }
  })();
  try {
    await expect.poll(() => sent, { timeout: 50_000 }).toBeGreaterThan(20);
    expect(await run(file, "checkpoint", "--out", checkpointFile)).toEqual({ output: "", complaint: "", exitCode: 0 });
    const checkpoint = JSON.parse(readFileSync(checkpointFile, "utf8"));
    const sentBefore = sent;
    const { output, complaint, exitCode } = await run(file, "verify", "--checkpoint", checkpointFile);
    expect(output).toMatch(/^processing_log +\d+ {2}an unbroken chain, ends with [0-9a-f]{64}$/m);
    expect(output).toMatch(new RegExp(`^checkpoint +${checkpoint.seq} {2}still holds$`, "m"));
    expect(output).toMatch(/^Verified \d+ entries in \d+ s: everything is as it should be, and the books balance\.$/m);
    expect(complaint).toMatch(/^\{"step":"verifying","doneRows":(\d+),"totalRows":\1,/m);
    expect(exitCode).toBe(0);
    // Nobody waited for it.
    expect(sent).toBeGreaterThan(sentBefore);
  } finally {
    isDone = true;
    await load;
  }
  const { checkpoint } = await app.ask("{ checkpoint { seq hash at databaseId } }");
  expect(JSON.parse((await run(file, "checkpoint")).output)).toEqual({ version: 1, ...checkpoint });
  const { log } = await app.ask("{ log(last: 1) { nodes: edges { node { seq hash } } } }");
  expect(log.nodes).toEqual([{ node: { seq: checkpoint.seq, hash: checkpoint.hash } }]);
  await app.close();
});

test("what is wrong is told in a line each, and the exit code is 1", async () => {
  const file = temporaryFile("surecount.db");
  const app = await startApp({ DATABASE_URL: file });
  for (const amount of [1, 2, 3]) await app.ingest(sale({ amount }));
  await app.close();
  const db = new BetterSqlite(file);
  db.exec("update raw_events set raw = replace(raw, 'sale', 'sold') where seq = 2");
  db.close();
  expect(await run(file, "verify")).toMatchObject({
    exitCode: 1,
    output: expect.stringMatching(
      /^raw_events seq 2: is not what was sent: [^\n]*\nVerified 3 entries in \d+ s: 1 thing is wrong\. [^\n]*\n$/,
    ),
  });
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length / 2));
  expect(await run(file, "verify")).toMatchObject({ exitCode: 1 });
  writeFileSync(file, "this is no database, but long enough to be taken for one ".repeat(20));
  expect(await run(file, "verify")).toMatchObject({
    exitCode: 1,
    complaint: expect.stringContaining("The database is damaged: "),
  });
});

test("what it cannot do it says in one line with exit code 2, and makes nothing", async () => {
  const file = temporaryFile("surecount.db");
  expect(await run(file, "verify")).toMatchObject({
    exitCode: 2,
    complaint: expect.stringContaining("There is no database at"),
  });
  expect(await run(file, "checkpoint")).toMatchObject({ exitCode: 2, output: "" });
  expect(existsSync(file)).toBe(false);
  const missing = join(temporaryFolder(), "none.json");
  expect(await run(file, "verify", "--checkpoint", missing)).toMatchObject({
    exitCode: 2,
    complaint: expect.stringMatching(/^The file "[^\n]*none\.json" cannot be read\. [^\n]*\n$/),
  });
  writeFileSync(missing, "{}");
  expect(await run(file, "verify", "--checkpoint", missing)).toMatchObject({
    exitCode: 2,
    complaint: expect.stringMatching(/^This is no checkpoint: [^\n]*\n$/),
  });
  expect(await run(file, "verify", "--loudly", "1")).toMatchObject({ exitCode: 2 });
});

test("a database of an older version is not judged", async () => {
  const file = temporaryFile("surecount.db");
  const app = await startApp({ DATABASE_URL: file });
  await app.close();
  const db = new BetterSqlite(file);
  db.exec("delete from __drizzle_migrations where created_at = (select max(created_at) from __drizzle_migrations)");
  db.close();
  expect(await run(file, "verify")).toMatchObject({
    exitCode: 2,
    complaint: expect.stringContaining("of an older version: start the server once"),
  });
});
