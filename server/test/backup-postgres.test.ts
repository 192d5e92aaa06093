// Backups of a PostgreSQL database: one file that is verified, served by SQLite, and restored to either.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { queryOnce } from "../bench/postgres.ts";
import { copyTables } from "../storage/copy.ts";
import { createPostgresStorage } from "../storage/postgres/storage.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import type { Storage } from "../storage/storage.ts";
import { backupDatabase, restoreDatabase } from "../upkeep.ts";
import { sale, startApp } from "./app.ts";
import { fillWithEverything } from "./everything.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";
import { NOON } from "./prepared.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";
import { verify } from "./verification.ts";

const log = { error: () => undefined, warn: () => undefined, info: () => undefined };

const openStorage = (databaseUrl: string, now = () => NOON): Promise<Storage> =>
  databaseUrl.startsWith("postgres")
    ? createPostgresStorage({ url: databaseUrl, connections: 6, partitionLength: "month", now, log })
    : createSqliteStorage({ file: databaseUrl, now, log });

/** All that it says, without a server that would go on with its later work. */
const figuresOf = async (databaseUrl: string): Promise<object> => {
  const storage = await openStorage(databaseUrl);
  const range = { order: "ascending", limit: 500 } as const;
  const [totals, entries, events, failures, profiles, jobs, books] = await Promise.all([
    storage.totals(null),
    storage.entries({}, range),
    storage.events({}, range),
    storage.failures({}, range),
    storage.profileVersions(null),
    storage.jobs(range),
    storage.books(),
  ]);
  const raws = await storage.rawEvents(events.map(({ seq }) => seq));
  const { databaseId } = storage;
  await storage.close();
  return { databaseId, totals, entries, events, raws, failures, profiles, jobs, books };
};

/** What a database is by itself: its own facts, the end of its log as a row, and the account of its migrations. */
const notInBackups = ["meta", "log_head"];

/** How many rows each table has, with a hash of them, whatever the program knows of it. */
const rowsOf = async (url: string): Promise<Readonly<Record<string, string>>> => {
  const tables = await queryOnce(
    url,
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
       and not relispartition order by 1`,
  );
  const counted = tables.map(async ({ name }) => {
    // In the order of their text, which does not depend on the order in which they came.
    const sql = `select count(*) || ' ' || md5(coalesce(string_agg(t::text, ' ' order by t::text), '')) as rows from ${name} t`;
    const [row] = await queryOnce(url, sql);
    return [String(name), String(row?.rows)] as const;
  });
  const found = Object.fromEntries(await Promise.all(counted));
  for (const name of notInBackups) delete found[name];
  return found;
};

const fill = async (url: string): Promise<void> => {
  let nowUs = NOON;
  const storage = await openStorage(url, () => nowUs);
  const setClock = (us: number): void => {
    nowUs = us;
  };
  await fillWithEverything({ storage, setClock });
  await storage.close();
};

/** For a busy machine. */
const timeout = 120_000;
const output = { write: () => undefined };

/** As the commands do it, in this process. */
const backUp = (url: string, file: string) =>
  backupDatabase({ database: { kind: "postgres", url }, file, bytesPerSecond: 1e9, output });
const restore = (file: string, to: string) =>
  restoreDatabase({
    ...{ file, replace: false, partitionLength: "month", output },
    database: to.startsWith("postgres") ? { kind: "postgres", url: to } : { kind: "sqlite", file: to },
  });

describe.runIf(hasPostgres)("a backup of PostgreSQL", { timeout }, () => {
  test("says the same as its source: as a file, and restored into an empty database, with every row of every table", async () => {
    const url = await createDatabase();
    await fill(url);
    const backup = join(temporaryFolder(), "backup.db");
    const { lastHash } = await backUp(url, backup);
    expect((await verify(backup)).findings).toEqual([]);
    const figures = await figuresOf(url);

    const file = temporaryFile("surecount.db");
    await restore(backup, file);
    expect(await figuresOf(file)).toEqual(figures);

    const other = await createDatabase();
    expect(await restore(backup, other)).toMatchObject({ lastHash, replaced: null });
    const rows = await rowsOf(url);
    expect(Object.keys(rows)).toEqual(Object.keys(copyTables).toSorted());
    expect(Object.entries(rows).filter(([, count]) => count.startsWith("0 "))).toEqual([]);
    expect(await rowsOf(other)).toEqual(rows);
    expect(await figuresOf(other)).toEqual(figures);
  });

  test("holds all that was acknowledged before, whoever writes meanwhile, and is restored into no database with entries", async () => {
    const url = await createDatabase();
    const app = await startApp({ DATABASE_URL: url });
    let isOver = false;
    let last = 0;
    const sending = (async () => {
      for (let amount = 1; !isOver; amount++) last = (await app.ingest(sale({ amount }))).receipt.seq;
    })();
    const backup = join(temporaryFolder(), "backup.db");
    await expect.poll(() => last, { timeout }).toBeGreaterThan(20);
    const before = last;
    const { lastSeq } = await backUp(url, backup);
    isOver = true;
    await sending;
    expect(lastSeq).toBeGreaterThanOrEqual(before);
    expect(last).toBeGreaterThan(before);
    await app.close();
    await expect(restore(backup, url)).rejects.toThrow("The target is not empty");
  });

  test("is not made of a database that has no tables yet", async () => {
    const backup = join(temporaryFolder(), "backup.db");
    await expect(backUp(await createDatabase(), backup)).rejects.toThrow("There is no database of Surecount");
    expect(existsSync(backup)).toBe(false);
  });
});
