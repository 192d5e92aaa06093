// What a server keeps of its figures, on a real database and by a clock that leaps.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import type { Storage } from "../storage/storage.ts";
import { NOON } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { createHistory, type HistoryKeeper, type spans } from "./history.ts";
import { answerHistory } from "./history-answer.ts";
import { type CountName, countNames, percentilesOf, recordOf } from "./history-figures.ts";
import { createRecent, MICROSECOND } from "./recent.ts";

const SECOND_US = 1_000_000;

let storage: Storage;
let keepers: HistoryKeeper[];
let nowUs: number;
beforeEach(async () => {
  nowUs = NOON;
  keepers = [];
  storage = await createSqliteStorage({ file: temporaryFile("surecount.db"), now: () => nowUs });
});
afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.close()));
  await storage.close();
});

/** A server whose figures the test sets. */
const startServer = (server = "one:3000", write = storage.history.write) => {
  const measured = createRecent();
  const counts: Record<CountName, number> = { ...recordOf(countNames, () => 0) };
  const state = { waitingEvents: 0, freeBytes: 1e9 };
  const log = { warn: vi.fn(), info: vi.fn() };
  const empty = createRecent().counts;
  const keeper = createHistory({
    ...{ history: { write }, server, startedAtUs: nowUs, log, now: () => nowUs, nowMs: () => nowUs / 1_000 },
    looks: {
      totals: () => ({
        counts: { ...counts },
        buckets: { commit: measured.counts, lockWait: empty, group: empty, request: empty, eventLoop: empty },
      }),
      levels: () => ({ waitingEvents: state.waitingEvents }),
      shared: async () => ({ freeBytes: state.freeBytes }),
    },
  });
  keepers.push(keeper);
  return { keeper, counts, measured, state, log };
};

const pass = async (seconds: number, ...passing: readonly HistoryKeeper[]): Promise<void> => {
  nowUs += seconds * SECOND_US;
  for (const keeper of passing) await keeper.look();
};

const ask = (span: keyof typeof spans, server: string | null = null, last?: number) =>
  answerHistory({ history: storage.history, nowUs }, { span, server, ...(last === undefined ? {} : { last }) });

test("a long step says what all its short ones say together, up to the last that was written", async () => {
  const { keeper, counts, measured, state } = startServer();
  for (let step = 0; step < 90; step++) {
    counts.accepted += step;
    for (let value = 0; value < 5; value++) measured.record((1 + ((step * 7 + value) % 50)) / 1_000);
    state.waitingEvents = step === 40 ? 17 : 0;
    await pass(1, keeper);
    state.waitingEvents = 0;
    await pass(9, keeper);
  }
  const answers = await Promise.all([ask("HOUR"), ask("SIX_HOURS"), ask("DAY"), ask("FORTNIGHT")]);
  expect(answers.map(({ points }) => points.length)).toEqual([90, 15, 3, 1]);
  for (const { points } of answers) {
    expect(points.reduce((sum, point) => sum + point.counts.accepted, 0)).toBe((89 * 90) / 2);
    expect(points.reduce((sum, point) => sum + point.seconds, 0)).toBe(900);
    expect(Math.max(...points.map(({ levels }) => levels.waitingEvents ?? 0))).toBe(17);
  }
  const [whole] = answers[3].points;
  expect(percentilesOf(whole?.bins.commit ?? new Uint8Array(), MICROSECOND)).toMatchObject({ count: 450 });
});

test("what is older than its span is removed as new steps come, and no span has more rows than steps", async () => {
  const { keeper } = startServer();
  for (let step = 0; step < 500; step++) await pass(10, keeper);
  const rows = await storage.history.read({ stepSeconds: 10, fromUs: 0, toUs: nowUs + SECOND_US });
  expect(rows.length).toBeGreaterThanOrEqual(360);
  expect(rows.length).toBeLessThanOrEqual(363);
  expect((await ask("HOUR")).points).toHaveLength(359);
});

test("a server that was not there leaves a gap, and what it was before its end is not lost", async () => {
  const first = startServer();
  await pass(10, first.keeper);
  first.counts.accepted = 3;
  await pass(5, first.keeper);
  await first.keeper.close();
  await pass(120);
  const second = startServer();
  second.counts.accepted = 4;
  await pass(10, second.keeper);
  const { points, starts, servers } = await ask("HOUR");
  expect(points.map(({ atUs, counts }) => [(atUs - NOON) / SECOND_US, counts.accepted])).toEqual([
    [0, 0],
    [10, 3],
    [130, 4],
  ]);
  expect(starts.map(({ atUs }) => (atUs - NOON) / SECOND_US)).toEqual([0, 135]);
  expect(servers).toEqual(["one:3000"]);
  // Both runs are in one step of the day.
  expect((await ask("DAY")).points.map(({ counts, seconds }) => [counts.accepted, seconds])).toEqual([[7, 25]]);
});

test("servers are told apart, or together", async () => {
  const [one, two] = [startServer("one:3000"), startServer("two:3000")];
  one.counts.accepted = 2;
  two.counts.accepted = 3;
  one.state.waitingEvents = 5;
  two.state.waitingEvents = 6;
  await pass(10, one.keeper, two.keeper);
  expect((await ask("HOUR")).points).toMatchObject([
    { servers: 2, seconds: 10, counts: { accepted: 5 }, levels: { waitingEvents: 11 } },
  ]);
  const alone = await ask("HOUR", "two:3000");
  expect(alone.points).toMatchObject([{ servers: 1, counts: { accepted: 3 }, levels: { waitingEvents: 6 } }]);
  expect(alone).toMatchObject({ servers: ["one:3000", "two:3000"], starts: [{ server: "two:3000" }] });
});

test("only the newest steps are told where only they are asked for", async () => {
  const { keeper } = startServer();
  for (let step = 0; step < 6; step++) await pass(10, keeper);
  const { points, fromUs, toUs } = await ask("HOUR", null, 3);
  expect([(toUs - fromUs) / SECOND_US, points.length]).toEqual([30, 2]);
});

test("while it cannot be written that is said once, and what was measured is written later", async () => {
  let isBroken = true;
  const { keeper, counts, log } = startServer("one:3000", async (...what) => {
    if (isBroken) throw new Error("The disk is full.");
    await storage.history.write(...what);
  });
  for (let step = 0; step < 12; step++) {
    counts.accepted += 1;
    await pass(10, keeper);
  }
  expect(log.warn).toHaveBeenCalledTimes(1);
  expect(log.warn).toHaveBeenCalledWith({ reason: "The disk is full." }, expect.any(String));
  isBroken = false;
  await pass(10, keeper);
  expect(log.info).toHaveBeenCalledTimes(1);
  expect((await ask("HOUR")).points.map(({ counts }) => counts.accepted)).toEqual([...Array(12).fill(1), 0]);
  expect((await ask("SIX_HOURS")).points.map(({ counts }) => counts.accepted)).toEqual([6, 6]);
});

test("on a disk that is almost full nothing is written", async () => {
  const { keeper, state, log } = startServer();
  state.freeBytes = 1_000_000;
  await pass(10, keeper);
  await pass(10, keeper);
  expect((await ask("HOUR")).points).toEqual([]);
  expect(log.warn).toHaveBeenCalledTimes(1);
  state.freeBytes = 1e9;
  await pass(10, keeper);
  expect((await ask("HOUR")).points).toHaveLength(3);
});
