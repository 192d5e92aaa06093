// The archive through crashes: whenever the server is killed, no payload is lost, and no file is there that is not whole.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { SECONDS_PER_DAY } from "../domain/calendar.ts";
import { createLog } from "../log.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import { createArchive } from "../workers/archive.ts";
import { createRetentionWorker } from "../workers/retention.ts";
import { NOON, prepared } from "./prepared.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";

const EVENTS = 500;
const LATER = NOON + 3 * SECONDS_PER_DAY * 1_000_000;

const raw = (number: number) => ({
  ...{ client: "kiosk", metric: "sale", amount: `${number}.50`, timestamp: "2026-01-31T11:00:00Z", note: `n${number}` },
});

const storeEvents = async (file: string): Promise<void> => {
  const storage = await createSqliteStorage({ file, now: () => NOON });
  const numbers = Array.from({ length: EVENTS }, (_, index) => index + 1);
  await storage.append(numbers.map((number) => prepared(raw(number), `key-${number}`)));
  await storage.close();
};

const killAt = async (file: string, folder: string, moment: string, times: number): Promise<void> => {
  const program = [
    "server/start.js",
    "server/test/archive-kill.ts",
    file,
    folder,
    String(LATER),
    moment,
    String(times),
  ];
  const child = spawn(process.execPath, program, { stdio: "ignore" });
  expect((await once(child, "exit"))[1]).toBe("SIGKILL");
};

const finishedIn = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.endsWith(".gz"));

/** What was sent, by seq, of all files. A file that is not whole cannot be read. */
const archivedIn = (folder: string): ReadonlyMap<number, unknown> =>
  new Map(
    finishedIn(folder).flatMap((name) =>
      gunzipSync(readFileSync(join(folder, name)))
        .toString()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
        .map((line) => [line.seq, line.raw] as const),
    ),
  );

test.for([
  ["it writes a file", "read", 3],
  ["a file is there, and nothing is removed yet", "removal", 1],
  ["one file's payloads are gone, and the next file is there", "removal", 2],
] as const)("killed when %s, it loses no payload", async ([_when, moment, times]) => {
  const [file, folder] = [temporaryFile("surecount.db"), temporaryFolder()];
  await storeEvents(file);
  await killAt(file, folder, moment, times);
  const known = new Map(Array.from({ length: EVENTS }, (_, index) => [index + 1, raw(index + 1)]));
  const storage = await createSqliteStorage({ file, now: () => LATER });
  const stored = async () => {
    const texts = await storage.rawEvents([...known.keys()]);
    return texts.flatMap((text, index) => (text === null ? [] : [[index + 1, JSON.parse(text)] as const]));
  };
  expect(new Map([...archivedIn(folder), ...(await stored())])).toEqual(known);

  const archive = createArchive({ folder, databaseId: storage.databaseId });
  // The lease of who died has ended.
  const worker = createRetentionWorker({
    storage: { ...storage, leases: { ...storage.leases, claim: claimAnyway() } },
    ...{ days: 1, archive, now: () => LATER, log: createLog("silent") },
  });
  await vi.waitFor(async () => expect(await stored()).toEqual([]), { timeout: 20_000 });
  await worker.stop();
  expect(archivedIn(folder)).toEqual(known);
  expect(readdirSync(folder)).toEqual(finishedIn(folder));
  for (const name of finishedIn(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(await storage.books()).toEqual([]);
  const [again] = (await storage.append([prepared(raw(7), "key-7")])).results;
  expect(again).toMatchObject({ outcome: "DUPLICATE", event: { seq: 7 } });
  await storage.close();
});

/** One claim, as if nobody else had it. */
const claimAnyway = () => {
  let isTaken = false;
  return async () => {
    if (isTaken) return [];
    isTaken = true;
    return [{ kind: "retention", item: "raw_events", fence: 9, attempt: 1 }];
  };
};
