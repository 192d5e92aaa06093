// Which file a server opens, and which it refuses: it never serves from one that is another's, newer, damaged or not what
// was there before.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { text } from "node:stream/consumers";
import BetterSqlite from "better-sqlite3";
import { beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { sale, startApp } from "./app.ts";
import { type ServerProcess, startProcess, userEnvironment } from "./process.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";

let file: string;
beforeEach(() => {
  file = temporaryFile("surecount.db");
});

const serve = async (database = file): Promise<ServerProcess> =>
  startProcess({ DATABASE_URL: database, PORT: await freePort() });

/** What the server says that does not start. */
const refusal = async (database = file): Promise<string> => {
  const child = spawn(process.execPath, ["server/start.js", "server/main.ts"], {
    env: { ...userEnvironment(), DATABASE_URL: database, PORT: "0" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [complaint, [exitCode]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect([exitCode, complaint]).toEqual([1, expect.stringMatching(/^Surecount cannot start: [^\n]+\n$/)]);
  return complaint;
};

/** Leaves a database with this many events behind, closed in order. */
const fill = async (events = 1): Promise<void> => {
  const app = await startApp({ DATABASE_URL: file });
  for (let amount = 1; amount <= events; amount++) await app.ingest(sale({ amount, text: "x".repeat(3_000) }));
  await app.close();
};

/** Leaves a database behind whose last 20 events are in the log of transactions alone, as a killed server does. */
const fillAndKill = async (source = temporaryFile("surecount.db")): Promise<void> => {
  const app = await startApp({ DATABASE_URL: source });
  for (let amount = 101; amount <= 120; amount++) await app.ingest(sale({ amount }));
  const folder = temporaryFolder();
  cpSync(dirname(source), folder, { recursive: true });
  await app.close();
  file = join(folder, "surecount.db");
};

const accepted = async (): Promise<number> => {
  const app = await startApp({ DATABASE_URL: file });
  const { stats, books } = await app.ask("{ stats { accepted } books { balanced } }");
  await app.close();
  expect(books.balanced).toBe(true);
  return stats.accepted;
};

describe("a second server on one file", () => {
  test("is refused and told who is first, by whatever name it calls the file; the first goes on", async () => {
    const first = await serve();
    const link = join(temporaryFolder(), "link.db");
    symlinkSync(file, link);
    const folder = join(temporaryFolder(), "folder");
    symlinkSync(dirname(file), folder);
    for (const name of [file, relative(process.cwd(), file), link, join(folder, "surecount.db")]) {
      const complaint = await refusal(name);
      expect(complaint).toContain(`process ${first.child.pid} on `);
      expect(complaint).toContain(first.url);
      expect(complaint).toMatch(/since \d{4}-\d\d-\d\dT/);
    }
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    expect(await first.stop()).toBe(0);
  });

  test("starts when the first was killed, however that died", async () => {
    for (let time = 0; time < 3; time++) await (await serve()).kill();
    expect(await (await serve()).stop()).toBe(0);
  });

  test("is refused as well where both start at the same moment", async () => {
    const ports = await Promise.all([1, 2, 3, 4].map(freePort));
    const starts = await Promise.allSettled(ports.map((PORT) => startProcess({ DATABASE_URL: file, PORT })));
    const started = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    expect(started).toHaveLength(1);
    const pid = started[0]?.child.pid;
    for (const start of starts)
      if (start.status === "rejected") expect(String(start.reason)).toContain(`process ${pid} on `);
    await started[0]?.stop();
  });

  test("is refused where the file has a second name", async () => {
    await fill();
    const second = join(dirname(file), "second.db");
    linkSync(file, second);
    expect(await refusal(second)).toContain("another name");
  });
});

describe("a file that is not what was there before", () => {
  test.each([
    ["is gone", () => rmSync(file), "is not there any more"],
    ["is empty", () => truncateSync(file), "is empty"],
    ["lacks its end", () => truncateSync(file, 8_192), "is shorter than it was"],
    ["lacks half a page", () => truncateSync(file, readFileSync(file).length - 100), "is shorter than it was"],
  ])(
    "is refused where it %s, and told how to restore it; the restored one is opened",
    async (_what, lose, complaint) => {
      await fill(5);
      const backup = `${file}.backup`;
      copyFileSync(file, backup);
      lose();
      const left = existsSync(file) ? readFileSync(file) : null;
      const said = await refusal();
      expect(said).toContain(complaint);
      expect(said).toContain("Restore it from a backup");
      expect(existsSync(file) ? readFileSync(file) : null).toEqual(left);
      renameSync(backup, file);
      expect(await accepted()).toBe(5);
    },
  );

  test("is refused where it is gone and only its log of transactions is left", async () => {
    await fillAndKill();
    rmSync(file);
    rmSync(`${file}-owner`);
    expect(await refusal()).toContain("is not there any more");
  });

  test("is refused where its end is neither in it nor in its log of transactions", async () => {
    await fill(5);
    await fillAndKill(file);
    truncateSync(file, 8_192);
    expect(await refusal()).toContain("is shorter than it was");
  });

  test("is no loss where a checkpoint died that had copied the first page alone", async () => {
    await fillAndKill();
    const log = readFileSync(`${file}-wal`);
    const first = Array.from({ length: (log.length - 32) / 4_120 }, (_, frame) => 32 + frame * 4_120)
      .filter((at) => log.readUInt32BE(at) === 1)
      .at(-1) as number;
    const page = log.subarray(first + 24, first + 4_120);
    writeFileSync(file, page);
    expect(page.readUInt32BE(28)).toBeGreaterThan(10);
    expect(await accepted()).toBe(20);
  });

  test("is no loss where all of it was deleted", async () => {
    await fill();
    rmSync(dirname(file), { recursive: true });
    expect(await accepted()).toBe(0);
  });
});

describe("a file that cannot be used", () => {
  test("is left as it was where it is no database, another program's or a newer version's", async () => {
    writeFileSync(file, "This is no database.".repeat(500), { mode: 0o644 });
    const before = readFileSync(file);
    expect(await refusal()).toContain("is not a database");
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(dirname(file))).toEqual(["surecount.db"]);
    rmSync(file);
    expect(await refusal(dirname(file))).toContain("is not a database");
    execFileSync("mkfifo", ["-m", "644", file]);
    expect(await refusal()).toContain("is not a database");
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(readdirSync(dirname(file))).toEqual(["surecount.db"]);
    rmSync(file);
    const other = new BetterSqlite(file);
    other.exec("create table theirs (value)");
    other.close();
    const theirs = readFileSync(file);
    expect(await refusal()).toContain("another program");
    expect(readFileSync(file)).toEqual(theirs);
  });

  test("is refused where a newer version has written it", async () => {
    await fill();
    const newer = new BetterSqlite(file);
    newer.exec("insert into __drizzle_migrations (hash, created_at) values ('of the future', 9999999999999)");
    newer.close();
    expect(await refusal()).toContain("a newer version of Surecount");
  });

  test("is refused where it is damaged, with what to do, and not changed", async () => {
    await fill(5);
    const bytes = readFileSync(file);
    // The page of the schema: nothing can be read without it.
    bytes.fill(0xff, 100, 4_096);
    writeFileSync(file, bytes);
    const said = await refusal();
    expect(said).toContain("is damaged");
    expect(said).toContain("Restore it from a backup");
    expect(readFileSync(file)).toEqual(bytes);
  });
});
