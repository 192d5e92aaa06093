// The cases of what is kept of the figures of servers that every backend must pass.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NOON } from "../test/prepared.ts";
import { type HistoryRow, MAX_REMOVED } from "./history.ts";
import type { Storage } from "./storage.ts";

/** Opens the same database again each time it is called, with this clock. */
type OpenStorage = (now: () => number) => Promise<Storage>;

const STEP_US = 10_000_000;

/** `step`: how many steps after noon. */
const row = (step: number, change: Partial<HistoryRow> = {}): HistoryRow => ({
  ...{
    stepSeconds: 10,
    atUs: NOON + step * STEP_US,
    server: "one:3000",
    startedAtUs: NOON,
    figures: `{"step":${step}}`,
  },
  ...change,
});

export const describeHistory = (backend: string, open: OpenStorage): void => {
  describe(`the history of the system on ${backend}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open(() => NOON);
    });
    afterEach(() => storage.close());

    const readAll = (stepSeconds = 10) =>
      storage.history.read({ stepSeconds, fromUs: 0, toUs: NOON + 1_000_000 * STEP_US });

    test("rows are read by when they begin, then by server, after a restart too", async () => {
      const long = row(0, { stepSeconds: 60 });
      const [first, second] = [row(0), row(1)];
      const other = row(0, { server: "Käse:3000" });
      const restarted = row(0, { startedAtUs: NOON + 1, figures: "{}" });
      await storage.history.write([second, other, long, first, restarted], []);
      await storage.close();
      storage = await open(() => NOON);
      expect(await readAll()).toEqual([other, first, restarted, second]);
      expect(await readAll(60)).toEqual([long]);
      const asked = { stepSeconds: 10, fromUs: NOON + 1, toUs: NOON + 2 * STEP_US };
      expect(await storage.history.read(asked)).toEqual([second]);
    });

    test("a step that is written again is there as it was written last", async () => {
      await storage.history.write([row(0), row(1)], []);
      const grown = row(1, { figures: '{"grown":true}' });
      await storage.history.write([grown, row(2)], []);
      expect(await readAll()).toEqual([row(0), grown, row(2)]);
    });

    test("what is outdated goes a few at a time, the oldest first, whoever wrote it; other lengths stay", async () => {
      const count = MAX_REMOVED + 10;
      const rows = Array.from({ length: count }, (_, step) => row(step, { server: `server ${step % 3}` }));
      await storage.history.write([...rows, row(0, { stepSeconds: 60 })], []);
      const outdated = [{ stepSeconds: 10, beforeUs: NOON + (count - 1) * STEP_US }];
      await storage.history.write([row(count)], outdated);
      expect((await readAll()).map(({ atUs }) => atUs)).toEqual(
        Array.from({ length: 11 }, (_, index) => NOON + (MAX_REMOVED + index) * STEP_US),
      );
      await storage.history.write([], outdated);
      expect((await readAll()).map(({ atUs }) => atUs)).toEqual([NOON + (count - 1) * STEP_US, NOON + count * STEP_US]);
      expect(await readAll(60)).toHaveLength(1);
    });

    test("nothing of it is in the log or in the books", async () => {
      await storage.history.write([row(0)], []);
      expect([await storage.head(), await storage.books()]).toEqual([0, []]);
    });
  });
};
