// Exact arithmetic on decimals as the API writes them: as strings of digits, by way of whole numbers of any size.

interface Scaled {
  readonly digits: bigint;
  /** How many of the digits stand behind the point. */
  readonly scale: number;
}

const parse = (text: string): Scaled => {
  const [whole = "", fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), scale: fraction.length };
};

const write = ({ digits, scale }: Scaled): string => {
  const sign = digits < 0n ? "-" : "";
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  const whole = text.slice(0, text.length - scale);
  const fraction = text.slice(text.length - scale).replace(/0+$/, "");
  return `${sign}${whole}${fraction && `.${fraction}`}`;
};

/** Both on the finer scale of the two. */
const align = (left: string, right: string): readonly [bigint, bigint, number] => {
  const [one, other] = [parse(left), parse(right)];
  const scale = Math.max(one.scale, other.scale);
  const rescale = (number: Scaled): bigint => number.digits * 10n ** BigInt(scale - number.scale);
  return [rescale(one), rescale(other), scale];
};

export const addDecimals = (left: string, right: string): string => {
  const [one, other, scale] = align(left, right);
  return write({ digits: one + other, scale });
};

export const subtractDecimals = (left: string, right: string): string => {
  const [one, other, scale] = align(left, right);
  return write({ digits: one - other, scale });
};

const FINEST = 9;

/** Below 0 where `left` is the smaller, above 0 where it is the larger. */
export const compareDecimals = (left: string, right: string): number => {
  const [one, other] = align(left, right);
  if (one === other) return 0;
  return one < other ? -1 : 1;
};

/** The sum by the count as the server reckons it: rounded half to even at 9 fraction digits; null where there is none. */
export const averageOf = (sum: string, count: number): string | null => {
  if (count === 0) return null;
  const { digits, scale } = parse(sum);
  const numerator = digits * 10n ** BigInt(FINEST);
  const denominator = BigInt(count) * 10n ** BigInt(scale);
  return write({ digits: divideHalfEven(numerator, denominator), scale: FINEST });
};

const divideHalfEven = (numerator: bigint, denominator: bigint): bigint => {
  const quotient = numerator / denominator;
  const twiceRest = (numerator % denominator) * 2n;
  const size = twiceRest < 0n ? -twiceRest : twiceRest;
  const step = numerator < 0n ? -1n : 1n;
  if (size > denominator || (size === denominator && quotient % 2n !== 0n)) return quotient + step;
  return quotient;
};

/** By how many percent `after` lies above or below `before`, to one digit (`+12.5`); null where before was nothing. */
export const percentChange = (before: string, after: string): string | null => {
  const [one, other] = align(before, after);
  if (one === 0n) return null;
  const size = one < 0n ? -one : one;
  const tenths = divideHalfEven((other - one) * 1_000n, size);
  const text = write({ digits: tenths, scale: 1 });
  return tenths > 0n ? `+${text}` : text;
};
