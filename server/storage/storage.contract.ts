// The cases that every backend must pass: the promises of storage.ts, asked of a real database.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Prepared, Result } from "../domain/event.ts";
import type { Json } from "../domain/json.ts";
import { NOON, prepared } from "../test/prepared.ts";
import type { Storage } from "./storage.ts";

/** Opens the same database again each time it is called, with this clock. */
type OpenStorage = (now: () => number) => Promise<Storage>;

const oldestFirst = { order: "ascending", limit: 100 } as const;

/** A typical raw event; `change` overrides what it says. */
export const sale = (change: Record<string, Json> = {}): Json => ({
  ...{
    client: "kiosk",
    metric: "sale",
    amount: 10,
    timestamp: "2026-01-31T12:00:00Z",
  },
  ...change,
});

const outcomesOf = (results: readonly Result[]): string[] => results.map(({ outcome }) => outcome);

export const describeStorage = (backend: string, open: OpenStorage): void => {
  describe(`storage on ${backend}`, () => {
    let storage: Storage;
    let clockUs: number;

    const append = async (...events: Prepared[]): Promise<readonly Result[]> => (await storage.append(events)).results;
    const reopen = async (): Promise<void> => {
      await storage.close();
      storage = await open(() => clockUs);
    };

    beforeEach(async () => {
      clockUs = NOON;
      storage = await open(() => clockUs);
    });
    afterEach(async () => {
      expect(await storage.books()).toEqual([]);
      await storage.close();
    });

    test("a client of any name closes its failures", async () => {
      const client = "\u{10FFFF}0";
      await append(prepared(sale({ client, amount: "1,200" }), "key"));
      await append(prepared(sale({ client }), "key"));
      expect(await storage.failures({ clients: [client] }, oldestFirst)).toMatchObject([{ client, state: "RESOLVED" }]);
    });

    test("an event is accepted once, however it is spelled, also after a restart", async () => {
      const [first] = await append(prepared(sale()));
      await reopen();
      const [again] = await append(
        prepared({
          when: 1,
          DATE: "31 Jan 2026 13:00 +01:00",
          qty: "10.0",
          type: "sale",
          source: " kiosk ",
        }),
      );
      expect(first?.outcome).toBe("ACCEPTED");
      expect(again).toMatchObject({
        outcome: "DUPLICATE",
        receipt: first?.receipt,
        event: { seq: 1 },
      });
      expect(await storage.timesSeen(1)).toBe(2);
    });

    test("a duplicate says how its spelling differs, in the answer and in the log", async () => {
      await append(prepared(sale()));
      const [again] = await append(prepared(sale({ amount: "10.00" })));
      const differences = [{ path: "amount", existing: 10, received: "10.00" }];
      expect(again).toMatchObject({ outcome: "DUPLICATE", differences });
      expect((await storage.entries({}, oldestFirst))[1]).toMatchObject({
        action: "DUPLICATE",
        differences,
      });
    });

    test("keys tell equal events apart, and belong to their client", async () => {
      const results = await append(
        ...[prepared(sale(), "a"), prepared(sale(), "b"), prepared(sale()), prepared(sale({ client: "till" }), "a")],
        ...[prepared(sale(), "a"), prepared(sale(), "A"), prepared(sale())],
      );
      expect(outcomesOf(results)).toEqual([
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
        "DUPLICATE",
        "ACCEPTED",
        "DUPLICATE",
      ]);
    });

    test("a key used for something else is a conflict that names what differs and overwrites nothing", async () => {
      const [, conflict] = await append(prepared(sale(), "k"), prepared(sale({ amount: 11, unit: "kg" }), "k"));
      expect(conflict).toMatchObject({
        outcome: "CONFLICT",
        existing: { seq: 1, amount: "10" },
        differences: [
          { path: "amount", existing: "10", received: "11" },
          { path: "unit", received: "kg" },
        ],
        failure: {
          kind: "CONFLICT",
          state: "OPEN",
          problems: [{ code: "IDEMPOTENCY_KEY_REUSED" }],
        },
      });
      expect(await storage.event(1)).toMatchObject({
        amount: "10",
        unit: null,
      });
    });

    test("digits below the microsecond tell events apart and survive", async () => {
      const results = await append(
        prepared(sale({ timestamp: "2026-01-31T12:00:00.123456789Z" })),
        prepared(sale({ timestamp: "2026-01-31T12:00:00.123456788Z" })),
        prepared(sale({ timestamp: "2026-01-31T12:00:00.1234567890Z" })),
      );
      expect(outcomesOf(results)).toEqual(["ACCEPTED", "ACCEPTED", "DUPLICATE"]);
      expect((await storage.event(1))?.timestamp).toBe("2026-01-31T12:00:00.123456789Z");
      expect((await storage.event(2))?.timestamp).toBe("2026-01-31T12:00:00.123456788Z");
    });

    test("the same bad event again is the same failure, seen once more", async () => {
      const bad = prepared(sale({ amount: "many" }));
      const [first, again] = await append(bad, bad);
      clockUs += 5_000_000;
      const [later] = await append(prepared(sale({ amount: "many" }), "with a key"));
      expect(first).toMatchObject({
        outcome: "REJECTED",
        failure: { id: 1, timesSeen: 1 },
      });
      expect(again).toMatchObject({
        outcome: "REJECTED",
        receipt: { seq: 2 },
        failure: { id: 1, timesSeen: 2 },
      });
      expect(later).toMatchObject({ failure: { id: 3, timesSeen: 1 } });
      expect(await storage.countFailures({})).toBe(2);
      expect(JSON.parse((await storage.rawFailure(1)) ?? "")).toEqual(sale({ amount: "many" }));
    });

    test("a conflict and a rejection of the same raw event are two failures", async () => {
      const early = sale({ timestamp: "2026-01-31T12:00:00Z" });
      const asRejected = prepared(early, "k", { nowUs: NOON - 90_000_000_000 });
      const results = await append(asRejected, prepared(sale({ amount: 1 }), "k"), prepared(early, "k"));
      expect(outcomesOf(results)).toEqual(["REJECTED", "ACCEPTED", "CONFLICT"]);
      expect((await storage.failures({}, oldestFirst)).map(({ kind, state }) => [kind, state])).toEqual([
        ["VALIDATION", "RESOLVED"],
        ["CONFLICT", "OPEN"],
      ]);
    });

    test("a failure closes itself when its event arrives valid: by its key, or by the same raw text", async () => {
      await append(
        prepared(sale({ amount: "?" }), "k"),
        prepared(sale(), null, { nowUs: NOON - 90_000_000_000 }),
        prepared(sale({ amount: "?" })),
      );
      await append(prepared(sale({ amount: 3 }), "k"), prepared(sale()));
      const failures = await storage.failures({}, oldestFirst);
      expect(failures.map(({ state, resolvedBy }) => [state, resolvedBy])).toEqual([
        ["RESOLVED", 4],
        ["RESOLVED", 5],
        ["OPEN", null],
      ]);
      expect((await storage.entries({ failure: 1 }, oldestFirst)).map(({ action }) => action)).toEqual([
        "REJECTED",
        "ACCEPTED",
      ]);
    });

    test("within a group each failure is told as it was at its place", async () => {
      const bad = prepared(sale({ amount: "?" }), "k");
      const results = await append(bad, bad, prepared(sale(), "k"), bad, prepared(sale(), "k"));
      expect(results.map((result) => ("failure" in result ? result.failure : null))).toMatchObject([
        { id: 1, state: "OPEN", timesSeen: 1, resolvedBy: null },
        { id: 1, state: "OPEN", timesSeen: 2, resolvedBy: null },
        null,
        { id: 1, state: "RESOLVED", timesSeen: 3, resolvedBy: 3 },
        null,
      ]);
      expect((await storage.entries({}, oldestFirst)).map(({ failure }) => failure?.id)).toEqual([
        1,
        1,
        1,
        1,
        undefined,
      ]);
    });

    test("a bad event does not harm its neighbours", async () => {
      const results = await append(
        prepared(sale()),
        prepared("garbage"),
        prepared(sale({ amount: 11 })),
        prepared(sale()),
      );
      expect(outcomesOf(results)).toEqual(["ACCEPTED", "REJECTED", "ACCEPTED", "DUPLICATE"]);
      expect(await storage.totals(null)).toEqual({
        asOfSeq: 4,
        received: 4,
        accepted: 2,
        duplicates: 1,
        conflicts: 0,
        rejected: 1,
      });
      expect(await storage.totals("kiosk")).toEqual({
        asOfSeq: 4,
        received: 3,
        accepted: 2,
        duplicates: 1,
        conflicts: 0,
        rejected: 0,
      });
    });

    test("all or nothing writes nothing where one event cannot be counted", async () => {
      const refused = await storage.append([prepared(sale()), prepared("garbage")], { atomic: true });
      expect(refused.kind).toBe("refused");
      expect(outcomesOf(refused.results)).toEqual(["ACCEPTED", "REJECTED"]);
      expect(await storage.head()).toBe(0);
      const committed = await storage.append([prepared(sale()), prepared(sale())], { atomic: true });
      expect(outcomesOf(committed.results)).toEqual(["ACCEPTED", "DUPLICATE"]);
    });

    test("a fault inside the transaction leaves nothing behind, whatever the event", async () => {
      await append(prepared(sale(), "k"));
      for (const event of [
        prepared(sale({ amount: 7 })),
        prepared(sale(), "k"),
        prepared(sale({ amount: 8 }), "k"),
        prepared("garbage"),
      ])
        await expect(storage.append([event], { fault: "DURING_TRANSACTION" })).rejects.toMatchObject({
          code: "SIMULATED_FAILURE",
        });
      expect(await storage.head()).toBe(1);
      expect(await storage.countFailures({})).toBe(0);
      const [result] = await append(prepared(sale({ amount: 7 })));
      expect(result).toMatchObject({
        outcome: "ACCEPTED",
        receipt: { seq: 2 },
      });
    });

    test("many callers with the same event at the same instant: one is accepted", async () => {
      const appends = await Promise.all(Array.from({ length: 50 }, () => storage.append([prepared(sale())])));
      const outcomes = appends.flatMap(({ results }) => outcomesOf(results));
      expect(outcomes.filter((outcome) => outcome === "ACCEPTED")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "DUPLICATE")).toHaveLength(49);
    });

    test("the log has no gaps and its times never go back, even where the clock does", async () => {
      await append(prepared(sale()));
      clockUs -= 3_600_000_000;
      await append(prepared(sale({ amount: 2 })), prepared("garbage"));
      const entries = await storage.entries({}, oldestFirst);
      expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(new Set(entries.map(({ atUs }) => atUs))).toEqual(new Set([NOON]));
    });

    test("raw events are kept as they were sent, with awkward keys and characters", async () => {
      const raw = {
        ...(sale() as object),
        ["__proto__"]: { a: 1 },
        s: "\ud800 \u0000 ' \u2028",
        toJSON: 1,
      } as Json;
      const own = JSON.parse(`{"__proto__":{"x":1},${JSON.stringify(raw).slice(1)}`) as Json;
      const [result] = await append(prepared(own));
      expect(result?.outcome).toBe("ACCEPTED");
      expect(await storage.rawEvent(1)).toBe(JSON.stringify(own));
    });

    test("the database keeps its id", async () => {
      const { databaseId } = storage;
      await reopen();
      expect(storage.databaseId).toBe(databaseId);
    });
  });
};
