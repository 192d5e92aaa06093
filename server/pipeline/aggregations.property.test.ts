// Whatever is counted late or in time, voided and brought back, an answer is what the events add up to, one from the cache is
// what would be answered anew, and who starts from the first update and applies all others sees the same. On both backends.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Act } from "../domain/act.ts";
import { averageOf, billionthsOf, decimalOf } from "../domain/decimal.ts";
import { type AggregationRow, avgOf, fills, isFilled } from "../domain/fill.ts";
import { compareGroups, compareRanked, comparerOf, dimensions, type Group, orders } from "../domain/rollup.ts";
import { createPostgresStorage } from "../storage/postgres/storage.ts";
import { openDatabase } from "../storage/sqlite/database.ts";
import { openReader } from "../storage/sqlite/reader.ts";
import { createWriter } from "../storage/sqlite/writer.ts";
import { sale } from "../storage/storage.contract.ts";
import type { Storage } from "../storage/storage.ts";
import { createDatabase, hasPostgres } from "../test/postgres.ts";
import { NOON, prepared } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import type { AggregationUpdate } from "./aggregation-changes.ts";
import { createAggregationUpdates } from "./aggregation-updates.ts";
import { type AggregationRequest, createAggregations } from "./aggregations.ts";

type Of<Arbitrary> = Arbitrary extends fc.Arbitrary<infer T> ? T : never;
type Subject = Pick<Storage, "append" | "perform" | "head" | "rollups" | "rollupChanges">;

const HOUR_US = 3_600_000_000;

const event = fc.record({
  client: fc.constantFrom("a", "b", "c"),
  amount: fc.constantFrom("1", "2.5", "0.000000001", "999999999999999.999999999"),
  unit: fc.constantFrom(null, "EUR"),
  timestampUs: fc.oneof(
    fc.integer({ min: NOON - 5 * HOUR_US, max: NOON }),
    fc.integer({ min: NOON - 72 * HOUR_US, max: NOON - 66 * HOUR_US }),
  ),
});
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ events: fc.array(event, { minLength: 1, maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ toggled: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }) }) },
);
const bound = fc.integer({ min: NOON - 76 * HOUR_US, max: NOON + HOUR_US });
const range = fc.oneof(
  fc.constantFrom({}, { toUs: NOON - 48 * HOUR_US }),
  fc.tuple(bound, bound).map(([one, other]) => ({ fromUs: Math.min(one, other), toUs: Math.max(one, other) })),
);
const request = fc
  .record({
    range,
    clients: fc.constantFrom(undefined, undefined, ["a", "b"]),
    units: fc.constantFrom(undefined, undefined, ["EUR"], [""]),
    groupBy: fc.subarray([...dimensions]),
    interval: fc.constantFrom("ALL", "DAY", "HOUR"),
    percentiles: fc.constantFrom([], [0.5, 1]),
    order: fc.constantFrom("GROUP", ...orders),
    limit: fc.constantFrom(undefined, 1, 2),
    fill: fc.constantFrom(...fills),
  } as const)
  .map(({ range, clients, units, ...rest }): AggregationRequest => {
    return { ...rest, filter: { ...range, clients, units }, timeZone: "UTC" };
  });

interface Counted extends Of<typeof event> {
  readonly seq: number;
  isCounted: boolean;
}

let keys = 0;
const doStep = async (storage: Subject, one: Of<typeof step>, counted: Counted[]): Promise<void> => {
  if ("events" in one) {
    const raws = one.events.map(({ timestampUs, unit, ...facts }) =>
      prepared(sale({ ...facts, timestamp: timestampUs / 1e6, ...(unit === null ? {} : { unit }) }), `k-${keys++}`),
    );
    const { results } = await storage.append(raws);
    results.forEach((result, index) => {
      const facts = one.events[index];
      if (result.outcome === "ACCEPTED" && facts !== undefined)
        counted.push({ ...facts, timestampUs: result.event.timestampUs, seq: result.event.seq, isCounted: true });
    });
    return;
  }
  const chosen = new Set(one.toggled.flatMap((pick) => counted[pick % counted.length] ?? []));
  const acts = Array.from(chosen, ({ seq, isCounted }): Act => {
    return { action: isCounted ? "VOIDED" : "UNVOIDED", by: null, event: seq, reason: null };
  });
  await storage.perform(acts);
  for (const it of chosen) it.isCounted = !it.isCounted;
};

const lengthOf = { ALL: Number.POSITIVE_INFINITY, DAY: 24 * HOUR_US, HOUR: HOUR_US } as Readonly<
  Record<string, number>
>;

/** Without what is filled in: the figures of each row, in order. */
const expectedRows = (
  events: readonly Counted[],
  { filter, groupBy, interval, order, limit = 99 }: AggregationRequest,
) => {
  const admitted = events.filter(
    ({ isCounted, client, unit, timestampUs }) =>
      isCounted &&
      (filter.units?.includes(unit ?? "") ?? true) &&
      (filter.clients?.includes(client) ?? true) &&
      timestampUs >= (filter.fromUs ?? 0) &&
      timestampUs < (filter.toUs ?? Number.POSITIVE_INFINITY),
  );
  const groupOf = ({ client, unit }: Counted): Group => ({
    client: groupBy.includes("CLIENT") ? client : null,
    metric: groupBy.includes("METRIC") ? "sale" : null,
    unit,
  });
  const tallyOf = (some: readonly Counted[]) => {
    const amounts = some.map(({ amount }) => billionthsOf(amount)).sort((left, right) => Number(left > right) - 0.5);
    const [least = 0n, most = 0n] = [amounts.at(0), amounts.at(-1)];
    const sum = amounts.reduce((total, next) => total + next, 0n);
    return { count: amounts.length, sum, min: decimalOf(least), max: decimalOf(most) };
  };
  const ranked = [...Map.groupBy(admitted, (one) => JSON.stringify(groupOf(one))).values()]
    .map((some) => ({ group: groupOf(some[0] as Counted), tally: tallyOf(some) }))
    .sort((left, right) => comparerOf(order)(left.tally, right.tally) || compareGroups(left.group, right.group));
  const isKept = (one: Counted): boolean =>
    ranked.filter(({ group }) => group.unit === one.unit).findIndex(({ group }) => isSame(group, groupOf(one))) < limit;
  const shownAs = (one: Counted) =>
    isKept(one) ? { ...groupOf(one), isOther: false } : { client: null, metric: null, unit: one.unit, isOther: true };
  const fromOf = ({ timestampUs }: Counted): number =>
    interval === "ALL" ? 0 : timestampUs - (timestampUs % (lengthOf[interval] as number));
  return [...Map.groupBy(admitted, (one) => JSON.stringify([fromOf(one), shownAs(one)])).values()].map((some) => {
    const { sum, ...tally } = tallyOf(some);
    const text = decimalOf(sum);
    const row = { ...shownAs(some[0] as Counted), ...tally, sum: text, avg: averageOf(text, tally.count) };
    return { fromUs: interval === "ALL" ? null : fromOf(some[0] as Counted), ...row };
  });
};

const isSame = (left: Group, right: Group): boolean => JSON.stringify(left) === JSON.stringify(right);

const figuresOf = (row: AggregationRow) => {
  const { fromUs, client, metric, unit, isOther, count, min, max, sum } = row;
  return {
    ...{ fromUs, client, metric, unit, isOther, count, min, max, sum, avg: avgOf(row) },
  };
};

/** As a client keeps a chart, by what the API says of updates. */
const createChart = () => {
  const rows = new Map<string, AggregationRow>();
  const keyOf = ({ fromUs, client, metric, unit, isOther }: AggregationRow) =>
    JSON.stringify([fromUs, client, metric, unit, isOther]);
  return {
    apply: (update: AggregationUpdate): void => {
      if (update.isComplete) rows.clear();
      for (const row of update.gone) rows.delete(keyOf(row));
      for (const row of update.rows) rows.set(keyOf(row), row);
    },
    rows: () => {
      const isRanked = [...rows.values()].some(({ rank }) => rank !== null);
      return [...rows.values()].sort(
        (left, right) =>
          (left.fromUs ?? 0) - (right.fromUs ?? 0) || (isRanked ? compareRanked : compareGroups)(left, right),
      );
    },
  };
};

const expectAllAlike = async (
  storage: Subject,
  steps: readonly Of<typeof step>[],
  requests: readonly AggregationRequest[],
) => {
  const aggregations = createAggregations({ storage });
  const { follow } = createAggregationUpdates({ aggregations, lookEveryMs: 1 });
  const watched = requests.map((asked) => ({ asked, updates: follow(asked), chart: createChart(), seq: -1 }));
  const counted: Counted[] = [];
  for (const one of steps) {
    await doStep(storage, one, counted);
    const head = await storage.head();
    for (const watch of watched) {
      const { asked, updates, chart } = watch;
      const kept = await aggregations.answer(asked);
      const anew = await createAggregations({ storage }).answer(asked);
      expect(kept).toEqual(anew);
      expect(anew.asOfSeq).toBe(head);
      const known = anew.rows.filter((row) => !isFilled(row)).map(figuresOf);
      const expected = expectedRows(counted, asked);
      expect(new Set(known.map((row) => JSON.stringify(sorted(row))))).toEqual(
        new Set(expected.map((row) => JSON.stringify(sorted(row)))),
      );
      while (watch.seq < head) {
        const { value } = await updates.next();
        if (!value) throw new Error("The updates have ended.");
        chart.apply(value);
        watch.seq = value.asOfSeq;
      }
      expect(chart.rows()).toEqual(anew.rows);
    }
  }
  for (const { updates } of watched) await updates.return();
};

const sorted = (row: object) => Object.entries(row).sort(([left], [right]) => (left < right ? -1 : 1));

const history = [
  fc.array(step, { minLength: 1, maxLength: 10 }),
  fc.array(request, { minLength: 1, maxLength: 5 }),
  fc.constantFrom(1, 5, 4_096),
] as const;

test("on SQLite", async () => {
  await fc.assert(
    fc.asyncProperty(...history, async (steps, requests, foldAfterEntries) => {
      const file = temporaryFile("surecount.db");
      const writer = createWriter(openDatabase(file), { file, onLocked: () => {}, foldAfterEntries });
      const reader = openReader(file);
      const storage: Subject = {
        append: async (events) => writer.append(events, NOON),
        perform: async (acts) => writer.perform(NOON, acts),
        head: async () => reader.head(),
        rollups: async (asked) => reader.rollups(asked),
        rollupChanges: async (asked, since) => reader.rollupChanges(asked, since),
      };
      await expectAllAlike(storage, steps, requests);
      reader.close();
      writer.close();
    }),
    { numRuns: 40, endOnFailure: true },
  );
});

describe.runIf(hasPostgres)("with PostgreSQL", () => {
  test("there as well", async () => {
    await fc.assert(
      fc.asyncProperty(...history, async (steps, requests, foldAfterEntries) => {
        const options = { url: await createDatabase(), connections: 6, now: () => NOON, foldAfterEntries };
        const storage = await createPostgresStorage({ ...options, partitionLength: "month" });
        await expectAllAlike(storage, steps, requests).finally(storage.close);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });
});
