import { expect, test } from "vitest";
import { assertSynced, durabilityText, readSyncs } from "./durability.ts";
import { readMetrics } from "./server.ts";

test("the syncs that strace counted are summed up, with and without errors", () => {
  const summary = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 72.11    0.111352           2       200           fsync
 27.86    0.043017          14        31         2 fdatasync
------ ----------- ----------- --------- --------- ----------------
100.00    0.154409           3       231         2 total`;
  expect(readSyncs(summary)).toBe(231);
});

test("what was not counted is not claimed", () => {
  const text = durabilityText([{ who: "Surecount", journalMode: "wal", synchronous: null, syncsPerEvent: null }]);
  expect(text).toContain("Surecount: journal_mode=wal, syncs not counted: this needs strace");
});

test("who answers before every event is synced is named", () => {
  const observed = (who: string, syncsPerEvent: number | null) => ({
    ...{ who, syncsPerEvent, journalMode: "wal", synchronous: null },
  });
  expect(() =>
    assertSynced([observed("Surecount", 1), observed("limit", 1.02), observed("other", null)]),
  ).not.toThrow();
  expect(() => assertSynced([observed("Surecount", 0.5), observed("reference", 1), observed("limit", 0)])).toThrow(
    "less than one sync an event: Surecount, limit.",
  );
});

test("metrics without labels are read by their names", () => {
  const metrics = readMetrics('# HELP a b\nnodejs_eventloop_lag_p99_seconds 0.0123\nother{le="1"} 3\nbytes 1.5e+3\n');
  expect([...metrics]).toEqual([
    ["nodejs_eventloop_lag_p99_seconds", 0.0123],
    ["bytes", 1_500],
  ]);
});
