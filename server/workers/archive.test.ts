import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { OldEvent } from "../storage/storage.ts";
import { NOON } from "../test/prepared.ts";
import { temporaryFolder } from "../test/temporary.ts";
import { createArchive } from "./archive.ts";

const old = (seq: number, raw = `{"n":${seq}}`): OldEvent => ({
  event: {
    ...{ seq, client: "kiosk", metric: "sale", unit: null, amount: "1.5", timestamp: "2026-01-31T11:00:00Z" },
    ...{ timestampUs: NOON, receivedAtUs: NOON, fingerprint: "ab".repeat(32), idempotencyKey: "k", warnings: [] },
    ...{ profileVersion: 0, voidedBy: null, changedBy: null, sameAs: null },
  },
  raw,
});
/** Portions of two. */
const reading = (events: readonly OldEvent[]) => async (afterSeq: number) =>
  events.filter(({ event }) => event.seq > afterSeq).slice(0, 2);

const stage = (maxFileEvents?: number) => {
  const folder = join(temporaryFolder(), "deep", "archive");
  const archive = createArchive({ folder, databaseId: "d", ...(maxFileEvents === undefined ? {} : { maxFileEvents }) });
  const { signal } = new AbortController();
  const write = (events: readonly OldEvent[], afterSeq = 0) =>
    archive.write({ read: reading(events), afterSeq, signal });
  const linesOf = (path: string): readonly string[] => gunzipSync(readFileSync(path)).toString().trimEnd().split("\n");
  return { folder, archive, write, linesOf };
};

test("a line is an event as an export writes it, with what was sent character for character", async () => {
  const { archive, write, linesOf } = stage();
  await archive.prepare();
  const file = await write([old(7, '{"amount":1.50,\n  "note":"a\\nb","big":9007199254740993}')]);
  expect(linesOf(file?.path ?? "")).toEqual([
    `{"surecount":"event/1","client":"kiosk","metric":"sale","unit":null,"amount":"1.5","timestamp":"2026-01-31T11:00:00Z","idempotencyKey":"k","fingerprint":"${"ab".repeat(32)}","seq":7,"receivedAt":"2026-01-31T12:00:00Z","raw":{"amount":1.50,   "note":"a\\nb","big":9007199254740993}}`,
  ]);
});

test("a file names what it holds and its checksum, and is its owner's alone", async () => {
  const { folder, archive, write } = stage();
  await archive.prepare();
  const file = await write([old(3), old(4), old(9)]);
  const sha256 = createHash("sha256")
    .update(readFileSync(file?.path ?? ""))
    .digest("hex");
  expect(readdirSync(folder)).toEqual([
    expect.stringMatching(`^raw-events-[0-9a-f]{8}-000000000003-000000000009-${sha256}\\.ndjson\\.gz$`),
  ]);
  expect(file).toMatchObject({ events: 3, lastSeq: 9 });
  expect([statSync(file?.path ?? "").mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
});

test("a file has an end, behind which the next goes on; where there is nothing there is no file", async () => {
  const { archive, write, linesOf } = stage(3);
  await archive.prepare();
  const events = [1, 2, 3, 4, 5].map((seq) => old(seq));
  const [first, second] = [await write(events), await write(events, 3)];
  expect([first?.lastSeq, second?.lastSeq]).toEqual([3, 5]);
  expect(linesOf(second?.path ?? "").map((line) => JSON.parse(line).seq)).toEqual([4, 5]);
  expect(await write(events, 5)).toBe(null);
});

test("the same events again are the same file", async () => {
  const { folder, archive, write } = stage();
  await archive.prepare();
  await write([old(1), old(2)]);
  await write([old(1), old(2)]);
  expect(readdirSync(folder)).toHaveLength(1);
});

test("what fails or is given up midway leaves no file, and what a crash has left is taken away", async () => {
  const { folder, archive } = stage();
  await archive.prepare();
  const controller = new AbortController();
  const read = async (afterSeq: number) => {
    if (afterSeq > 0) controller.abort(new Error("over"));
    return [old(afterSeq + 1)];
  };
  await expect(archive.write({ read, afterSeq: 0, signal: controller.signal })).rejects.toThrow();
  expect(readdirSync(folder)).toEqual([]);
  const file = await archive.write({ read: reading([old(1)]), afterSeq: 0, signal: new AbortController().signal });
  const name = `${basename(file?.path ?? "").slice(0, 20)}000000000002.unfinished`;
  writeFileSync(join(folder, name), "half");
  mkdirSync(join(folder, "other"));
  await archive.prepare();
  expect(existsSync(join(folder, name))).toBe(false);
  expect(existsSync(join(folder, "other"))).toBe(true);
});
