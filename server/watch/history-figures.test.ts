import fc from "fast-check";
import { expect, test } from "vitest";
import { spans } from "./history.ts";
import {
  binsBetween,
  countNames,
  decodeFigures,
  distributionNames,
  encodeFigures,
  type HistoryFigures,
  levelNames,
  mergeInTime,
  mergeServers,
  percentilesOf,
  recordOf,
} from "./history-figures.ts";
import { BUCKETS, createRecent, MICROSECOND, RELATIVE_ERROR } from "./recent.ts";

const seconds = fc.double({ min: 1e-6, max: 59, noNaN: true });

const binsOf = (values: readonly number[]) => {
  const recent = createRecent();
  for (const value of values) recent.record(value);
  return binsBetween(new Float64Array(BUCKETS), recent.counts);
};

const figuresOf = (values: readonly number[], level: number | null = null): HistoryFigures => ({
  seconds: 10,
  counts: recordOf(countNames, () => values.length),
  bins: recordOf(distributionNames, () => binsOf(values)),
  levels: recordOf(levelNames, () => level),
});

const steps = fc.array(fc.array(seconds, { maxLength: 20 }), { minLength: 1, maxLength: 12 });

test("a long step has the percentiles of all its short ones together, however they were merged", () => {
  fc.assert(
    fc.property(steps, fc.nat(), (steps, seed) => {
      const together = percentilesOf(binsOf(steps.flat()), MICROSECOND);
      const figures = steps.map((values) => figuresOf(values));
      const cut = seed % figures.length;
      const halves = [figures.slice(0, cut), figures.slice(cut)].filter((half) => half.length > 0);
      const orders = [figures, figures.toReversed(), halves.map((half) => half.reduce(mergeInTime))];
      for (const order of orders) {
        expect(percentilesOf(order.reduce(mergeInTime).bins.commit, MICROSECOND)).toEqual(together);
        expect(percentilesOf(order.reduce(mergeServers).bins.commit, MICROSECOND)).toEqual(together);
      }
    }),
  );
});

test("a percentile is that of what was measured, to the relative error", () => {
  fc.assert(
    fc.property(fc.array(seconds, { minLength: 1, maxLength: 200 }), (values) => {
      const sorted = [...values].sort((one, other) => one - other);
      const told = percentilesOf(binsOf(values), MICROSECOND);
      for (const [name, share] of [
        ["p50", 0.5],
        ["p95", 0.95],
        ["p99", 0.99],
      ] as const) {
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        expect(Math.abs((told?.[name] ?? 0) - exact)).toBeLessThanOrEqual(exact * RELATIVE_ERROR);
      }
    }),
  );
  expect(percentilesOf(binsOf([]), MICROSECOND)).toBeNull();
});

test("what is counted adds up, of levels the worst is kept, and what one does not know the other tells", () => {
  const [low, high, unknown] = [figuresOf([1], 3), figuresOf([1, 1], 5), figuresOf([], null)];
  const inTime = [low, unknown, high].reduce(mergeInTime);
  expect(inTime).toMatchObject({ seconds: 30, counts: { accepted: 3, errors: 3 } });
  expect(inTime.levels).toMatchObject({ waitingEvents: 5, sizeBytes: 5, freeBytes: 3 });
  const together = [low, unknown, high].reduce(mergeServers);
  expect(together).toMatchObject({ seconds: 10, counts: { accepted: 3 } });
  expect(together.levels).toMatchObject({ waitingEvents: 8, residentBytes: 8, sizeBytes: 5, freeBytes: 3 });
});

test("figures are read back as they were written", () => {
  fc.assert(
    fc.property(fc.array(seconds), fc.option(fc.nat()), (values, level) => {
      const figures = figuresOf(values, level);
      const read = decodeFigures(encodeFigures(figures));
      expect({ ...read, bins: recordOf(distributionNames, (name) => Uint8Array.from(read.bins[name])) }).toEqual(
        figures,
      );
    }),
  );
});

test("figures that another version wrote are read as far as they are known", () => {
  expect(
    decodeFigures('{"seconds":1,"counts":{"accepted":2,"new":1},"bins":{"new":"AA=="},"levels":{"new":1}}'),
  ).toEqual({ ...figuresOf([]), seconds: 1, counts: { ...recordOf(countNames, () => 0), accepted: 2 } });
});

test("a server's history is bounded, whatever is measured", () => {
  const most = Float64Array.from({ length: BUCKETS }, () => 2 ** 33);
  const figures: HistoryFigures = {
    seconds: 3_600.123,
    counts: recordOf(countNames, () => 2 ** 53 - 1),
    bins: recordOf(distributionNames, () => binsBetween(new Float64Array(BUCKETS), most)),
    levels: recordOf(levelNames, () => 2 ** 53 - 1),
  };
  const rowBytes = encodeFigures(figures).length;
  const rows = Object.values(spans).reduce((sum, { spanSeconds, stepSeconds }) => sum + spanSeconds / stepSeconds, 0);
  expect(rows).toBeLessThan(1_400);
  expect(rows * rowBytes).toBeLessThan(25_000_000);
});
