// The cases that every backend must pass: the promises of storage.ts, asked of a real database.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addDecimals } from "../domain/decimal.ts";
import type { Prepared, Result } from "../domain/event.ts";
import type { Json } from "../domain/json.ts";
import { normalize } from "../domain/normalize.ts";
import { defaultProfile } from "../domain/profile.ts";
import { parseInstant } from "../domain/timestamp.ts";
import { prepare } from "../pipeline/ingest.ts";
import type { Storage } from "./storage.ts";

/** Opens the same database again each time it is called, with this clock. */
type OpenStorage = (now: () => number) => Promise<Storage>;

const NOON = Date.UTC(2026, 0, 31, 12) * 1000;
const newestFirst = { order: "descending", limit: 100 } as const;
const oldestFirst = { order: "ascending", limit: 100 } as const;

/** A raw event as the pipeline hands it over. */
export const prepared = (raw: Json, idempotencyKey: string | null = null): Prepared =>
  prepare({ raw, idempotencyKey }, normalize(raw, { profile: defaultProfile, nowUs: NOON }));

const sale = (change: Record<string, Json> = {}): Json => ({
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

    test("filters may reach as far as a calendar does", async () => {
      await append(prepared(sale()), prepared("garbage"));
      const filter = {
        fromUs: parseInstant("0000-01-01T00:00:00Z") ?? 0,
        toUs: parseInstant("9999-12-31T23:59:59.999999Z") ?? 0,
      };
      expect(await storage.events(filter, oldestFirst)).toHaveLength(1);
      expect(await storage.failures(filter, oldestFirst)).toHaveLength(1);
      expect(await storage.countEvents(filter)).toBe(1);
      expect(await storage.receivedSince({ sinceUs: filter.fromUs, client: null })).toBe(2);
      expect(await storage.receivedSince({ sinceUs: filter.toUs, client: null })).toBe(0);
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
      const early = {
        ...(sale({ timestamp: "2026-01-31T12:00:00Z" }) as object),
      } as Json;
      const asRejected = prepare(
        { raw: early, idempotencyKey: "k" },
        normalize(early, {
          profile: defaultProfile,
          nowUs: NOON - 90_000_000_000,
        }),
      );
      const results = await append(asRejected, prepared(sale({ amount: 1 }), "k"), prepared(early, "k"));
      expect(outcomesOf(results)).toEqual(["REJECTED", "ACCEPTED", "CONFLICT"]);
      expect((await storage.failures({}, oldestFirst)).map(({ kind, state }) => [kind, state])).toEqual([
        ["VALIDATION", "RESOLVED"],
        ["CONFLICT", "OPEN"],
      ]);
    });

    test("a failure closes itself when its event arrives valid: by its key, or by the same raw text", async () => {
      const early = normalize(sale(), {
        profile: defaultProfile,
        nowUs: NOON - 90_000_000_000,
      });
      await append(
        prepared(sale({ amount: "?" }), "k"),
        prepare({ raw: sale(), idempotencyKey: null }, early),
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

    test("a failure of a client with a strange name closes itself as well", async () => {
      const client = "\u{10FFFF}0 \u{10FFFF}";
      await append(prepared(sale({ client, amount: "?" }), "k"));
      await append(prepared(sale({ client }), "k"));
      expect(await storage.failure(1)).toMatchObject({ client, state: "RESOLVED", resolvedBy: 2 });
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

    test("the log can be asked about one client, one outcome, one metric, one event or one failure", async () => {
      await append(
        prepared(sale()),
        prepared(sale({ client: "till" })),
        prepared(sale()),
        prepared(sale({ metric: "" })),
      );
      const seqs = async (filter: Parameters<Storage["entries"]>[0]) =>
        (await storage.entries(filter, oldestFirst)).map(({ seq }) => seq);
      expect(await seqs({ clients: ["till"] })).toEqual([2]);
      expect(await seqs({ outcomes: ["DUPLICATE", "REJECTED"] })).toEqual([3, 4]);
      expect(await seqs({ metrics: ["sale"] })).toEqual([1, 2, 3]);
      expect(await seqs({ event: 1 })).toEqual([1, 3]);
      expect(await seqs({ event: 4 })).toEqual([]);
      expect(await seqs({ failure: 4 })).toEqual([4]);
      expect(await seqs({ clients: [] })).toEqual([]);
    });

    test("events are found by every condition, in both directions and between bounds", async () => {
      await append(
        prepared({ ...(sale({ note: "100% Café_latte" }) as object) } as Json),
        prepared(
          sale({
            client: "till",
            metric: "refund",
            unit: "EUR",
            timestamp: "2026-01-30T00:00:00Z",
          }),
          "key-2",
        ),
        prepared(sale({ amount: 3, timestamp: "2026-01-31T12:00:00.000001Z" })),
      );
      const seqs = async (
        filter: Parameters<Storage["events"]>[0],
        range: Parameters<Storage["events"]>[1] = newestFirst,
      ) => {
        const found = (await storage.events(filter, range)).map(({ seq }) => seq);
        if (range === newestFirst) expect(await storage.countEvents(filter)).toBe(found.length);
        return found;
      };
      expect(await seqs({})).toEqual([3, 2, 1]);
      expect(await seqs({ clients: ["kiosk"] })).toEqual([3, 1]);
      expect(await seqs({ metrics: ["refund", "other"] })).toEqual([2]);
      expect(await seqs({ units: ["EUR"] })).toEqual([2]);
      expect(await seqs({ fromUs: NOON, toUs: NOON + 1 })).toEqual([1]);
      expect(await seqs({ fromUs: NOON + 1 })).toEqual([3]);
      const [ancientUs, farUs] = [-62_200_000_000_000_000, 253_500_000_000_000_000];
      expect(await seqs({ fromUs: ancientUs, toUs: farUs })).toEqual([3, 2, 1]);
      expect(await seqs({ fromUs: farUs })).toEqual([]);
      expect(await seqs({ toUs: ancientUs })).toEqual([]);
      expect(await seqs({ text: "CAFé_LATTE" })).toEqual([1]);
      expect(await seqs({ text: "100%" })).toEqual([1]);
      expect(await seqs({ text: "%" })).toEqual([1]);
      expect(await seqs({ text: "KEY-2" })).toEqual([2]);
      expect(await seqs({}, { order: "ascending", limit: 2 })).toEqual([1, 2]);
      expect(await seqs({}, { order: "descending", limit: 5, above: 1, below: 3 })).toEqual([2]);
    });

    test("failures are found by every condition", async () => {
      await append(prepared(sale({ amount: "?" })), prepared(sale(), "k"), prepared(sale({ amount: 9 }), "k"));
      clockUs += 1_000_000;
      await append(prepared({ metric: "x" }));
      const ids = async (filter: Parameters<Storage["failures"]>[0]) => {
        const found = (await storage.failures(filter, newestFirst)).map(({ id }) => id);
        expect(await storage.countFailures(filter)).toBe(found.length);
        return found;
      };
      expect(await ids({})).toEqual([4, 3, 1]);
      expect(await ids({ clients: ["kiosk"] })).toEqual([3, 1]);
      expect(await ids({ kinds: ["CONFLICT"] })).toEqual([3]);
      expect(await ids({ states: ["RESOLVED"] })).toEqual([]);
      expect(await ids({ codes: ["NOT_A_NUMBER", "MISSING_AMOUNT"] })).toEqual([4, 1]);
      expect(await ids({ fromUs: NOON + 1 })).toEqual([4]);
      expect(await ids({ toUs: NOON + 1 })).toEqual([3, 1]);
      expect(await ids({ text: '"metric":"X"' })).toEqual([4]);
    });

    test("what is searched for is never a pattern and never a statement", async () => {
      await append(prepared(sale()));
      for (const text of ["_", "\\", "'; drop table raw_events; --", '%"', "s_le"])
        expect(await storage.events({ text }, newestFirst)).toEqual([]);
      expect(await storage.events({ clients: ["' or 1=1 --"] }, newestFirst)).toEqual([]);
      expect(await storage.head()).toBe(1);
    });

    test("text is found inside JSON strings as it reads, and NUL matches nothing but itself", async () => {
      await append(
        prepared({ ...(sale() as object), note: 'say "hi"\nnow' } as Json, "k"),
        prepared({ ...(sale({ amount: 2 }) as object), note: "a\u0000b" } as Json),
      );
      const seqs = async (text: string) => (await storage.events({ text }, oldestFirst)).map(({ seq }) => seq);
      expect(await seqs('say "HI"\nnow')).toEqual([1]);
      expect(await seqs('"note":"say')).toEqual([1]);
      expect(await seqs("a\u0000b")).toEqual([2]);
      expect(await seqs("\u0000k")).toEqual([]);
      await append(prepared({ ...(sale({ amount: 3 }) as object), note: "\u{10FFFF}x" } as Json));
      for (const text of ["\u{10FFFF}", "\u{10FFFF}x"]) expect(await seqs(text)).toEqual([3]);
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

    test("rollups are exact where floats and 64-bit integers are not, and never mix units", async () => {
      const amounts = ["0.1", "0.2", "999999999999999.999999999", "0.000000001"];
      await append(
        ...amounts.map((amount, index) => prepared(sale({ amount, timestamp: `2026-01-31T11:0${index}:00Z` }))),
        prepared(sale({ amount: 5, unit: "EUR" })),
      );
      const [plain, euros] = [...(await storage.rollups({ filter: {}, groupBy: [], byTime: false }))].sort(
        (a, b) => b.count - a.count,
      );
      expect(plain).toMatchObject({
        unit: null,
        count: 4,
        sum: amounts.reduce(addDecimals),
        min: "0.000000001",
        max: amounts[2],
      });
      expect(euros).toMatchObject({ unit: "EUR", count: 1, sum: "5" });
      expect(plain?.sum).toBe("1000000000000000.3");
    });

    test("a range that cuts buckets is as exact as one that does not", async () => {
      const at = (minute: number) => NOON + minute * 60_000_000;
      const minutes = [0, 7, 14, 15, 29, 30, 44, 45, 59];
      await append(
        ...minutes.map((minute) =>
          prepared(
            sale({
              amount: minute + 1,
              timestamp: new Date(at(minute) / 1000).toISOString(),
            }),
          ),
        ),
      );
      for (const [from, to] of [
        [0, 60],
        [7, 45],
        [1, 14],
        [8, 46],
        [16, 29],
        [14, 15],
        [30, 30],
        [44, 16],
      ] as const) {
        const expected = minutes.filter((minute) => minute >= from && minute < to);
        const parts = await storage.rollups({
          filter: { fromUs: at(from), toUs: at(to) },
          groupBy: ["CLIENT"],
          byTime: true,
        });
        expect(
          parts.reduce((sum, { count }) => sum + count, 0),
          `${from}-${to}`,
        ).toBe(expected.length);
        expect(parts.map(({ sum }) => sum).reduce(addDecimals, "0")).toBe(
          String(expected.reduce((sum, minute) => sum + minute + 1, 0)),
        );
      }
    });

    test("throughput counts what came since then, in all and by client", async () => {
      for (let second = 0; second < 10; second++) {
        clockUs = NOON + second * 1_000_000;
        await append(
          prepared(
            sale({
              amount: second + 1,
              client: second % 2 === 0 ? "kiosk" : "till",
            }),
          ),
        );
      }
      expect(
        await storage.receivedSince({
          sinceUs: NOON + 4_000_000,
          client: null,
        }),
      ).toBe(6);
      expect(
        await storage.receivedSince({
          sinceUs: NOON + 4_000_000,
          client: "till",
        }),
      ).toBe(3);
      expect(await storage.receivedSince({ sinceUs: NOON - 1, client: null })).toBe(10);
      expect(
        await storage.receivedSince({
          sinceUs: NOON + 60_000_000,
          client: null,
        }),
      ).toBe(0);
    });

    test("a dry run finds what the write would find", async () => {
      await append(prepared(sale(), "k"), prepared(sale()));
      const matchOf = async (event: Prepared) => (event.kind === "event" ? storage.match(event) : null);
      expect(await matchOf(prepared(sale({ amount: 2 })))).toEqual({
        outcome: "ACCEPTED",
      });
      expect(await matchOf(prepared(sale()))).toMatchObject({
        outcome: "DUPLICATE",
        event: { seq: 2 },
      });
      expect(await matchOf(prepared(sale(), "k"))).toMatchObject({
        outcome: "DUPLICATE",
        event: { seq: 1 },
      });
      expect(await matchOf(prepared(sale({ amount: 2 }), "k"))).toMatchObject({
        outcome: "CONFLICT",
        event: { seq: 1 },
      });
    });

    test("the database keeps its id", async () => {
      const { databaseId } = storage;
      await reopen();
      expect(storage.databaseId).toBe(databaseId);
    });
  });
};
