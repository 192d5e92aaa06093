// Backups of a SQLite file that a server writes to, and restoring them. BACKUPS=50 makes that many under load.
import { existsSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import BetterSqlite from "better-sqlite3";
import { beforeEach, describe, expect, test } from "vitest";
import { sale, startApp, type TestApp } from "./app.ts";
import { runCommand, startCommand } from "./command.ts";
import { canMount, createSmallDisk } from "./disk.ts";
import { layDown } from "./fixtures.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";
import { verify } from "./verification.ts";

const BACKUPS = Number(process.env.BACKUPS ?? 2);
/** Enough to be killed or stopped in, where little is written a second. */
const LARGE_EVENTS = 40;
const LARGE_TEXT = "x".repeat(100_000);

let file: string;
let folder: string;
beforeEach(() => {
  file = temporaryFile("surecount.db");
  folder = temporaryFolder();
});

const INGEST = `mutation ($events: [IngestEventInput!]!) {
  ingestEvents(input: { events: $events }) { results { outcome receipt { seq } } }
}`;

const fill = async (app: TestApp, events: number, text = ""): Promise<void> => {
  const inputs = Array.from({ length: events }, (_, index) => ({ event: sale({ amount: index + 1, text }) }));
  for (let at = 0; at < events; at += 10) await app.ask(INGEST, { events: inputs.slice(at, at + 10) });
};

const seqsIn = (path: string): ReadonlySet<number> => {
  const db = new BetterSqlite(path, { readonly: true });
  try {
    return new Set(db.prepare("select seq from normalized_events").pluck().all() as number[]);
  } finally {
    db.close();
  }
};

const expectSound = async (path: string): Promise<void> => expect((await verify(path)).findings).toEqual([]);

describe("npm start -- backup FILE", () => {
  test(`${BACKUPS} backups under load are sound, hold all that was acknowledged before, and can be restored`, {
    timeout: 60_000 + BACKUPS * 30_000,
  }, async () => {
    const app = await startApp({ DATABASE_URL: file });
    const acknowledged: number[] = [];
    let isOver = false;
    const sending = Array.from({ length: 8 }, async (_, sender) => {
      for (let amount = 1; !isOver; amount++) {
        const { outcome, receipt } = await app.ingest(sale({ client: `c${sender}`, amount }));
        if (outcome === "ACCEPTED") acknowledged.push(receipt.seq);
      }
    });
    try {
      for (let turn = 0; turn < BACKUPS; turn++) {
        const backup = join(folder, `${turn}.db`);
        const before = [...acknowledged];
        const made = await runCommand(file, "backup", backup);
        expect(made).toMatchObject({ exitCode: 0, complaint: expect.stringContaining(`{"step":"verifying"}`) });
        expect(acknowledged.length).toBeGreaterThan(before.length);
        const report = JSON.parse(made.output);
        expect(report).toMatchObject({ file: backup, sizeBytes: statSync(backup).size });
        expect(report.lastHash).toMatch(/^[0-9a-f]{64}$/);
        expect(statSync(backup).mode & 0o777).toBe(0o600);
        const restored = join(folder, `restored-${turn}`, "surecount.db");
        expect(await runCommand(restored, "restore", backup)).toMatchObject({ exitCode: 0 });
        const seqs = seqsIn(restored);
        expect(before.filter((seq) => !seqs.has(seq))).toEqual([]);
        await expectSound(restored);
      }
      expect(readdirSync(folder).filter((name) => name.includes("unfinished"))).toEqual([]);
    } finally {
      isOver = true;
      await Promise.all(sending);
      await app.close();
    }
  });

  test("killed in the middle it leaves no file of that name, and what it left goes with the next", async () => {
    const app = await startApp({ DATABASE_URL: file });
    await fill(app, LARGE_EVENTS, LARGE_TEXT);
    const backup = join(folder, "backup.db");
    const killed = startCommand(file, "backup", backup, "--rate", "1");
    await killed.says(`"doneBytes"`);
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^backup\.db\.\d+\.unfinished$/)]);
    const stopped = startCommand(file, "backup", backup, "--rate", "1");
    await stopped.says(`"doneBytes"`);
    stopped.child.kill("SIGTERM");
    expect(await stopped.ended).toMatchObject({ exitCode: 1, output: "" });
    expect(readdirSync(folder)).toEqual([]);
    expect(await runCommand(file, "backup", backup)).toMatchObject({ exitCode: 0 });
    expect(readdirSync(folder)).toEqual(["backup.db"]);
    await app.close();
  });

  test.runIf(canMount)(
    "on a disk that gets full it says so and leaves nothing, and the server notices nothing",
    async () => {
      const app = await startApp({ DATABASE_URL: file });
      await fill(app, LARGE_EVENTS, LARGE_TEXT);
      const disk = createSmallDisk(64 * 1_048_576);
      const backup = join(dirname(disk.file), "backup.db");
      const failed = startCommand(file, "backup", backup, "--rate", "1");
      await failed.says(`"doneBytes"`);
      disk.fill();
      expect(await failed.ended).toMatchObject({ exitCode: 1, complaint: expect.stringContaining("disk is full") });
      expect(readdirSync(dirname(disk.file))).toEqual(["ballast"]);
      const refused = await runCommand(file, "backup", backup);
      expect(refused).toMatchObject({ exitCode: 1, complaint: expect.stringContaining("nothing was written") });
      expect(await app.ingest(sale({ client: "after" }))).toMatchObject({ outcome: "ACCEPTED" });
      await app.close();
    },
  );

  test("what it cannot do it says in one line, and writes nothing", async () => {
    const app = await startApp({ DATABASE_URL: file });
    await fill(app, 3);
    await app.close();
    const there = join(folder, "there.db");
    writeFileSync(there, "precious");
    const backup = join(folder, "backup.db");
    for (const [database, args, complaint] of [
      [file, [there], "already: name another"],
      [file, [file], "already: name another"],
      [file, [join(folder, "none", "a.db")], "There is no folder"],
      [join(folder, "none.db"), [backup], "There is no database at"],
      [file, [backup, "--rate", "fast"], "--rate must be"],
    ] as const)
      expect(await runCommand(database, "backup", ...args)).toMatchObject({
        exitCode: expect.toBeOneOf([1, 2]),
        output: "",
        complaint: expect.stringMatching(new RegExp(`^[^\\n]*${complaint}[^\\n]*\\n$`)),
      });
    expect(readFileSync(there, "utf8")).toBe("precious");
    const hand = new BetterSqlite(file);
    hand.exec("update raw_events set raw = replace(raw, 'sale', 'sold') where seq = 2");
    hand.close();
    expect(await runCommand(file, "backup", backup)).toMatchObject({
      exitCode: 1,
      complaint: expect.stringMatching(/^raw_events seq 2: is not what was sent/m),
    });
    expect(readdirSync(folder)).toEqual(["there.db"]);
  });
});

describe("npm start -- restore FILE", () => {
  /** A database with three events, and its backup; another two come after. */
  const fillAndBackUp = async (): Promise<string> => {
    const app = await startApp({ DATABASE_URL: file });
    await fill(app, 3);
    const backup = join(folder, "backup.db");
    expect(await runCommand(file, "backup", backup)).toMatchObject({ exitCode: 0 });
    await fill(app, 5);
    await app.close();
    return backup;
  };
  const accepted = (path: string): number => seqsIn(path).size;
  const aside = (): readonly string[] =>
    readdirSync(dirname(file)).filter((name) => /^replaced-\d{8}T\d{6}Z-surecount\.db$/.test(name));

  test("replaces only where it is told to, keeps what it replaces, and knows what was counted", async () => {
    const backup = await fillAndBackUp();
    expect(await runCommand(file, "restore", backup)).toMatchObject({
      exitCode: 1,
      output: "",
      complaint: expect.stringContaining("already, and nothing was changed. With --replace"),
    });
    expect(accepted(file)).toBe(5);
    expect(await runCommand(file, "restore", backup, "--replace")).toMatchObject({ exitCode: 0 });
    expect(accepted(file)).toBe(3);
    const [kept = ""] = aside();
    expect(accepted(join(dirname(file), kept))).toBe(5);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const app = await startApp({ DATABASE_URL: file });
    expect(await app.ingest(sale({ amount: 2 }))).toMatchObject({ outcome: "DUPLICATE", receipt: { seq: 2 } });
    await app.close();
  });

  test("leaves a file alone that a server has", async () => {
    const backup = await fillAndBackUp();
    const app = await startApp({ DATABASE_URL: file });
    expect(await runCommand(file, "restore", backup, "--replace")).toMatchObject({
      exitCode: 1,
      complaint: expect.stringContaining(`belongs to another server: process ${process.pid} on `),
    });
    await app.close();
    expect(accepted(file)).toBe(5);
  });

  test("a backup that is damaged, another program's or of a newer version replaces nothing", async () => {
    const backup = await fillAndBackUp();
    const bad = join(folder, "bad.db");
    const spoil = (sql: string): void => {
      writeFileSync(bad, readFileSync(backup));
      const hand = new BetterSqlite(bad);
      hand.exec(sql);
      hand.close();
    };
    const expectRefused = async (complaint: string): Promise<void> => {
      expect(await runCommand(file, "restore", bad, "--replace")).toMatchObject({
        exitCode: 1,
        complaint: expect.stringContaining(complaint),
      });
      expect(accepted(file)).toBe(5);
      expect(readdirSync(dirname(file)).filter((name) => name.includes("restoring"))).toEqual([]);
    };
    spoil("update normalized_events set amount = '7' where seq = 2");
    await expectRefused("normalized_events seq 2");
    spoil("insert into __drizzle_migrations (hash, created_at) values ('of the future', 9999999999999)");
    await expectRefused("a newer version of Surecount");
    spoil("drop table __drizzle_migrations");
    await expectRefused("another program");
    writeFileSync(bad, readFileSync(backup).subarray(0, 20_000));
    await expectRefused("damaged");
    expect(aside()).toEqual([]);
  });

  test("one that is older is brought up to date, and left as it was itself", async () => {
    const old = join(folder, "old.db");
    layDown("0001", old);
    const before = readFileSync(old);
    expect(await runCommand(file, "restore", old)).toMatchObject({ exitCode: 0 });
    await expectSound(file);
    expect(readFileSync(old)).toEqual(before);
    expect(readdirSync(folder)).toEqual([basename(old)]);
  });

  test("takes the place of one that is lost or damaged, whatever is left of it", async () => {
    const backup = await fillAndBackUp();
    truncateSync(file, 8_192);
    writeFileSync(`${file}-wal`, "what a crash has left");
    expect(await runCommand(file, "restore", backup, "--replace")).toMatchObject({ exitCode: 0 });
    await expectSound(file);
    expect(existsSync(`${file}-wal`)).toBe(false);
    renameSync(file, join(folder, "lost.db"));
    expect(await runCommand(file, "restore", backup)).toMatchObject({ exitCode: 0 });
    await expectSound(file);
  });

  test("killed in the middle it has changed nothing, and the next is not in its way", async () => {
    const backup = await fillAndBackUp();
    const killed = startCommand(file, "restore", backup, "--replace");
    await killed.says(`{"step":"verifying"}`);
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(accepted(file)).toBe(5);
    expect(await runCommand(file, "restore", backup, "--replace")).toMatchObject({ exitCode: 0 });
    expect(accepted(file)).toBe(3);
    expect(readdirSync(dirname(file)).filter((name) => name.includes("restoring"))).toEqual([]);
  });
});
