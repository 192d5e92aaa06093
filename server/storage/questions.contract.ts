// The questions that every backend must answer alike: lists by every condition, searches, aggregations, throughput.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Act } from "../domain/act.ts";
import { addDecimals } from "../domain/decimal.ts";
import type { Prepared, Result } from "../domain/event.ts";
import { failureIdentity } from "../domain/fingerprint.ts";
import { type Json, rawText } from "../domain/json.ts";
import { unpackRows } from "../domain/packed-rows.ts";
import { parseInstant } from "../domain/timestamp.ts";
import { NOON, prepared } from "../test/prepared.ts";
import { sale } from "./storage.contract.ts";
import type { Storage } from "./storage.ts";

/** Opens an empty database, with this clock. */
type OpenStorage = (now: () => number) => Promise<Storage>;

const DAY_US = 86_400_000_000;

const newestFirst = { order: "descending", limit: 100 } as const;
const oldestFirst = { order: "ascending", limit: 100 } as const;

export const describeQuestions = (backend: string, open: OpenStorage): void => {
  describe(`questions to ${backend}`, () => {
    let storage: Storage;
    let clockUs: number;

    const append = async (...events: Prepared[]): Promise<readonly Result[]> => (await storage.append(events)).results;

    beforeEach(async () => {
      clockUs = NOON;
      storage = await open(() => clockUs);
    });
    afterEach(() => storage.close());

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

    test("a snapshot tells what there was when it was opened, portion by portion, whatever is written meanwhile", async () => {
      const events = Array.from({ length: 1_200 }, (_, index) =>
        prepared(sale({ timestamp: new Date(Date.UTC(2026, 0, 31, 12, 0, index)).toISOString() })),
      );
      await append(...events, prepared("garbage"), prepared(sale({ client: "till" })));
      await storage.perform([{ action: "VOIDED", by: null, event: 7, reason: null }]);
      const snapshot = await storage.openSnapshot();
      await append(prepared(sale({ client: "later" })), prepared("more garbage"));
      await storage.perform([{ action: "VOIDED", by: null, event: 8, reason: null }]);
      expect(snapshot.asOfSeq).toBe(1_203);
      const eventsOf = async (filter: Parameters<typeof snapshot.events>[0]) => {
        const rows = [];
        for (let after = 0; after < snapshot.asOfSeq; ) {
          const portion = await snapshot.events(filter, after);
          expect(portion.upTo).toBeGreaterThan(after);
          rows.push(...portion.rows);
          after = portion.upTo;
        }
        return rows;
      };
      const all = await eventsOf({});
      expect(all.map(({ event }) => event.seq)).toEqual(
        [...Array.from({ length: 1_200 }, (_, index) => index + 1), 1_202].filter((seq) => seq !== 7),
      );
      expect(all[0]).toEqual({ event: await storage.event(1), raw: await storage.rawEvent(1) });
      expect((await eventsOf({ clients: ["till"] })).map(({ event }) => event.seq)).toEqual([1_202]);
      const { rows, upTo } = await snapshot.failures({}, 0);
      expect(rows).toEqual([{ failure: await storage.failure(1_201), raw: '"garbage"' }]);
      expect(upTo).toBe(snapshot.asOfSeq);
      await snapshot.close();
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
      expect(await seqs({ units: [""] })).toEqual([3, 1]);
      expect(await seqs({ units: ["", "EUR"] })).toEqual([3, 2, 1]);
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

    test("half a million intervals, nearly all of them without events, are looked through at once", async () => {
      const years = Array.from({ length: 15 }, (_, index) => 2011 + index);
      const events = years.flatMap((year) =>
        Array.from({ length: 20 }, (_, day) =>
          prepared(sale({ timestamp: new Date(Date.UTC(year, 0, 1 + day)).toISOString() })),
        ),
      );
      await append(...events);
      const { rows } = await storage.rollups({ filter: {}, groupBy: [], interval: "MINUTE_15" });
      expect([...rows.count]).toEqual(events.map(() => 1));
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

    test("rollups are exact where floats and 64-bit integers are not, and never mix units", async () => {
      const amounts = ["0.1", "0.2", "999999999999999.999999999", "0.000000001"];
      await append(
        ...amounts.map((amount, index) => prepared(sale({ amount, timestamp: `2026-01-31T11:0${index}:00Z` }))),
        prepared(sale({ amount: 5, unit: "EUR" })),
      );
      const { rows } = await storage.rollups({ filter: {}, groupBy: [] });
      const [plain, euros] = [...unpackRows(rows)].sort((a, b) => b.count - a.count);
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

    test("an aggregation tells names as they were sent, whatever characters are in them", async () => {
      const names = { client: "a\u{10FFFF}0", metric: "b\u{10FFFF}", unit: "\u{10FFFF}1c" };
      expect(await append(prepared(sale(names)))).toMatchObject([{ outcome: "ACCEPTED" }]);
      const { rows } = await storage.rollups({ filter: {}, groupBy: ["CLIENT", "METRIC"] });
      expect(unpackRows(rows)).toMatchObject([names]);
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
        const { rows } = await storage.rollups({
          filter: { fromUs: at(from), toUs: at(to) },
          groupBy: ["CLIENT"],
          interval: "MINUTE_15",
        });
        const parts = unpackRows(rows);
        expect(
          parts.reduce((sum, { count }) => sum + count, 0),
          `${from}-${to}`,
        ).toBe(expected.length);
        expect(parts.map(({ sum }) => sum).reduce(addDecimals, "0")).toBe(
          String(expected.reduce((sum, minute) => sum + minute + 1, 0)),
        );
      }
    });

    test.each([
      ["behind", { toUs: NOON - 2.5 * DAY_US }, 3, 2, 1],
      ["before", { fromUs: NOON - 2.5 * DAY_US }, 2, 3, 4],
    ] as const)(
      "an answer holds until what it was read from changes, %s its range as well",
      async (_, filter, inside, beyond, farther) => {
        const saleOf = (daysAgo: number) =>
          prepared(sale({ timestamp: new Date((NOON - daysAgo * DAY_US) / 1000).toISOString() }));
        const question = { filter, groupBy: [] };
        const ask = async () => {
          const { rows, ...state } = await storage.rollups(question);
          const isChanged = async () => (await storage.rollupChanges(question, state)).isChanged;
          return { revisions: [...rows.revision], isChanged };
        };
        const act = (action: "VOIDED" | "UNVOIDED", event: number) =>
          storage.perform([{ action, by: null, event, reason: null }]);
        await append(saleOf(inside), saleOf(beyond));

        const whileSomethingIsThere = await ask();
        await append(saleOf(farther));
        expect(await whileSomethingIsThere.isChanged()).toBe(false);
        await act("VOIDED", 3);
        expect(await whileSomethingIsThere.isChanged()).toBe(false);
        await act("VOIDED", 2);
        expect(await whileSomethingIsThere.isChanged()).toBe(true);

        const whileNothingIsThere = await ask();
        expect([whileSomethingIsThere.revisions, whileNothingIsThere.revisions]).toEqual([[1], [5]]);
        await append(prepared("garbage"));
        expect(await whileNothingIsThere.isChanged()).toBe(false);
        await act("UNVOIDED", 3);
        expect(await whileNothingIsThere.isChanged()).toBe(true);
        expect((await ask()).revisions).toEqual([1]);
      },
    );

    test("an answer holds no longer where somebody else's event comes behind the end of all data in its range", async () => {
      const saleOf = (client: string, beforeUs: number) =>
        prepared(sale({ client, timestamp: new Date((NOON - beforeUs) / 1000).toISOString() }));
      // It ends within a quarter of an hour: what that has is read from the events, once there is any.
      const question = { filter: { clients: ["till"], toUs: NOON - 60e6 }, groupBy: [] };
      const ask = async () => {
        const { rows, ...state } = await storage.rollups(question);
        return { revisions: [...rows.revision], state };
      };
      await append(saleOf("till", 7_200e6), saleOf("till", 14_400e6));
      await storage.perform([{ action: "VOIDED", by: null, event: 2, reason: null }]);
      const before = await ask();
      await append(saleOf("kiosk", 120e6));
      expect(await storage.rollupChanges(question, before.state)).toEqual({ asOfSeq: 4, isChanged: true });
      expect([before.revisions, (await ask()).revisions]).toEqual([[3], [1]]);
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

    test("what was received is counted by the minute of its entry, whatever its outcome", async () => {
      await append(prepared(sale(), "k"), prepared(sale(), "k"), prepared("garbage"));
      clockUs = NOON + 59_999_999;
      await append(prepared(sale({ amount: 2 }), "k"));
      clockUs = NOON + 3 * 60_000_000;
      await append(prepared(sale({ client: "till" })));
      const [first, second] = [
        { minuteUs: NOON, received: 4, accepted: 1, duplicates: 1, conflicts: 1, rejected: 1 },
        { minuteUs: clockUs, received: 1, accepted: 1, duplicates: 0, conflicts: 0, rejected: 0 },
      ];
      const activity = (minutes: number) => storage.activity({ nowUs: clockUs + 59_999_999, minutes });
      expect(await activity(4)).toEqual({ asOfSeq: 5, minutes: [first, second] });
      expect(await activity(3)).toEqual({ asOfSeq: 5, minutes: [second] });
      expect(await storage.activity({ nowUs: clockUs + 60_000_000, minutes: 1 })).toEqual({ asOfSeq: 5, minutes: [] });
    });

    test("it tells what it is, what it takes and what waits in it", async () => {
      await append(prepared(sale()));
      const plan = { kind: "DISCARD", filter: {}, reason: "none" } as const;
      const faulted = (client: string, nextAttemptAtUs: number): Act => ({
        ...{ action: "FAULTED", by: null, client, idempotencyKey: null, rawText: rawText({ client }), fault: "EIO" },
        identity: failureIdentity({ kind: "PROCESSING", client, idempotencyKey: null, raw: { client } }),
        nextAttemptAtUs,
      });
      await storage.perform([
        { action: "JOB_STARTED", by: null, plan, client: null, total: 1 },
        ...[faulted("due", clockUs), faulted("waiting", clockUs + 1), faulted("dead", clockUs)],
      ]);
      await storage.perform([
        {
          ...{ action: "RETRIED", by: null, failure: 5, attempts: 0, fault: "EIO" },
          ...{ problems: null, edited: null, state: "DEAD", nextAttemptAtUs: null },
        },
      ]);
      const figures = await storage.figures();
      expect(figures).toMatchObject({ scheduledFailures: 2, dueFailures: 1, deadFailures: 1, runningJobs: 1 });
      expect(figures.version).toMatch(/^\d+\./);
      expect(figures.sizeBytes + (figures.walBytes ?? 0)).toBeGreaterThan(10_000);
      expect(storage.backend).toBe(backend.startsWith("SQLite") ? "SQLITE" : "POSTGRESQL");
    });

    test("where nothing was received there are no minutes", async () => {
      expect(await storage.activity({ nowUs: NOON, minutes: 60 })).toEqual({ asOfSeq: 0, minutes: [] });
    });

    test("what was refused, or failed, was not received in any minute", async () => {
      await storage.append([prepared(sale()), prepared("garbage")], { atomic: true });
      await expect(storage.append([prepared(sale())], { fault: "DURING_TRANSACTION" })).rejects.toThrow();
      expect(await storage.activity({ nowUs: NOON, minutes: 60 })).toEqual({ asOfSeq: 0, minutes: [] });
    });

    test("the minutes end with the last event where a clock was set back", async () => {
      await append(prepared(sale()));
      clockUs = NOON - 90 * 60_000_000;
      await append(prepared(sale()));
      const minute = { minuteUs: NOON, received: 2, accepted: 1, duplicates: 1, conflicts: 0, rejected: 0 };
      expect(await storage.activity({ nowUs: clockUs, minutes: 1 })).toEqual({ asOfSeq: 2, minutes: [minute] });
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
  });
};
