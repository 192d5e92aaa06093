import fc from "fast-check";
import { expect, test } from "vitest";
import { binOf, encodeBins, RELATIVE_ERROR } from "./bins.ts";
import { billionthsOf, decimalOf } from "./decimal.ts";
import { checkPercentiles, percentilesOf, percentilesOfBins, rankOf } from "./percentile.ts";

const amount = fc.bigInt(-(10n ** 15n), 10n ** 24n - 1n);
const percentile = fc.oneof(fc.constantFrom(0, 0.5, 0.95, 0.999, 1), fc.double({ min: 0, max: 1, noNaN: true }));

const ordered = (amounts: readonly bigint[]): readonly bigint[] =>
  [...amounts].sort((left, right) => (left < right ? -1 : Number(left > right)));

test("the place of a percentile is exact where doubles are not", () => {
  expect(rankOf(0.07, 100)).toBe(7);
  expect(rankOf(0.29, 100)).toBe(29);
  expect(rankOf(0.999, 1_000)).toBe(999);
  expect(rankOf(0.5, 3)).toBe(2);
  expect(rankOf(1e-9, 10)).toBe(1);
  expect([rankOf(0, 10), rankOf(1, 10)]).toEqual([1, 10]);
});

test("a percentile of amounts is the least that at least this part of them does not exceed", () => {
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1 }), percentile, (amounts, part) => {
      const [told = ""] = percentilesOf(amounts.map(decimalOf), [part]);
      expect(billionthsOf(told)).toBe(ordered(amounts)[rankOf(part, amounts.length) - 1]);
    }),
  );
});

test("a percentile told from bins is within the guarantee of the exact one, and within the extremes", () => {
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1 }), percentile, (amounts, part) => {
      const counts = new Map<number, number>();
      for (const one of amounts) counts.set(binOf(one), (counts.get(binOf(one)) ?? 0) + 1);
      const sorted = ordered(amounts);
      const [min = 0n, max = 0n] = [sorted.at(0), sorted.at(-1)];
      const tally = { count: amounts.length, sum: "0", min: decimalOf(min), max: decimalOf(max) };
      const [text = ""] = percentilesOfBins([encodeBins(counts)], tally, [part]);
      const [told, exact] = [billionthsOf(text), sorted[rankOf(part, amounts.length) - 1] ?? 0n];
      expect(told >= min && told <= max).toBe(true);
      expect(Math.abs(Number(told - exact))).toBeLessThanOrEqual(Math.abs(Number(exact)) * RELATIVE_ERROR);
    }),
  );
});

test("what is no percentile is refused", () => {
  for (const wrong of [-0.1, 1.1, 95, Number.NaN]) expect(() => checkPercentiles([wrong])).toThrow("from 0 to 1");
  expect(() => checkPercentiles(new Array(11).fill(0.5))).toThrow("At most 10");
});
