import fc from "fast-check";
import { expect, test } from "vitest";
import { addDecimals, averageOf, compareDecimals, percentChange, subtractDecimals } from "./decimal.ts";

test("differences are exact where numbers of the language are not", () => {
  expect(subtractDecimals("0.3", "0.1")).toBe("0.2");
  expect(subtractDecimals("999999999999999.000000001", "0.000000002")).toBe("999999999999998.999999999");
  expect(subtractDecimals("1", "1.5")).toBe("-0.5");
  expect(subtractDecimals("-2.5", "-2.50")).toBe("0");
});

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.integer({ min: 0, max: 9 }))
  .map(([digits, scale]) => {
    const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
    const fraction = scale === 0 ? "" : `.${text.slice(-scale)}`;
    return `${digits < 0n ? "-" : ""}${text.slice(0, text.length - scale)}${fraction}`;
  });

test("what was subtracted and is added again gives the same number, and tells which was larger", () => {
  fc.assert(
    fc.property(decimal, decimal, (left, right) => {
      const difference = subtractDecimals(left, right);
      expect(compareDecimals(addDecimals(difference, right), left)).toBe(0);
      expect(Math.sign(compareDecimals(left, right))).toBe(Math.sign(compareDecimals(difference, "0")));
    }),
  );
});

test("an average is rounded half to even at nine digits, as the server does it", () => {
  expect(averageOf("10", 4)).toBe("2.5");
  expect(averageOf("1", 3)).toBe("0.333333333");
  expect(averageOf("0.000000005", 2)).toBe("0.000000002");
  expect(averageOf("0.000000015", 2)).toBe("0.000000008");
  expect(averageOf("-2", 3)).toBe("-0.666666667");
  expect(averageOf("0", 0)).toBeNull();
});

test("a change is told in percent, unless it began at nothing", () => {
  expect(percentChange("80", "90")).toBe("+12.5");
  expect(percentChange("3", "2")).toBe("-33.3");
  expect(percentChange("5", "5")).toBe("0");
  expect(percentChange("0", "5")).toBeNull();
});
