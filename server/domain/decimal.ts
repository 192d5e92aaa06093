// Exact arithmetic on canonical decimal text (no exponent, at most 9 fraction digits), as whole numbers of 10^-9.
// Nothing here ever becomes a float, and nothing overflows.

const FRACTION_DIGITS = 9;
const ZEROS = "0".repeat(FRACTION_DIGITS);
const ONE = 10n ** BigInt(FRACTION_DIGITS);

/** The number as a whole number of billionths. */
export const billionthsOf = (decimal: string): bigint => {
  const dot = decimal.indexOf(".");
  if (dot < 0) return BigInt(decimal + ZEROS);
  return BigInt(decimal.slice(0, dot) + decimal.slice(dot + 1).padEnd(FRACTION_DIGITS, "0"));
};

/** The canonical text of a whole number of billionths. */
export const decimalOf = (billionths: bigint): string => {
  if (billionths < 0n) return `-${decimalOf(-billionths)}`;
  const whole = billionths / ONE;
  const rest = billionths % ONE;
  if (rest === 0n) return whole.toString();
  return `${whole}.${rest.toString().padStart(FRACTION_DIGITS, "0").replace(/0+$/, "")}`;
};

export const addDecimals = (left: string, right: string): string => decimalOf(billionthsOf(left) + billionthsOf(right));

/** Below 0 where the left is less. Canonical texts can be compared without being parsed. */
export const compareDecimals = (left: string, right: string): number => {
  if (left === right) return 0;
  const isNegative = left.startsWith("-");
  if (isNegative !== right.startsWith("-")) return isNegative ? -1 : 1;
  return isNegative ? compareSizes(right, left) : compareSizes(left, right);
};

const compareSizes = (left: string, right: string): number =>
  wholeLength(left) - wholeLength(right) || (left < right ? -1 : 1);

const wholeLength = (decimal: string): number => {
  const dot = decimal.indexOf(".");
  return dot < 0 ? decimal.length : dot;
};

export const minDecimal = (left: string, right: string): string => (compareDecimals(right, left) < 0 ? right : left);

export const maxDecimal = (left: string, right: string): string => (compareDecimals(right, left) > 0 ? right : left);

/** `sum / count`, rounded half to even at 9 fraction digits. `count` is a positive whole number. */
export const averageOf = (sum: string, count: number): string => {
  const dividend = billionthsOf(sum);
  if (dividend < 0n) return decimalOf(-billionthsOf(averageOf(decimalOf(-dividend), count)));
  const divisor = BigInt(count);
  const quotient = dividend / divisor;
  const twiceRest = (dividend % divisor) * 2n;
  const roundsUp = twiceRest > divisor || (twiceRest === divisor && quotient % 2n === 1n);
  return decimalOf(roundsUp ? quotient + 1n : quotient);
};
