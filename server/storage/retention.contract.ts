// The cases of retention that every backend must pass. A backend may remove old payloads in coarse pieces, so what is
// to go is far older than the limit; what is younger than the limit always stays.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SECONDS_PER_DAY } from "../domain/calendar.ts";
import type { Json } from "../domain/json.ts";
import { prepared } from "../test/prepared.ts";
import type { Storage } from "./storage.ts";

type OpenStorage = (now: () => number) => Promise<Storage>;

const DAY_US = SECONDS_PER_DAY * 1_000_000;
const START = Date.UTC(2026, 0, 31, 12) * 1000;
const oldestFirst = { order: "ascending", limit: 100 } as const;

const sale = (amount: Json, note: string): Json => ({
  ...{ client: "kiosk", metric: "sale", amount, timestamp: "2026-01-31T12:00:00Z", note },
});

export const describeRetention = (backend: string, open: OpenStorage): void => {
  describe(`retention on ${backend}`, () => {
    let storage: Storage;
    let clockUs: number;
    beforeEach(async () => {
      clockUs = START;
      storage = await open(() => clockUs);
    });
    afterEach(async () => {
      expect(await storage.books()).toEqual([]);
      await storage.close();
    });

    const append = async (...events: Json[]) => (await storage.append(events.map((raw) => prepared(raw)))).results;
    const removeOlderThan = async (days: number): Promise<void> => {
      const receivedBeforeUs = clockUs - days * DAY_US;
      while (!(await storage.removeRawEvents({ receivedBeforeUs, limit: 2 })).isDone);
    };
    /** Old: 1 to 3. Recent: 4. */
    const appendOldAndRecent = async (): Promise<void> => {
      await append(sale(1, "old"), sale(2, "old"), sale(3, "old"));
      clockUs += 400 * DAY_US;
      await append(sale(4, "recent"));
      clockUs += 10 * DAY_US;
    };

    test("old payloads go, recent ones stay, and a failed event keeps its own", async () => {
      await append(sale("?", "failed"));
      await appendOldAndRecent();
      await removeOlderThan(100);
      for (const seq of [2, 3, 4]) expect(await storage.rawEvent(seq)).toBe(null);
      expect(JSON.parse((await storage.rawEvent(5)) ?? "null")).toEqual(sale(4, "recent"));
      expect(JSON.parse((await storage.rawFailure(1)) ?? "null")).toEqual(sale("?", "failed"));
    });

    test("a late retry is still a duplicate, without differences, and a conflict still names the facts", async () => {
      await storage.append([prepared(sale(9, "keyed"), "k")]);
      await appendOldAndRecent();
      await removeOlderThan(100);
      const [first, other] = await append(sale("1.00", "again"), sale("4.0", "again"));
      expect(first).toMatchObject({ outcome: "DUPLICATE", event: { seq: 2, amount: "1" }, differences: [] });
      expect(other).toMatchObject({ outcome: "DUPLICATE", event: { seq: 5 } });
      expect(other).toHaveProperty("differences.length", 2);
      const { results } = await storage.append([prepared(sale(8, "keyed"), "k")]);
      expect(results[0]).toMatchObject({
        outcome: "CONFLICT",
        differences: [{ path: "amount", existing: "9", received: "8" }],
      });
    });

    test("events, log and aggregations are what they were; only the text of what is gone is not found", async () => {
      await appendOldAndRecent();
      const found = async (text: string) => (await storage.events({ text }, oldestFirst)).map(({ seq }) => seq);
      const rest = async () => [
        await storage.events({}, oldestFirst),
        await storage.entries({}, oldestFirst),
        await storage.rollups({ filter: {}, groupBy: ["CLIENT", "METRIC"], interval: "MINUTE_15" }),
        await storage.totals("kiosk"),
      ];
      const before = await rest();
      expect(await found("old")).toEqual([1, 2, 3]);
      await removeOlderThan(100);
      expect(await rest()).toEqual(before);
      expect(await found("old")).toEqual([]);
      expect(await found("recent")).toEqual([4]);
      expect(await found("kiosk")).toEqual([1, 2, 3, 4]);
    });

    test("what is to go can be read before, oldest first and as it was sent", async () => {
      await appendOldAndRecent();
      await append(sale("?", "failed"));
      const read = (afterSeq: number) =>
        storage.oldEvents({ receivedBeforeUs: clockUs - 100 * DAY_US, afterSeq, limit: 2 });
      const [first, second] = [await read(0), await read(2)];
      expect([...first, ...second].map(({ event }) => event.seq)).toEqual([1, 2, 3]);
      expect(first[0]?.event).toMatchObject({ client: "kiosk", amount: "1", idempotencyKey: null });
      expect(JSON.parse(first[1]?.raw ?? "null")).toEqual(sale(2, "old"));
      await removeOlderThan(100);
      expect(await read(0)).toEqual([]);
    });

    test("nothing behind the last that may go is removed", async () => {
      await appendOldAndRecent();
      const receivedBeforeUs = clockUs - 100 * DAY_US;
      const removed = await storage.removeRawEvents({ receivedBeforeUs, limit: 10, throughSeq: 2 });
      expect(removed.isDone).toBe(true);
      expect(await storage.rawEvent(3)).not.toBe(null);
      expect(await storage.removeRawEvents({ receivedBeforeUs, limit: 10, throughSeq: 3 })).toMatchObject({
        removed: 3 - removed.removed,
      });
      expect(await storage.rawEvent(3)).toBe(null);
    });

    test("where nothing is old, or all of that is gone, nothing is removed", async () => {
      const step = { receivedBeforeUs: START, limit: 2 };
      expect(await storage.removeRawEvents(step)).toEqual({ removed: 0, isDone: true });
      await appendOldAndRecent();
      expect(await storage.removeRawEvents(step)).toEqual({ removed: 0, isDone: true });
      await removeOlderThan(100);
      expect(await storage.removeRawEvents(step)).toEqual({ removed: 0, isDone: true });
    });
  });
};
