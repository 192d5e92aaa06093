import fc from "fast-check";
import { expect, test } from "vitest";
import { addDecimals, averageOf, billionthsOf, compareDecimals, decimalOf, maxDecimal, minDecimal } from "./decimal.ts";

const billionths = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

test("a decimal survives the way to billionths and back", () => {
  fc.assert(fc.property(billionths, (value) => billionthsOf(decimalOf(value)) === value));
});

test("the text is canonical: no exponent, no needless zero", () => {
  fc.assert(fc.property(billionths, (value) => /^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d{0,8}[1-9])$/.test(decimalOf(value))));
});

test("adding is exact where floats are not", () => {
  expect(addDecimals("0.1", "0.2")).toBe("0.3");
  expect(addDecimals("999999999999999.999999999", "0.000000001")).toBe("1000000000000000");
  expect(addDecimals("1.5", "-1.5")).toBe("0");
});

test("texts compare as their numbers do", () => {
  fc.assert(
    fc.property(billionths, billionths, (left, right) => {
      expect(Math.sign(compareDecimals(decimalOf(left), decimalOf(right)))).toBe(
        left < right ? -1 : Number(left > right),
      );
    }),
  );
});

test("the extremes compare numbers, not texts", () => {
  expect(minDecimal("10", "9.5")).toBe("9.5");
  expect(maxDecimal("10", "9.5")).toBe("10");
  expect(minDecimal("-10", "9.5")).toBe("-10");
});

test("an average is rounded half to even at nine digits", () => {
  expect(averageOf("1", 3)).toBe("0.333333333");
  expect(averageOf("2", 3)).toBe("0.666666667");
  expect(averageOf("0.000000001", 2)).toBe("0");
  expect(averageOf("0.000000003", 2)).toBe("0.000000002");
  expect(averageOf("-0.000000003", 2)).toBe("-0.000000002");
});
