import BetterSqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { createChain, digestOfRaw, genesisOf } from "../storage/chain.ts";
import { toEvent } from "../storage/rows.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import { openVerifySource } from "../storage/sqlite/verify-source.ts";
import { sale } from "../storage/storage.contract.ts";
import { VerifyRefused } from "../storage/verification.ts";
import { NOON, prepared } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { verify } from "../test/verification.ts";
import { type Checkpoint, checkpointOf, checkpointText, parseCheckpoint } from "./checkpoint.ts";

const append = async (file: string, ...amounts: readonly number[]): Promise<void> => {
  const storage = await createSqliteStorage({ file, now: () => NOON });
  await storage.append(amounts.map((amount) => prepared(sale({ amount }))));
  await storage.close();
};

const checkpointIn = async (file: string): Promise<Checkpoint> => {
  const source = openVerifySource(file);
  const checkpoint = await checkpointOf(source).finally(source.close);
  return parseCheckpoint(checkpointText(checkpoint));
};

const whatIsWrong = async (file: string, checkpoint: Checkpoint): Promise<readonly string[]> =>
  (await verify(file, checkpoint)).findings.map(({ what }) => what);

/** As who has written this program could do it: every entry from here on gets a hash that fits. */
const rewrite = async (file: string, change: string): Promise<void> => {
  const source = openVerifySource(file);
  const { databaseId } = source;
  await source.close();
  const db = new BetterSqlite(file);
  db.exec(change);
  const rows = db.prepare("select seq, at_us as atUs, client from processing_log order by seq").all();
  const chain = createChain(genesisOf(databaseId));
  for (const { seq, atUs, client } of rows as { seq: number; atUs: number; client: string }[]) {
    const row = db
      .prepare(
        `select *, timestamp_us as timestampUs, timestamp_ns as timestampNs, received_at_us as receivedAtUs,
           idempotency_key as idempotencyKey, profile_version as profileVersion from normalized_events where seq = ?`,
      )
      .get(seq) as Parameters<typeof toEvent>[0];
    const raw = db.prepare("select raw from raw_events where seq = ?").pluck().get(seq) as string;
    const none = { failure: null, differences: null, details: null, job: null };
    const entry = { seq, atUs, action: "ACCEPTED", client, event: seq, eventReceivedAtUs: atUs, ...none } as const;
    const { digest, hash } = chain.append(entry, digestOfRaw(raw), toEvent(row));
    db.prepare("update processing_log set digest = ?, hash = ? where seq = ?").run(digest, hash, seq);
  }
  db.close();
};

test("a log that has grown since still has the entry that was written down", async () => {
  const file = temporaryFile("surecount.db");
  await append(file, 1, 2);
  const checkpoint = await checkpointIn(file);
  expect(checkpoint).toMatchObject({ version: 1, seq: 2, at: "2026-01-31T12:00:00Z" });
  await append(file, 3);
  expect(await whatIsWrong(file, checkpoint)).toEqual([]);
});

test("a log that was rewritten with hashes that fit is sound in itself, and found out by a checkpoint", async () => {
  const file = temporaryFile("surecount.db");
  await append(file, 1, 2, 3);
  const checkpoint = await checkpointIn(file);
  await rewrite(file, "update raw_events set raw = replace(raw, 'kiosk\"', 'kiosk\" ') where seq = 1");
  expect((await verify(file)).count).toBe(0);
  expect(await whatIsWrong(file, checkpoint)).toEqual([
    "entry 3 had another hash at 2026-01-31T12:00:00Z: the log up to it was rewritten",
  ]);
});

test("a log that has become shorter is found out, and so is another database", async () => {
  const [file, other] = [temporaryFile("surecount.db"), temporaryFile("surecount.db")];
  await append(file, 1, 2, 3);
  await append(other, 1);
  const checkpoint = await checkpointIn(file);
  const { databaseId } = await checkpointIn(other);
  expect(await whatIsWrong(other, { ...checkpoint, databaseId })).toEqual([
    "the log ends with entry 1: entries that were there at 2026-01-31T12:00:00Z are gone",
  ]);
  expect(await whatIsWrong(other, checkpoint)).toEqual([
    `is of the database "${checkpoint.databaseId}", and this is "${databaseId}"`,
  ]);
});

test("an empty log has a checkpoint too; one that is older than the chain has none", async () => {
  const file = temporaryFile("surecount.db");
  await append(file);
  const checkpoint = await checkpointIn(file);
  expect(checkpoint).toMatchObject({ seq: 0, at: null, hash: genesisOf(checkpoint.databaseId) });
  await append(file, 1);
  expect(await whatIsWrong(file, checkpoint)).toEqual([]);
  const db = new BetterSqlite(file);
  db.exec("update processing_log set hash = null");
  db.close();
  await expect(checkpointIn(file)).rejects.toThrow(VerifyRefused);
});

test("what the API gives is a checkpoint, and anything else is refused in one line", () => {
  const fields = { seq: 2, hash: "ab".repeat(32), at: "2026-01-31T12:00:00Z", databaseId: "0123456789ab" };
  expect(parseCheckpoint(JSON.stringify(fields))).toEqual({ version: 1, ...fields });
  for (const text of ["", "{}", JSON.stringify({ ...fields, version: 2 }), JSON.stringify({ ...fields, hash: "ab" })])
    expect(() => parseCheckpoint(text)).toThrow(/^This is no checkpoint: .*\.$/);
});
