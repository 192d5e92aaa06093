import pg from "pg";
import { beforeEach, describe, expect, test } from "vitest";
import { createPostgresStorage } from "../storage/postgres/storage.ts";
import { openVerifySource } from "../storage/postgres/verify-source.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import { VerifyRefused } from "../storage/verification.ts";
import { fillWithEverything } from "../test/everything.ts";
import { createDatabase, hasPostgres } from "../test/postgres.ts";
import { NOON } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { isEqual } from "../transfer/copy.ts";
import { copyToPostgres } from "../upkeep.ts";
import { checkpointOf } from "./checkpoint.ts";
import { verifyDatabase } from "./verify.ts";

const silent = { write: () => undefined };

const verify = async (url: string) => {
  const source = await openVerifySource(url);
  try {
    const checkpoint = await checkpointOf(source);
    return await verifyDatabase({ source, checkpoint, output: silent });
  } finally {
    await source.close();
  }
};

describe.runIf(hasPostgres)("a database on PostgreSQL", () => {
  let url: string;
  beforeEach(async () => {
    url = await createDatabase();
  });

  const fill = async (): Promise<void> => {
    let clockUs = NOON;
    const options = { url, connections: 8, partitionLength: "month", now: () => clockUs } as const;
    const storage = await createPostgresStorage(options);
    const setClock = (us: number): void => {
      clockUs = us;
    };
    await fillWithEverything({ storage, setClock });
    await storage.close();
  };

  const linesOf = async (): Promise<string[]> =>
    (await verify(url)).findings.map(({ table, row, what }) => `${table}${row === null ? "" : ` ${row}`}: ${what}`);

  test("that has everything in it is found sound", async () => {
    await fill();
    expect(await linesOf()).toEqual([]);
    const { walked, rows } = await verify(url);
    expect(walked).toMatchObject({ unchained: 0, readOtherwise: 0 });
    expect(rows).toMatchObject({ profiles: 5, jobs: 2 });
    // One of the events was found to be another.
    expect(walked?.identities).toBe((walked?.events ?? 0) - 1);
  });

  test("that is a copy of a file is found sound, and has the same end of its log", async () => {
    const file = temporaryFile("surecount.db");
    let clockUs = NOON;
    const storage = await createSqliteStorage({ file, now: () => clockUs });
    const setClock = (us: number): void => {
      clockUs = us;
    };
    await fillWithEverything({ storage, setClock });
    const [last] = await storage.entries({}, { order: "descending", limit: 1 });
    await storage.close();
    expect(isEqual(await copyToPostgres({ file, url, partitionLength: "month", output: silent }))).toBe(true);
    expect(await linesOf()).toEqual([]);
    expect((await verify(url)).walked?.lastHash).toBe(last?.hash);
  });

  test("in which something was changed is found out", async () => {
    await fill();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const cases: readonly (readonly [sql: string, finding: RegExp])[] = [
      ["update processing_log set differences = null where seq = 3", /^processing_log seq 3: its hash/],
      ["delete from processing_log where seq = 5", /^processing_log seq 6: entry 5 is missing/],
      ["update normalized_events set amount = 1.6 where seq = 7", /^normalized_events seq 7: the fingerprint/],
      ["update event_identities set fingerprint = '\\x00' where seq = 7", /^event_identities seq 7: the fingerprint/],
      ["delete from event_identities where seq = 7", /^event_identities seq 7: is missing/],
      [
        "update rollups set sum = sum + 1 where client = 'till' and grain_minutes = 0",
        /^rollups .* of all time: the sum/,
      ],
      [
        "update failed_events set raw = replace(raw, 'kiosk', 'kiosK') where id = 4",
        /^failed_events id 4: what was sent/,
      ],
      ["update log_head set hash = '\\x00'", /^log_head: hash is/],
      ["update log_head set seq = seq + 1", /^log_head: seq is/],
      ["update activity set rejected = 0", /^activity minute .*: rejected is 0, and should be/],
      ["update counters set duplicates = 0 where client = 'kiosk'", /^counters client "kiosk": duplicates is/],
      ["update processing_log set event = 2 where action = 'DUPLICATE'", /is about event 2, which is not there/],
    ];
    const tables = [...new Set(cases.map(([sql]) => /(?:update|from) (\w+)/.exec(sql)?.[1] ?? ""))];
    await client.query("create schema kept");
    for (const table of tables) await client.query(`create table kept.${table} as table ${table}`);
    for (const [sql, finding] of cases) {
      await client.query(sql);
      expect(await linesOf(), sql).toContainEqual(expect.stringMatching(finding));
      for (const table of tables) await client.query(`delete from ${table}; insert into ${table} table kept.${table}`);
    }
    expect(await linesOf()).toEqual([]);
    await client.end();
  });

  test("that does not hold one is not judged", async () => {
    await expect(openVerifySource(url)).rejects.toThrow(VerifyRefused);
  });
});
