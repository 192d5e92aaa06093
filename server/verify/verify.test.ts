import { copyFileSync } from "node:fs";
import BetterSqlite from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { binOf, encodeBins } from "../domain/bins.ts";
import { billionthsOf } from "../domain/decimal.ts";
import { fingerprint } from "../domain/fingerprint.ts";
import { formatMicros } from "../domain/timestamp.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import { sale } from "../storage/storage.contract.ts";
import type { Storage } from "../storage/storage.ts";
import { fillWithEverything } from "../test/everything.ts";
import { NOON, prepared } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { verify } from "../test/verification.ts";
import { MAX_FINDINGS } from "./findings.ts";
import { verifyLines } from "./report.ts";
import type { VerifyReport } from "./verify.ts";

let original: string;
beforeAll(async () => {
  original = temporaryFile("surecount.db");
  let clockUs = NOON;
  const storage = await createSqliteStorage({ file: original, now: () => clockUs });
  await fillWithEverything({ storage, setClock: (us) => (clockUs = us) });
  await storage.close();
});

/** A copy in which something was changed by these statements. */
const changed = (...statements: readonly string[]): string => {
  const file = temporaryFile("surecount.db");
  copyFileSync(original, file);
  const db = new BetterSqlite(file);
  for (const statement of statements) db.exec(statement);
  db.close();
  return file;
};

test("a database with everything in it is found sound", async () => {
  const { findings, count, walked, rows } = await verify(original);
  expect(findings).toEqual([]);
  expect(count).toBe(0);
  expect(walked).toMatchObject({ unchained: 0, withoutRaw: 2, readOtherwise: 0 });
  expect(rows).toMatchObject({ profiles: 5, jobs: 2 });
});

test("the notes that Litestream keeps in a file it replicates are no fault of it; other tables are", async () => {
  const notes = "create table _litestream_seq (id integer primary key, seq integer)";
  const file = changed(notes, "create table _litestream_lock (id integer)");
  expect((await verify(file)).findings).toEqual([]);
  const strange = changed("create table _litestream_other (id integer)");
  expect((await verify(strange)).findings).toMatchObject([{ table: "_litestream_other" }]);
});

test("what has everything in it has it", () => {
  const db = new BetterSqlite(original, { readonly: true });
  const listOf = (sql: string) => db.prepare(sql).pluck().all();
  expect(listOf("select distinct action from processing_log order by 1")).toEqual([
    ...["ACCEPTED", "CONFLICT", "DISCARDED", "DUPLICATE", "FAULTED", "JOB_ENDED", "JOB_STARTED", "PROFILE_DELETED"],
    ...["PROFILE_SET", "REJECTED", "REOPENED", "REPROCESSED", "RETRIED", "UNVOIDED", "VOIDED"],
    ...["CHANGED", "CREATED", "DELETED", "DISABLED", "ENABLED", "ROTATED"].map((word) => `WEBHOOK_${word}`),
  ]);
  expect(listOf("select distinct state from failed_events order by 1")).toEqual([
    ...["DEAD", "DISCARDED", "OPEN", "RESOLVED", "SCHEDULED"],
  ]);
  expect(listOf("select distinct kind from failed_events order by 1")).toEqual([
    "CONFLICT",
    "PROCESSING",
    "VALIDATION",
  ]);
  const tables = listOf("select name from sqlite_schema where type = 'table'") as string[];
  for (const table of tables) expect(listOf(`select count(*) from ${table}`), table).not.toEqual([0]);
  db.close();
});

/** A database of its own: `fill` is done by a server. */
const made = async (fill: (storage: Storage) => Promise<unknown>, file = temporaryFile("surecount.db")) => {
  const storage = await createSqliteStorage({ file, now: () => NOON });
  await fill(storage);
  await storage.close();
  return file;
};

const linesOf = ({ findings }: Pick<VerifyReport, "findings">): string[] =>
  findings.map(({ table, row, what }) => `${table}${row === null ? "" : ` ${row}`}: ${what}`);

test("a value of another type than its column is found, and all else is still looked at", async () => {
  const file = changed("update counters set accepted = accepted + 1 where client = 'till'");
  const define = (sql: string): void => {
    const db = new BetterSqlite(file).unsafeMode();
    db.pragma("writable_schema = on");
    db.prepare("update sqlite_schema set sql = ? where name = 'rollup_deltas'").run(sql);
    db.close();
  };
  const db = new BetterSqlite(file);
  const sql = db.prepare("select sql from sqlite_schema where name = 'rollup_deltas'").pluck().get() as string;
  db.close();
  define(sql.replace("`client` text", "`client` any"));
  const other = new BetterSqlite(file);
  other.exec("update rollup_deltas set client = 7 where client = 'bar'");
  other.close();
  define(sql);
  const lines = linesOf(await verify(file));
  expect(lines).toContainEqual(expect.stringMatching(/^integrity_check: .*rollup_deltas\.client/));
  expect(lines).toContainEqual(expect.stringMatching(/^rollups: cannot be understood: /));
  expect(lines).toContainEqual(expect.stringMatching(/^counters .*till/));
});

test("a definition whose kind is kept as bytes is found, though SQLite takes it for what it was", async () => {
  const file = changed();
  const db = new BetterSqlite(file).unsafeMode();
  db.pragma("writable_schema = on");
  db.exec("update sqlite_schema set type = cast(type as blob) where name = 'tokens'");
  db.close();
  expect(linesOf(await verify(file))).toEqual(["tokens: is not defined as it should be"]);
});

test("an empty database is sound", async () => {
  expect(await verify(await made(async () => undefined))).toMatchObject({ count: 0, walked: { lastSeq: 0 } });
});

test("entries older than the chain are told of, and may only come before it", async () => {
  const file = changed("update processing_log set hash = null, digest = null");
  expect(await verify(file)).toMatchObject({ count: 0, walked: { lastHash: null } });
  const fresh = { ...prepared(sale({ client: "new" })), profilesAsOf: Number.MAX_SAFE_INTEGER };
  await made((storage) => storage.append([fresh]), file);
  const { count, walked } = await verify(file);
  expect([count, walked?.lastSeq]).toEqual([0, (walked?.unchained ?? 0) + 1]);
});

test("an event older than the chain is held against its raw event alone", async () => {
  const file = changed(
    "update processing_log set hash = null, digest = null",
    "update raw_events set raw = replace(raw, '1,50', '1,60') where seq = 7",
  );
  expect(linesOf(await verify(file))).toEqual([
    'normalized_events seq 7: the amount is "1.5", but its raw event says "1.6"',
  ]);
});

test("an event that the rules of today would read otherwise is no damage where the chain proves how it was read", async () => {
  const file = await made(async (storage) => {
    const event = prepared(sale());
    if (event.kind !== "event") throw new Error("This is no event.");
    const facts = { ...event.facts, amount: "12" };
    await storage.append([{ ...event, facts, fingerprint: fingerprint(facts) }, prepared(sale({ amount: 11 }))]);
  });
  const report = await verify(file);
  expect(report).toMatchObject({ count: 0, walked: { readOtherwise: 1 } });
  expect(verifyLines(report, 1).join("\n")).toContain("1 would be read otherwise by the rules of today");
});

test("an event just within the limit when it came is still within it", async () => {
  const ahead = (us: number) => sale({ timestamp: formatMicros(NOON + us) });
  const [day, minutes] = [86_400_000_000, 300_000_000];
  // The server reads an event a little before it commits it.
  const early = { nowUs: NOON + 5_000 };
  const late = { nowUs: NOON - 5_000 };
  const file = await made((storage) =>
    storage.append([
      prepared(ahead(day + 5_000), null, early),
      prepared(ahead(minutes - 5_000), null, late),
      prepared(ahead(minutes - 1), null, late),
      prepared(ahead(minutes)),
    ]),
  );
  expect(linesOf(await verify(file))).toEqual([]);
});

test("an event that was changed together with its rollups and its raw event is found", async () => {
  const facts = { client: "till", metric: "sale", unit: "EUR", amount: "1.6", timestamp: "2026-01-31T12:00:00Z" };
  const bins = Buffer.from(encodeBins(new Map([[binOf(billionthsOf("1.6")), 1]]))).toString("hex");
  const file = changed(
    `update normalized_events set amount = '1.6', fingerprint = x'${fingerprint(facts)}' where seq = 7`,
    "update raw_events set raw = replace(raw, '1,50', '1,60') where seq = 7",
    `update rollups set sum = '1.6', min = '1.6', max = '1.6', bins = x'${bins}' where client = 'till' and unit = 'EUR'`,
  );
  expect(linesOf(await verify(file))).toEqual([
    expect.stringMatching(/^processing_log seq 7: its hash is not that of what is stored: it or its event was changed/),
    "raw_events seq 7: is not what was sent: its digest in the log is another",
  ]);
});

test("of very many findings the first are told, and how many there are", async () => {
  const report = await verify(
    changed(
      "update failed_events set reason = 'x', times_seen = 1000, attempts = 1000, first_seen_at_us = 1, last_seen_at_us = 1, next_attempt_at_us = 1, resolved_by = 1, state = 'x'",
    ),
  );
  expect(report.count).toBeGreaterThan(MAX_FINDINGS);
  const lines = verifyLines(report, 1);
  expect(lines).toHaveLength(MAX_FINDINGS + 2);
  expect(lines.at(-2)).toBe(`… and ${report.count - MAX_FINDINGS} more.`);
  expect(lines.every((line) => !line.includes("\n"))).toBe(true);
});

describe("what was changed is found", () => {
  const newest = "(select max(seq) from processing_log)";
  const event = (set: string): string => `update normalized_events set ${set} where seq = 7`;
  test.each<[what: string, finding: RegExp, ...statements: string[]]>([
    ["an entry that is gone", /^processing_log seq 6: entry 5 is missing/, "delete from processing_log where seq = 5"],
    ["the last entry that is gone", /^(jobs|leases)/, `delete from processing_log where seq = ${newest}`],
    [
      "an entry that was put in",
      /^processing_log seq \d+: its hash is not that of what is stored/,
      `insert into processing_log select seq + 1, at_us, 'DUPLICATE', client, 7, null, null, null, null, null, hash
         from processing_log where seq = ${newest}`,
    ],
    [
      "two entries that have changed places",
      /^processing_log seq 10: its hash/,
      "update processing_log set seq = -1 where seq = 10",
      "update processing_log set seq = 10 where seq = 11",
      "update processing_log set seq = 11 where seq = -1",
    ],
    [
      "an entry written earlier than the one before",
      /seq 9: was written before/,
      "update processing_log set at_us = 1 where seq = 9",
    ],
    [
      "what an entry says",
      /^processing_log seq 3: its hash/,
      "update processing_log set differences = null where seq = 3",
    ],
    ["a hash", /^processing_log seq 4: its hash/, "update processing_log set hash = zeroblob(32) where seq = 4"],
    ["a hash that was taken away", /seq 4: has no hash/, "update processing_log set hash = null where seq = 4"],
    [
      "what was sent",
      /^raw_events seq 6: is not what was sent/,
      `update raw_events set raw = replace(raw, 'kiosk', 'kiosK') where seq = 6`,
    ],
    ["what was sent and is gone", /^raw_events seq 7: is missing/, "delete from raw_events where seq = 7"],
    ["a raw event of no event", /^raw_events seq 9: no entry/, "insert into raw_events values (9, '{}')"],
    ["an amount", /^normalized_events seq 7: the fingerprint/, event("amount = '1.6'")],
    ["a fingerprint", /^normalized_events seq 7: the fingerprint/, event("fingerprint = zeroblob(32)")],
    ["a warning", /^processing_log seq 7: its hash/, event("warnings = null")],
    ["when an event was received", /received_at is/, event("received_at_us = received_at_us + 1")],
    ["the version of a profile", /was read with version 3 of a profile/, event("profile_version = 3")],
    ["an event that was voided by hand", /voided_by is 9, and should be none/, event("voided_by = 9")],
    ["an event that is gone", /^normalized_events seq 7: is missing/, "delete from normalized_events where seq = 7"],
    [
      "an event that nobody has sent",
      /seq 9: no entry of the log/,
      `insert into normalized_events select 9, client, metric, unit, amount, timestamp_us + 1, 0, received_at_us, fingerprint, null, null, 0, null, null, null from normalized_events where seq = 7`,
    ],
    [
      "a count",
      /^rollups \["kiosk","sale"\] of all time: the count/,
      "update rollups set count = count + 1 where grain_minutes = 0 and client = 'kiosk' and unit = ''",
    ],
    [
      "a sum",
      /^rollups \["till","sale"\] from 2026-.*: the sum/,
      "update rollups set sum = '2' where grain_minutes = 15 and client = 'till'",
    ],
    [
      "bins",
      /^rollups .* of the day .*: the bins are not/,
      "update rollups set bins = x'0202' where grain_minutes = 1440",
    ],
    ["how many were late", /^rollups .*: the late is/, "update rollups set late = late + 1 where grain_minutes = 60"],
    ["a revision", /^rollups .*: the revision is 0/, "update rollups set revision = 0 where grain_minutes = 44640"],
    ["what is not folded yet", /^rollups .*: the count/, "update rollup_deltas set count = count + 1"],
    ["a delta that says nothing", /^rollup_deltas .*: cannot be understood/, "update rollup_deltas set sum = 'x'"],
    [
      "a rollup that is gone",
      /^rollups .*: is missing, and 1 events/,
      "delete from rollups where grain_minutes = 0 and client = 'shy'",
    ],
    [
      "a rollup of nothing",
      /counts events that are not there/,
      "insert into rollups values (15, 0, 'kiosk', 'sale', '', 1, '1', '1', '1', 0, 1, x'0202')",
    ],
    [
      "a grain that does not exist",
      /of a grain that does not exist/,
      "insert into rollups values (30, 0, 'kiosk', 'sale', '', 1, '1', '1', '1', 0, 1, x'0202')",
    ],
    [
      "a counter",
      /^counters client "kiosk": accepted is/,
      "update counters set accepted = accepted + 1 where client = 'kiosk'",
    ],
    ["when a client was last seen", /lastSeenAtUs is/, "update counters set last_seen_at_us = 1 where client = ''"],
    ["a counter that is gone", /^counters client "shy": is missing/, "delete from counters where client = 'shy'"],
    [
      "what was received in a minute",
      /^activity minute 2026-01-31T12:00:00Z: duplicates is/,
      "update activity set duplicates = duplicates + 1 where minute_us = (select min(minute_us) from activity)",
    ],
    [
      "a minute that is gone",
      /^activity minute .*: is missing, and the log has/,
      "delete from activity where rowid = (select max(rowid) from activity)",
    ],
    [
      "a minute of nothing",
      /^activity minute 1970-01-01T00:01:00Z: counts events/,
      "insert into activity values (60000000, 1, 1, 0, 0, 0)",
    ],
    [
      "the problems of a failure",
      /^failed_events id 9: what was sent, or/,
      "update failed_events set problems = replace(problems, 'JSON', 'Json') where id = 9",
    ],
    [
      "by what a failure is found",
      /^failure_problems failure 9: are not/,
      "update failure_problems set path = 'x' where failure = 9",
    ],
    ["how often a failure was seen", /timesSeen is/, "update failed_events set times_seen = 9 where id = 10"],
    ["the state of a failure", /state is "DISCARDED"/, "update failed_events set state = 'DISCARDED' where id = 9"],
    [
      "what resolved a failure",
      /resolvedBy is 1, and should be/,
      "update failed_events set resolved_by = 1 where resolved_by is not null",
    ],
    ["the reason of a failure", /reason is "x"/, "update failed_events set reason = 'x' where state = 'DISCARDED'"],
    [
      "when a failure is tried again",
      /nextAttemptAtUs is/,
      "update failed_events set next_attempt_at_us = 1 where state = 'SCHEDULED'",
    ],
    [
      "the identity of a failure",
      /^failed_events id 4: its identity/,
      "update failed_events set identity = zeroblob(32) where id = 4",
    ],
    [
      "a failure that is gone",
      /^processing_log seq 4: is about failed event 4/,
      "delete from failed_events where id = 4",
      "delete from failure_problems where failure = 4",
    ],
    [
      "a profile",
      /^client_profiles .*: the profile is/,
      "update client_profiles set profile = replace(profile, 'DOT', 'COMMA')",
    ],
    ["a profile that is gone", /^client_profiles seq \d+: is missing/, "delete from client_profiles where version = 2"],
    ["who wanted a job", /^jobs id \d+: by is "lee"/, "update jobs set by = 'lee'"],
    [
      "the id of the database",
      /^processing_log seq 1: its hash/,
      "update meta set value = '000000000000' where name = 'database_id'",
    ],
    [
      "a fact that is none",
      /^meta: "writable_at_us" does not/,
      "update meta set value = '' where name = 'writable_at_us'",
    ],
    ["a fence", /^leases: 2 have a fence above/, "update leases set fence = 1000"],
    ["an index that is gone", /^identity_by_key: is not defined/, "drop index identity_by_key"],
  ])("%s", async (_what, finding, ...statements) => {
    const { findings } = await verify(changed(...statements));
    expect(linesOf({ findings })).toContainEqual(expect.stringMatching(finding));
  });
});
