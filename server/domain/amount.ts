// Amounts: exact decimals from JSON numbers and from text as people and programs write it, with a currency where the
// text names one. Decimal text only, never a float; what could be read in two ways is refused.
import { currencyCodes, currencySigns } from "./currency.ts";
import type { Json } from "./json.ts";
import { type Decimal, hasDoubtfulDigits, type Numeral, placePoint, readNumeral, trimZeros } from "./numeral.ts";
import type { WarningCode } from "./problem.ts";
import type { Profile } from "./profile.ts";
import { type Change, type Fault, plainReading, type Reading, type UnitMention, unreadable } from "./reading.ts";
import { trimBlank } from "./text.ts";

const MAX_INTEGER_DIGITS = 15;
const MAX_FRACTION_DIGITS = 9;

type Settings = Pick<Profile, "decimalSeparator" | "allowZero" | "allowNegative">;

/**
 * Reads an amount. Faults: NOT_A_NUMBER, NOT_FINITE, UNIT_NOT_SUPPORTED, AMBIGUOUS_NUMBER (with both readings), and all
 * that apply of NOT_POSITIVE, OUT_OF_RANGE, TOO_PRECISE.
 */
export function readAmount(value: Json, settings: Settings): Reading {
  if (typeof value === "number") return readNumber(value, settings);
  if (typeof value !== "string") return unreadable({ code: "NOT_A_NUMBER" });
  return readAmountText(value, settings);
}

/** A JSON number is its shortest decimal text. */
function readNumber(value: number, settings: Settings): Reading {
  if (!Number.isFinite(value)) return unreadable({ code: "NOT_FINITE" });
  const text = String(value);
  if (Number.isInteger(value) && value > 0 && value < 1e15) return plainReading(text);
  const negative = value < 0;
  const numeral = readNumeral(negative ? text.slice(1) : text, null) as Numeral;
  const { text: canonical, faults } = writeDecimal(numeral.decimal, negative, settings);
  return {
    text: faults.length === 0 ? canonical : null,
    faults,
    warnings: hasDoubtfulDigits(text) ? ["PRECISION_AT_RISK"] : [],
    changes: canonical === text ? [] : [{ rule: "CANONICAL_NUMBER", before: text, after: canonical }],
  };
}

const notFinite = /^[+-]?(?:nan|inf|infinity|∞)$/i;

function readAmountText(value: string, settings: Settings): Reading {
  const changes: Change[] = [];
  const folded = value.replace(foldable, foldCharacter);
  if (folded !== value) changes.push({ rule: "CHARACTERS_FOLDED", before: value, after: folded });
  const text = trimBlank(folded);
  if (text !== folded) changes.push({ rule: "TRIMMED", before: folded, after: text });
  if (notFinite.test(text)) return unreadable({ code: "NOT_FINITE" });
  if (text.includes("%")) return unreadable({ code: readPercentage(text) });
  const parts = splitAmount(text);
  const numeral = parts && readNumeral(parts.numeral, settings.decimalSeparator);
  if (!numeral) return unreadable({ code: "NOT_A_NUMBER" });
  return judge(text, parts, numeral, { settings, changes });
}

interface Context {
  readonly settings: Settings;
  readonly changes: Change[];
}

/** What to make of a numeral with its sign and currency. */
function judge(text: string, parts: Parts, numeral: Numeral, { settings, changes }: Context): Reading {
  const { negative, unit } = parts;
  const warnings: WarningCode[] = unit?.rule === "UNIT_FROM_SYMBOL" ? ["UNIT_FROM_SYMBOL"] : [];
  const signed = negative ? `-${parts.numeral}` : parts.numeral;
  if (unit !== null) changes.push({ rule: "UNIT_REMOVED", before: text, after: parts.bare });
  if (parts.parentheses) changes.push({ rule: "PARENTHESES_NEGATIVE", before: parts.bare, after: signed });
  if (numeral.kind === "ambiguous") {
    return { text: null, faults: [ambiguity(numeral, negative, settings)], warnings, changes, unit };
  }
  changes.push(...numeral.changes);
  if (numeral.decimalComma && settings.decimalSeparator !== "COMMA") warnings.push("DECIMAL_COMMA");
  const { text: canonical, faults } = writeDecimal(numeral.decimal, negative, settings);
  const reached = changes.at(-1)?.after ?? text;
  if (canonical !== reached) changes.push({ rule: "CANONICAL_NUMBER", before: reached, after: canonical });
  return { text: faults.length === 0 ? canonical : null, faults, warnings, changes, unit };
}

function ambiguity(numeral: Numeral & { kind: "ambiguous" }, negative: boolean, settings: Settings): Fault {
  // Below zero whichever way it is read: no answer to the question would make it countable.
  if (negative && !settings.allowNegative) return { code: "NOT_POSITIVE" };
  const readings = [numeral.grouped, numeral.decimal].map((decimal) => writeDecimal(decimal, negative, settings).text);
  return { code: "AMBIGUOUS_NUMBER", readings };
}

/** Canonical text: no exponent, no plus sign, no needless zeros. With faults the text is for showing only. */
function writeDecimal(decimal: Decimal, negative: boolean, settings: Settings): { text: string; faults: Fault[] } {
  const withoutLeading = decimal.digits.replace(/^0+/, "");
  const digits = trimZeros(withoutLeading);
  const point = decimal.point - (decimal.digits.length - withoutLeading.length);
  if (digits === "") return { text: "0", faults: settings.allowZero ? [] : [{ code: "NOT_POSITIVE" }] };
  const faults: Fault[] = [];
  if (negative && !settings.allowNegative) faults.push({ code: "NOT_POSITIVE" });
  if (point > MAX_INTEGER_DIGITS) faults.push({ code: "OUT_OF_RANGE" });
  if (digits.length - point > MAX_FRACTION_DIGITS) faults.push({ code: "TOO_PRECISE" });
  // Not written out: an exponent may stand for a million zeros.
  if (point > 100 || point < -100) return { text: `${negative ? "-" : ""}0.${digits}e${point}`, faults };
  return { text: `${negative ? "-" : ""}${placePoint({ digits, point })}`, faults };
}

// Full-width digits, signs and spaces, and the true minus sign. Other compatibility characters stay and are refused.
const foldable = /[０-９＋－．，（）％＄￡￥＇\u3000−]/g;
const foldedSigns: Readonly<Record<string, string>> = { "\u3000": " ", "−": "-", "￡": "£", "￥": "¥" };
const FULL_WIDTH_OFFSET = 0xfee0;

const foldCharacter = (character: string): string =>
  foldedSigns[character] ?? String.fromCharCode(character.charCodeAt(0) - FULL_WIDTH_OFFSET);

function readPercentage(text: string): "UNIT_NOT_SUPPORTED" | "NOT_A_NUMBER" {
  const rest = trimBlank(text.startsWith("%") ? text.slice(1) : text.endsWith("%") ? text.slice(0, -1) : text);
  const parts = splitAmount(rest);
  return parts && readNumeral(parts.numeral, null) ? "UNIT_NOT_SUPPORTED" : "NOT_A_NUMBER";
}

interface Parts {
  /** Digits, marks and exponent only. */
  readonly numeral: string;
  /** Without the currency, sign and parentheses still on. */
  readonly bare: string;
  readonly negative: boolean;
  readonly parentheses: boolean;
  readonly unit: UnitMention | null;
}

/** Takes sign, parentheses and currency off a numeral. Null where they do not go together. */
function splitAmount(text: string): Parts | null {
  const left = scanLeft(text);
  const right = scanRight(text, left.end);
  if (left.sign.length > 1 || left.open !== right.close || (left.open && left.sign !== "")) return null;
  const unit = readCurrency([...left.marks, ...right.marks]);
  if (unit === undefined) return null;
  const numeral = text.slice(left.end, right.start);
  const bare = left.open ? `(${numeral})` : left.sign + numeral;
  return { numeral, bare, negative: left.open || left.sign === "-", parentheses: left.open, unit };
}

/** Sign, parenthesis and currency before the numeral, in any order; spaces only after a currency. */
function scanLeft(text: string): { end: number; sign: string; open: boolean; marks: readonly string[] } {
  const marks: string[] = [];
  let sign = "";
  let open = false;
  let at = 0;
  for (;;) {
    const character = text[at];
    const mark = signAt(text, at) ?? codeAt(text, at);
    if (mark !== null) {
      marks.push(mark);
      at += mark.length;
      while (isSpace(text[at])) at++;
    } else if (character === "+" || character === "-") sign += text[at++];
    else if (character === "(" && !open) {
      open = true;
      at++;
    } else return { end: at, sign, open, marks };
  }
}

/** Currency and parenthesis after the numeral, not before `from`; spaces only before a currency. */
function scanRight(text: string, from: number): { start: number; close: boolean; marks: readonly string[] } {
  const marks: string[] = [];
  let close = false;
  let at = text.length;
  while (at > from) {
    const mark = signAt(text, at - 1) ?? (at - from < 3 ? null : codeAt(text, at - 3));
    if (mark !== null) {
      marks.push(mark);
      at -= mark.length;
      while (at > from && isSpace(text[at - 1])) at--;
    } else if (text[at - 1] === ")" && !close) {
      close = true;
      at--;
    } else break;
  }
  return { start: at, close, marks };
}

function signAt(text: string, at: number): string | null {
  const sign = text[at];
  return sign !== undefined && currencySigns.has(sign) ? sign : null;
}

function codeAt(text: string, at: number): string | null {
  const code = text.slice(at, at + 3);
  return currencyCodes.has(code) ? code : null;
}

const isSpace = (character: string | undefined): boolean =>
  character === " " || character === "\u00A0" || character === "\u2009" || character === "\u202F";

/** The unit of the currency marks beside an amount: null for none, undefined for marks that do not go together. */
function readCurrency(marks: readonly string[]): UnitMention | null | undefined {
  if (marks.length === 0) return null;
  const signs = marks.filter((mark) => currencySigns.has(mark));
  const codes = marks.filter((mark) => !currencySigns.has(mark));
  if (signs.length > 1 || codes.length > 1) return undefined;
  const meant = signs[0] === undefined ? undefined : currencySigns.get(signs[0]);
  const code = codes[0] ?? meant;
  if (code === undefined || (meant !== undefined && meant !== code)) return undefined;
  return { code, rule: codes.length === 0 ? "UNIT_FROM_SYMBOL" : "UNIT_FROM_CODE" };
}
