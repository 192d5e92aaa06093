import fc from "fast-check";
import { expect, test } from "vitest";
import {
  amountOfBin,
  type Bins,
  binAt,
  binOf,
  countsOfBins,
  encodeBins,
  mergeAllBins,
  mergeBins,
  NO_BINS,
  RELATIVE_ERROR,
} from "./bins.ts";
import { billionthsOf } from "./decimal.ts";

const amount = fc.oneof(
  fc.bigInt(-(10n ** 24n) + 1n, 10n ** 24n - 1n),
  fc.bigInt(-1_000n, 1_000n),
  fc.integer({ min: 0, max: 79 }).map((power) => 2n ** BigInt(power)),
);

const binsOf = (amounts: readonly bigint[], sign = 1): Bins => {
  const counts = new Map<number, number>();
  for (const one of amounts) counts.set(binOf(one), (counts.get(binOf(one)) ?? 0) + sign);
  return encodeBins(counts);
};

test("the amount that stands for a bin is near every amount in it", () => {
  fc.assert(
    fc.property(amount, (one) => {
      const told = Number(billionthsOf(amountOfBin(binOf(one))));
      expect(Math.abs(told - Number(one))).toBeLessThanOrEqual(Math.abs(Number(one)) * RELATIVE_ERROR);
    }),
    { numRuns: 2_000 },
  );
  expect(RELATIVE_ERROR).toBeLessThan(0.01);
});

test("bins are in the order of their amounts", () => {
  fc.assert(
    fc.property(amount, amount, (left, right) => {
      if (left < right) expect(binOf(left)).toBeLessThanOrEqual(binOf(right));
    }),
  );
});

test("bins merged in any order are the bins of all amounts together", () => {
  fc.assert(
    fc.property(fc.array(amount), fc.array(amount), (left, right) => {
      const together = binsOf([...left, ...right]);
      expect(mergeBins(binsOf(left), binsOf(right))).toEqual(together);
      expect(mergeBins(binsOf(right), binsOf(left))).toEqual(together);
    }),
  );
});

test("bins merged all at once are those that come of merging them one after the other", () => {
  const sets = fc.array(fc.tuple(fc.array(amount), fc.constantFrom(1, -1)));
  fc.assert(
    fc.property(sets, (sets) => {
      const bins = sets.map(([amounts, sign]) => binsOf(amounts, sign));
      expect(mergeAllBins(bins)).toEqual(bins.reduce(mergeBins, NO_BINS));
    }),
  );
});

test("what was added can be taken out again", () => {
  fc.assert(
    fc.property(fc.array(amount), fc.array(amount), (kept, gone) => {
      expect(mergeBins(binsOf([...kept, ...gone]), binsOf(gone, -1))).toEqual(binsOf(kept));
    }),
  );
  expect(mergeBins(binsOf([5n]), binsOf([5n], -1))).toEqual(NO_BINS);
});

test("counts of any size are kept", () => {
  for (const count of [1, 63, 64, 8_191, 2 ** 31, 2 ** 40 + 1, 2 ** 51 + 1])
    expect(countsOfBins(encodeBins(new Map([[-7, count]]))).get(-7)).toBe(count);
});

test("the bin at a place is that of the amount which has it", () => {
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1 }), fc.nat(), (amounts, pick) => {
      const sorted = [...amounts].sort((left, right) => (left < right ? -1 : Number(left > right)));
      const rank = 1 + (pick % sorted.length);
      expect(binAt(countsOfBins(binsOf(amounts)), rank)).toBe(binOf(sorted[rank - 1] as bigint));
    }),
  );
});
