// Numerals as people write them: which mark groups, which is the decimal one, and where no one can tell. Text in,
// digits and the place of the point out; nothing ever becomes a float.
import type { Change } from "./reading.ts";

/** `digits` with the point before the digit at index `point`, which may lie outside of them. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** How a numeral was read. AMBIGUOUS: both readings make sense; null (in `readNumeral`): none does. */
export type Numeral =
  | {
      readonly kind: "decimal";
      readonly decimal: Decimal;
      readonly decimalComma: boolean;
      readonly changes: readonly Change[];
    }
  | { readonly kind: "ambiguous"; readonly grouped: Decimal; readonly decimal: Decimal };

type Separator = "DOT" | "COMMA" | null;

const mantissaShape = /^[\d.,' \u2019\u00A0\u2009\u202F]+$/;
const digit = /\d/;
const exponentShape = /^[+-]?\d+$/;
// Beyond this every number is out of range or too precise, whatever its digits.
const MAX_EXPONENT = 1_000_000;

/** Reads an unsigned numeral with or without exponent. Null where it is none. */
export function readNumeral(text: string, separator: Separator): Numeral | null {
  const exponentAt = text.search(/e/i);
  const mantissa = exponentAt < 0 ? text : text.slice(0, exponentAt);
  const exponentText = exponentAt < 0 ? "0" : text.slice(exponentAt + 1);
  if (!mantissaShape.test(mantissa) || !digit.test(mantissa) || !exponentShape.test(exponentText)) return null;
  const exponent = Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, Number(exponentText)));
  const marks = findMarks(mantissa, separator);
  if (marks === null) return null;
  if (marks === "ambiguous") {
    const [before, after] = mantissa.split(",") as [string, string];
    const digits = before + after;
    const grouped = { digits, point: digits.length + exponent };
    return { kind: "ambiguous", grouped, decimal: { digits, point: before.length + exponent } };
  }
  const plain = removeMarks(mantissa, marks);
  if (plain === null) return null;
  const { whole, fraction } = plain;
  const decimal = { digits: whole + fraction, point: whole.length + exponent };
  const changes = marks.group === null && marks.decimal !== "," ? [] : explain(mantissa, marks, plain);
  if (exponentAt >= 0)
    changes.push({ rule: "EXPONENT_EXPANDED", before: text, after: `${joined(plain)} · 10^${exponent}` });
  return { kind: "decimal", decimal, decimalComma: marks.decimal === "," && marks.group !== ".", changes };
}

interface Marks {
  readonly group: string | null;
  readonly decimal: string | null;
}

/** Which mark groups and which is the decimal one. Null where the marks make no sense. */
function findMarks(mantissa: string, separator: Separator): Marks | "ambiguous" | null {
  const marks = mantissa.replace(/\d+/g, "");
  const last = marks.at(-1);
  if (last === undefined) return { group: null, decimal: null };
  const kinds = new Set(marks);
  if (kinds.size > 2) return null;
  if (kinds.size === 2) return findTwoMarks(marks, last, separator);
  if (marks.length > 1 || (last !== "." && last !== ",")) return { group: last, decimal: null };
  if (last === ".") return separator === "COMMA" ? { group: ".", decimal: null } : { group: null, decimal: "." };
  if (separator === "COMMA" || !canGroup(mantissa.split(","))) return { group: null, decimal: "," };
  return separator === "DOT" ? { group: ",", decimal: null } : "ambiguous";
}

/** Two kinds of marks: the last is the decimal one and occurs once. */
function findTwoMarks(marks: string, last: string, separator: Separator): Marks | null {
  if ((last !== "." && last !== ",") || marks.indexOf(last) < marks.length - 1) return null;
  const group = marks[0] as string;
  // Where the profile says that a lone dot groups, a dot beside spaces is a second kind of group sign.
  if (last === "." && group !== "," && separator === "COMMA") return null;
  return { group, decimal: last };
}

interface Parts {
  readonly whole: string;
  readonly fraction: string;
}

function removeMarks(mantissa: string, { group, decimal }: Marks): Parts | null {
  const point = decimal === null ? mantissa.length : mantissa.indexOf(decimal);
  let whole = mantissa.slice(0, point);
  const fraction = mantissa.slice(point + 1);
  // `5.` is fine, `5,` is not.
  if (decimal === "," && fraction === "") return null;
  if (group !== null) {
    const groups = whole.split(group);
    if (!canGroup(groups)) return null;
    whole = groups.join("");
  }
  return { whole, fraction };
}

/** 1 to 3 digits without a leading zero, then threes. */
const canGroup = ([first = "", ...rest]: readonly string[]): boolean =>
  first.length >= 1 && first.length <= 3 && first[0] !== "0" && rest.every((group) => group.length === 3);

function explain(mantissa: string, { group, decimal }: Marks, parts: Parts): Change[] {
  const changes: Change[] = [];
  const ungrouped = decimal === null ? parts.whole : `${parts.whole}${decimal}${parts.fraction}`;
  if (group !== null) changes.push({ rule: "GROUPING_REMOVED", before: mantissa, after: ungrouped });
  if (decimal === ",") changes.push({ rule: "DECIMAL_COMMA", before: ungrouped, after: joined(parts) });
  return changes;
}

/** Plain text of a decimal whose digits begin with no needless zero. */
export function placePoint({ digits, point }: Decimal): string {
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + "0".repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Without zeros at the end. A loop: a regular expression would take quadratic time on long runs of zeros. */
export function trimZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}

/** True where the shortest text of a JSON number shows more than 15 digits: a double does not hold more for certain. */
export function hasDoubtfulDigits(text: string): boolean {
  const mantissa = text.split("e")[0] as string;
  return trimZeros(mantissa.replace(/^[-0.]+/, "").replace(".", "")).length > 15;
}

const joined = ({ whole, fraction }: Parts): string => (fraction === "" ? whole : `${whole}.${fraction}`);
