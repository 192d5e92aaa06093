// JSON whose numbers keep what their text says: one that a double may not hold becomes its decimal text. Only for JSON that
// we read ourselves; what comes as JSON through the API has its numbers from JSON.parse.
import type { Json } from "./json.ts";
import { hasDoubtfulDigits, placePoint, readNumeral, trimZeros } from "./numeral.ts";

/** Digits in a row, or an exponent, without which no number can be more than a double holds. */
const suspicious = /[\d.]{16}|\d[eE]/;
/** Doubles below lose digits as well. */
const LEAST_PRECISE = 1e-300;
/** Written out up to this length: an exponent may stand for a million zeros. */
const MAX_PLAIN_DIGITS = 400;

/** @throws SyntaxError where the text is no JSON. */
export const parseExactJson = (text: string): Json => {
  const plain = JSON.parse(text) as Json;
  if (!suspicious.test(text)) return plain;
  try {
    return JSON.parse(text, keepNumber) as Json;
  } catch (error) {
    // Nested too deep for the reviver's recursion, and so far beyond what an event may be.
    if (error instanceof RangeError) return plain;
    throw error;
  }
};

const keepNumber = (_key: string, value: Json, context?: { readonly source?: string }): Json => {
  const { source } = context ?? {};
  if (typeof value !== "number" || source === undefined || isHeld(value, source)) return value;
  return plainText(source);
};

/** Whether the double is what the text says: 15 digits are always safe, further ones may be lost. */
const isHeld = (value: number, source: string): boolean => {
  if (!Number.isFinite(value)) return false;
  if (Math.abs(value) < LEAST_PRECISE) return !/[1-9]/.test(source.split(/e/i)[0] ?? "");
  return !hasDoubtfulDigits(source.toLowerCase());
};

/** Without exponent, as far as that can be written. */
const plainText = (source: string): string => {
  if (!/e/i.test(source)) return source;
  const isNegative = source.startsWith("-");
  const numeral = readNumeral(isNegative ? source.slice(1) : source, null);
  if (numeral?.kind !== "decimal") return source;
  const { digits, point } = numeral.decimal;
  const zeros = /^0*/.exec(digits)?.[0].length ?? 0;
  const significant = trimZeros(digits.slice(zeros));
  if (significant === "" || Math.abs(point) > MAX_PLAIN_DIGITS) return source;
  return `${isNegative ? "-" : ""}${placePoint({ digits: significant, point: point - zeros })}`;
};
