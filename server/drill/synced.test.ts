import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { hasStrace } from "../bench/strace.ts";
import { temporaryFolder } from "../test/temporary.ts";
import { createBackend } from "./backend.ts";
import { observeSyncs, readSyncs } from "./synced.ts";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const UNSYNCED = fileURLToPath(new URL("./unsynced.ts", import.meta.url));

const observe = async (...preloads: readonly string[]) => {
  const folder = temporaryFolder();
  const backend = await createBackend("sqlite", folder);
  return observeSyncs({ backend, projectDir, folder, seed: 1, preloads });
};

// Where there is no strace, services.test.ts says so.
test.runIf(hasStrace())("every acknowledgement leaves the server after the sync of what it acknowledges", async () => {
  expect(await observe()).toEqual({ acknowledged: 40, wrong: [] });
});

test.runIf(hasStrace())(
  "a server that does not sync each commit is found out, whatever its database says",
  async () => {
    const report = await observe(UNSYNCED);
    expect(report?.acknowledged).toBe(40);
    expect(report?.wrong).toHaveLength(40);
  },
);

const [WRITE, SYNC, ANSWER] = [
  '[pid  7] pwrite64(27</d/s.db-wal>, "\\r\\0"..., 4096, 56) = 4096',
  "[pid  7] fsync(27</d/s.db-wal>) = 0",
  'write(41<socket:[9]>, "HTTP/1.1 200 OK\\r\\nx-c"..., 382) = 382',
] as const;
const [SYNC_BEGINS, SYNC_ENDS] = [
  "[pid  7] fdatasync(27</d/s.db-wal> <unfinished ...>",
  "[pid  7] <... fdatasync resumed>) = 0",
] as const;

const wrongIn = (...lines: readonly string[]) => readSyncs(lines.join("\n")).wrong;

test("what is written, synced and then acknowledged is right, also where the sync takes a while", () => {
  expect(readSyncs([WRITE, WRITE, SYNC, ANSWER, WRITE, SYNC_BEGINS, SYNC_ENDS, ANSWER].join("\n"))).toEqual({
    ...{ acknowledged: 2, wrong: [] },
  });
});

test.each([
  ["nothing written", [ANSWER]],
  ["nothing written", [SYNC, ANSWER]],
  ["written but not synced", [WRITE, ANSWER, SYNC]],
  ["written but not synced", [SYNC, WRITE, ANSWER]],
  ["written but not synced", [WRITE, SYNC_BEGINS, ANSWER, SYNC_ENDS]],
  ["written but not synced", [WRITE, SYNC.replace("= 0", "= -1 EIO (Input/output error)"), ANSWER]],
  ["written but not synced", [WRITE, SYNC.replace("-wal", ""), ANSWER]],
])("an answer with %s is wrong: %#", (state, lines) => {
  expect(wrongIn(...lines)).toEqual([`Event 1 was acknowledged with ${state}.`]);
});

test("a sync does not excuse the next answer", () => {
  expect(wrongIn(WRITE, SYNC, ANSWER, ANSWER)).toEqual(["Event 2 was acknowledged with nothing written."]);
});
