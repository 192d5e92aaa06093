// Whatever is counted, voided and brought back, in whatever groups and whenever it is folded, what the rollups tell is what
// the events add up to, on both backends.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Act } from "../domain/act.ts";
import { billionthsOf, decimalOf } from "../domain/decimal.ts";
import { unpackRows } from "../domain/packed-rows.ts";
import { dimensions } from "../domain/rollup.ts";
import { createDatabase, hasPostgres } from "../test/postgres.ts";
import { NOON, prepared } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { verify } from "../test/verification.ts";
import { createPostgresStorage } from "./postgres/storage.ts";
import { books } from "./sqlite/books.ts";
import { openDatabase } from "./sqlite/database.ts";
import { rebuildRollups } from "./sqlite/rollup-rebuild.ts";
import { createRollupReader } from "./sqlite/rollups.ts";
import { createWriter } from "./sqlite/writer.ts";
import { sale } from "./storage.contract.ts";
import type { Storage } from "./storage.ts";

type Of<Arbitrary> = Arbitrary extends fc.Arbitrary<infer T> ? T : never;
type Subject = Pick<Storage, "append" | "perform" | "rollups" | "books">;

const DAY_US = 86_400_000_000;

/** Around a day of 23 hours in Berlin and one of 25 in New York, and in the present. */
const time = fc.oneof(
  fc.integer({ min: Date.UTC(2025, 2, 28) * 1000, max: Date.UTC(2025, 3, 2) * 1000 }),
  fc.integer({ min: Date.UTC(2025, 9, 31) * 1000, max: Date.UTC(2025, 10, 4) * 1000 }),
  fc.integer({ min: NOON - DAY_US, max: NOON }),
);
const event = fc.record({
  client: fc.constantFrom("kiosk", "till"),
  metric: fc.constantFrom("sale", "refund"),
  amount: fc.constantFrom("1", "2.5", "0.000000001", "999999999999999.999999999", "7"),
  unit: fc.constantFrom(null, "EUR"),
  timestampUs: time,
});
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ events: fc.array(event, { minLength: 1, maxLength: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ toggled: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }) }) },
);
const question = fc.record({
  interval: fc.constantFrom("ALL", "MONTH", "WEEK", "DAY", "HOUR"),
  timeZone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"),
  groupBy: fc.subarray([...dimensions]),
  clients: fc.constantFrom(undefined, undefined, ["kiosk"]),
  range: fc.constantFrom(undefined, undefined, [Date.UTC(2025, 2, 29, 10, 7) * 1000, NOON - 3_600_000_001]),
});

interface Counted {
  readonly client: string;
  readonly metric: string;
  readonly amount: string;
  readonly unit: string | null;
  readonly timestampUs: number;
  readonly seq: number;
  isCounted: boolean;
}

/** The history, done to a storage; what has come of it is kept. */
const live = async (storage: Subject, steps: readonly Of<typeof step>[]): Promise<readonly Counted[]> => {
  const counted: Counted[] = [];
  let number = 0;
  for (const one of steps)
    if ("events" in one) {
      const results = await storage.append(
        one.events.map(({ timestampUs, unit, ...facts }) =>
          prepared(
            sale({ ...facts, timestamp: timestampUs / 1e6, ...(unit === null ? {} : { unit }) }),
            `k-${number++}`,
          ),
        ),
      );
      results.results.forEach((result, index) => {
        const facts = one.events[index];
        if (result.outcome === "ACCEPTED" && facts !== undefined)
          counted.push({ ...facts, timestampUs: result.event.timestampUs, seq: result.event.seq, isCounted: true });
      });
    } else if (counted.length > 0) {
      const chosen = new Set(one.toggled.map((pick) => counted[pick % counted.length] as Counted));
      const acts = Array.from(chosen, ({ seq, isCounted }): Act => {
        return { action: isCounted ? "VOIDED" : "UNVOIDED", by: null, event: seq, reason: null };
      });
      await storage.perform(acts);
      for (const chosenOne of chosen) chosenOne.isCounted = !chosenOne.isCounted;
    }
  return counted;
};

const localOf = (timeZone: string, interval: string): ((us: number) => string) => {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short", hourCycle: "h23" });
  const hours = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hour: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  });
  return (us) => {
    const day = format.format(us / 1000);
    if (interval === "ALL") return "";
    if (interval === "HOUR") return `${day} ${hours.format(us / 1000)}`;
    if (interval === "DAY") return day;
    if (interval === "MONTH") return day.slice(0, 7);
    const date = new Date(`${day}T12:00Z`);
    return new Date(date.getTime() - ((date.getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10);
  };
};

const expectExact = async (storage: Subject, events: readonly Counted[], asked: Of<typeof question>) => {
  const [fromUs, toUs] = asked.range ?? [];
  const admitted = events.filter(
    (one) =>
      one.isCounted &&
      (asked.clients?.some((client) => client === one.client) ?? true) &&
      one.timestampUs >= (fromUs ?? 0) &&
      one.timestampUs < (toUs ?? Number.POSITIVE_INFINITY),
  );
  const placeOf = localOf(asked.timeZone, asked.interval);
  const group = (of: { client: string | null; metric: string | null; unit: string | null }, us: number | null) =>
    JSON.stringify([
      us === null ? "" : placeOf(us),
      asked.groupBy.includes("CLIENT") ? of.client : null,
      asked.groupBy.includes("METRIC") ? of.metric : null,
      of.unit,
    ]);
  const expected = Map.groupBy(admitted, (one) => group(one, one.timestampUs));
  const { rows } = await storage.rollups({
    filter: { fromUs, toUs, clients: asked.clients },
    ...{ groupBy: asked.groupBy, interval: asked.interval, timeZone: asked.timeZone, percentiles: [0.5] },
  });
  expect(
    new Map(
      unpackRows(rows).map((row) => [
        group(row, row.fromUs),
        [row.count, row.sum, row.min, row.max, ...row.percentiles],
      ]),
    ),
  ).toEqual(
    new Map(
      Array.from(expected, ([key, some]) => {
        const amounts = some
          .map(({ amount }) => billionthsOf(amount))
          .sort((left, right) => Number(left > right) - 0.5);
        const sum = amounts.reduce((total, next) => total + next);
        const [least = 0n, most = 0n, middle = 0n] = [
          ...[amounts.at(0), amounts.at(-1), amounts[Math.ceil(amounts.length / 2) - 1]],
        ];
        return [key, [some.length, ...[sum, least, most, middle].map(decimalOf)]];
      }),
    ),
  );
};

test("on SQLite, and what is stored is found sound and counted alike", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.array(question, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(0, 5, 4_096),
      async (steps, questions, foldAfterEntries) => {
        const file = temporaryFile("surecount.db");
        const db = openDatabase(file);
        const writer = createWriter(db, { file, onLocked: () => {}, foldAfterEntries });
        const { rollups } = createRollupReader(db);
        const storage: Subject = {
          append: async (events) => writer.append(events, NOON),
          perform: async (acts) => writer.perform(NOON, acts),
          rollups: async (asked) => rollups(asked),
          books: async () => books(db),
        };
        const events = await live(storage, steps);
        for (const asked of questions) await expectExact(storage, events, asked);
        expect(await storage.books()).toEqual([]);
        expect((await verify(file)).findings).toEqual([]);
        expect(rebuildRollups(db)).toMatchObject({ count: 0, differences: [] });
        writer.close();
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
});

describe.runIf(hasPostgres)("with PostgreSQL", () => {
  test("there as well", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.array(question, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(1, 4_096),
        async (steps, questions, foldAfterEntries) => {
          const url = await createDatabase();
          const options = { url, connections: 6, partitionLength: "month", now: () => NOON, foldAfterEntries } as const;
          const storage = await createPostgresStorage(options);
          try {
            const events = await live(storage, steps);
            for (const asked of questions) await expectExact(storage, events, asked);
            expect(await storage.books()).toEqual([]);
          } finally {
            await storage.close();
          }
        },
      ),
      { numRuns: 6, endOnFailure: true },
    );
  });
});
