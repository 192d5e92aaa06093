// The table of amounts is run with normalize.test.ts; here is what holds for all of them.
import fc from "fast-check";
import { expect, test } from "vitest";
import { readAmount } from "./amount.ts";
import { currencyCodes } from "./currency.ts";

const settings = { decimalSeparator: null, allowZero: true, allowNegative: true } as const;
const digits = (max: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`));

/** By the definition: no needless zeros, no sign on zero. */
function canonical(negative: boolean, whole: string, fraction: string): string {
  const text = `${BigInt(whole)}.${fraction}`.replace(/\.?0*$/, "");
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
}

test("a decimal of up to 15 and 9 digits keeps every digit, and its canonical text is a fixed point", () => {
  fc.assert(
    fc.property(fc.boolean(), digits(15), digits(9), (negative, whole, fraction) => {
      const expected = canonical(negative, whole, fraction);
      expect(readAmount(`${negative ? "-" : ""}${whole}.${fraction}`, settings).text).toBe(expected);
      expect(readAmount(expected, settings)).toMatchObject({ text: expected, changes: [], warnings: [] });
    }),
  );
});

test("an exponent moves the point and loses nothing", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 999_999_999_999_999n }), fc.nat(9), (value, places) => {
      const shifted = `${value}${"0".repeat(places)}e-${places}`;
      expect(readAmount(shifted, settings).text).toBe(String(value));
    }),
  );
});

test("a JSON number is its shortest text", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 999_999, noNaN: true }), (value) => {
      const { text } = readAmount(value, settings);
      if (text !== null) expect(text).toBe(String(value));
      else
        expect((String(value).split(".")[1] ?? "").length + (String(value).includes("e") ? 9 : 0)).toBeGreaterThan(9);
    }),
  );
});

test("the currency codes are three capitals each", () => {
  expect([...currencyCodes].every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
  expect(currencyCodes.size).toBeGreaterThan(170);
});
