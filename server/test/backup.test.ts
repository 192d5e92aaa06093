// Backups of a SQLite file that a server writes to, and restoring them. BACKUPS=50 makes that many under load.
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import BetterSqlite from "better-sqlite3";
import { beforeEach, describe, expect, test } from "vitest";
import { backupDatabase, restoreDatabase } from "../upkeep.ts";
import { sale, startApp, type TestApp } from "./app.ts";
import { runCommand, startCommand } from "./command.ts";
import { canMount, createSmallDisk } from "./disk.ts";
import { layDown } from "./fixtures.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";
import { verify } from "./verification.ts";

const BACKUPS = Number(process.env.BACKUPS ?? 2);
/** Enough to be killed or stopped in, where little is written a second. */
const LARGE_EVENTS = 80;
const LARGE_TEXT = "x".repeat(100_000);
/** For processes that a busy machine starts slowly. */
const timeout = 120_000;
const output = { write: () => undefined };

let file: string;
let folder: string;
beforeEach(() => {
  file = temporaryFile("surecount.db");
  folder = temporaryFolder();
});

/** As the commands do it, in this process: only where no server in it has the file. */
const backUp = (to: string, from = file) =>
  backupDatabase({ database: { kind: "sqlite", file: from }, file: to, bytesPerSecond: 1e9, output });
const restore = (from: string, { to = file, replace = false } = {}) =>
  restoreDatabase({ database: { kind: "sqlite", file: to }, file: from, replace, partitionLength: "month", output });

const INGEST = `mutation ($events: [IngestEventInput!]!) {
  ingestEvents(input: { events: $events }) { results { outcome } }
}`;

const fill = async (app: TestApp, events: number, text = ""): Promise<void> => {
  const inputs = Array.from({ length: events }, (_, index) => ({ event: sale({ amount: index + 1, text }) }));
  for (let at = 0; at < events; at += 10) await app.ask(INGEST, { events: inputs.slice(at, at + 10) });
};

/** Leaves the file with this many events behind. */
const fillFile = async (events: number): Promise<void> => {
  const app = await startApp({ DATABASE_URL: file });
  await fill(app, events);
  await app.close();
};

const seqsIn = (path: string): ReadonlySet<number> => {
  const db = new BetterSqlite(path, { readonly: true });
  try {
    return new Set(db.prepare("select seq from normalized_events").pluck().all() as number[]);
  } finally {
    db.close();
  }
};

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const expectSound = async (path: string): Promise<void> => expect((await verify(path)).findings).toEqual([]);

/** Changes a file behind everybody's back. */
const spoil = (path: string, sql: string): void => {
  const hand = new BetterSqlite(path);
  hand.exec(sql);
  hand.close();
};

describe("npm start -- backup FILE", () => {
  test(`${BACKUPS} backups under load are sound, hold all that was acknowledged before, and can be restored`, {
    timeout: timeout + BACKUPS * 30_000,
  }, async () => {
    const app = await startApp({ DATABASE_URL: file });
    const acknowledged: number[] = [];
    let isOver = false;
    const sending = Array.from({ length: 4 }, async (_, sender) => {
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
        expect(modeOf(backup)).toBe(0o600);
        const restored = join(folder, `restored-${turn}`, "surecount.db");
        expect(await restore(backup, { to: restored })).toMatchObject({ lastHash: report.lastHash, replaced: null });
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

  test("killed it leaves no file of that name, and what it left goes with the next", { timeout }, async () => {
    const app = await startApp({ DATABASE_URL: file });
    await fill(app, LARGE_EVENTS, LARGE_TEXT);
    await app.close();
    const backup = join(folder, "backup.db");
    const start = async () => {
      const started = startCommand(file, "backup", backup, "--rate", "1");
      await started.says(`"doneBytes"`);
      return started;
    };
    const killed = await start();
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(readdirSync(folder)).not.toEqual([]);
    for (const name of readdirSync(folder)) expect(name).toMatch(/^backup\.db\.\d+\.unfinished(-journal)?$/);
    const stopped = await start();
    stopped.child.kill("SIGTERM");
    expect(await stopped.ended).toMatchObject({ exitCode: 1, output: "" });
    expect(readdirSync(folder)).toEqual([]);
    await backUp(backup);
    expect(readdirSync(folder)).toEqual(["backup.db"]);
  });

  test.runIf(canMount)(
    "on a disk that gets full it says so and leaves nothing, and the server goes on",
    { timeout },
    async () => {
      const app = await startApp({ DATABASE_URL: file });
      await fill(app, LARGE_EVENTS, LARGE_TEXT);
      const disk = createSmallDisk(64 * 1_048_576);
      const backup = join(dirname(disk.file), "backup.db");
      const failed = startCommand(file, "backup", backup, "--rate", "1");
      await failed.says(`"doneBytes"`);
      failed.child.kill("SIGSTOP");
      disk.fill();
      failed.child.kill("SIGCONT");
      expect(await failed.ended).toMatchObject({
        exitCode: 1,
        complaint: expect.stringMatching(/^The backup was not made: .*disk is full/m),
      });
      expect(readdirSync(dirname(disk.file))).toEqual(["ballast"]);
      expect(await app.ingest(sale({ client: "after" }))).toMatchObject({ outcome: "ACCEPTED" });
      await app.close();
      await expect(backUp(backup)).rejects.toThrow(/bytes left, and \d+ are needed: nothing was written/);
    },
  );

  test("what it cannot do it says, and writes nothing", async () => {
    await fillFile(3);
    const there = join(folder, "there.db");
    writeFileSync(there, "precious");
    await expect(backUp(there)).rejects.toThrow("already: name another");
    await expect(backUp(file)).rejects.toThrow("already: name another");
    await expect(backUp(join(folder, "none", "a.db"))).rejects.toThrow("There is no folder");
    const backup = join(folder, "backup.db");
    await expect(backUp(backup, join(folder, "none.db"))).rejects.toThrow("There is no database at");
    expect(readFileSync(there, "utf8")).toBe("precious");
    spoil(file, "update raw_events set raw = replace(raw, 'sale', 'sold') where seq = 2");
    await expect(backUp(backup)).rejects.toThrow(/^raw_events seq 2: is not what was sent/);
    expect(readdirSync(folder)).toEqual(["there.db"]);
  });
});

describe("npm start -- restore FILE", () => {
  /** A database with five events, and a backup that has three of them. */
  const fillAndBackUp = async (): Promise<string> => {
    const backup = join(folder, "backup.db");
    await fillFile(3);
    await backUp(backup);
    await fillFile(5);
    return backup;
  };
  const accepted = (path: string): number => seqsIn(path).size;
  const namesBeside = (part: string): readonly string[] =>
    readdirSync(dirname(file)).filter((name) => name.includes(part));

  test("replaces only where it is told to, keeps what it replaces, and knows what was counted", async () => {
    const backup = await fillAndBackUp();
    await expect(restore(backup)).rejects.toThrow("already, and nothing was changed. With --replace");
    expect(accepted(file)).toBe(5);
    const { replaced } = await restore(backup, { replace: true });
    expect(accepted(file)).toBe(3);
    expect(namesBeside("replaced-")).toEqual([expect.stringMatching(/^replaced-\d{8}T\d{6}Z-surecount\.db$/)]);
    expect(accepted(replaced ?? "")).toBe(5);
    expect(modeOf(file)).toBe(0o600);
    const app = await startApp({ DATABASE_URL: file });
    expect(await app.ingest(sale({ amount: 2 }))).toMatchObject({ outcome: "DUPLICATE", receipt: { seq: 2 } });
    await app.close();
  });

  test("leaves a file alone that a server has, and says so in one line", { timeout }, async () => {
    const backup = await fillAndBackUp();
    const app = await startApp({ DATABASE_URL: file });
    expect(await runCommand(file, "restore", backup, "--replace")).toMatchObject({
      exitCode: 1,
      output: "",
      complaint: expect.stringMatching(new RegExp(`^[^\\n]*another server: process ${process.pid} on [^\\n]*\\n$`)),
    });
    await app.close();
    expect(accepted(file)).toBe(5);
  });

  test("a backup that is damaged, another program's or of a newer version replaces nothing", async () => {
    const backup = await fillAndBackUp();
    const bad = join(folder, "bad.db");
    for (const [sql, complaint] of [
      ["update normalized_events set amount = '7' where seq = 2", "normalized_events seq 2"],
      [
        "insert into __drizzle_migrations (hash, created_at) values ('of the future', 9999999999999)",
        "a newer version of Surecount",
      ],
      ["drop table __drizzle_migrations", "another program"],
    ] as const) {
      copyFileSync(backup, bad);
      spoil(bad, sql);
      await expect(restore(bad, { replace: true })).rejects.toThrow(complaint);
    }
    writeFileSync(bad, readFileSync(backup).subarray(0, 20_000));
    await expect(restore(bad, { replace: true })).rejects.toThrow("damaged");
    expect(accepted(file)).toBe(5);
    expect([...namesBeside("restoring"), ...namesBeside("replaced")]).toEqual([]);
  });

  test("one that is older is brought up to date, and left as it was itself", async () => {
    const old = join(folder, "old.db");
    layDown("0001", old);
    const before = readFileSync(old);
    await restore(old);
    await expectSound(file);
    expect(readFileSync(old)).toEqual(before);
    expect(readdirSync(folder)).toEqual([basename(old)]);
  });

  test("takes the place of one that is lost or damaged, whatever is left of it", async () => {
    const backup = await fillAndBackUp();
    truncateSync(file, 8_192);
    writeFileSync(`${file}-wal`, "what a crash has left");
    await restore(backup, { replace: true });
    await expectSound(file);
    expect(existsSync(`${file}-wal`)).toBe(false);
    renameSync(file, join(folder, "lost.db"));
    await restore(backup);
    await expectSound(file);
  });

  test("killed in the middle it has changed nothing, and what it left goes with the next", { timeout }, async () => {
    const backup = await fillAndBackUp();
    const killed = startCommand(file, "restore", backup, "--replace");
    await killed.says(`{"step":"verifying"}`);
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(accepted(file)).toBe(5);
    await restore(backup, { replace: true });
    expect(accepted(file)).toBe(3);
    expect(namesBeside("restoring")).toEqual([]);
  });
});
