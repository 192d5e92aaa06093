// The names that events are counted under: client, metric and unit. Two texts that look the same to a person (composed
// or not, with blanks around, with one or two blanks inside) become one; everything else stays significant.
import type { Json } from "./json.ts";
import { hasDoubtfulDigits } from "./numeral.ts";
import type { WarningCode } from "./problem.ts";
import { type Change, type Fault, plainReading, type Reading, type Rule, unreadable } from "./reading.ts";

const MAX_CODE_POINTS = 128;
// No canonical equivalent of 128 code points is longer: one decomposes into at most four, each of at most two units.
const MAX_DECOMPOSED_LENGTH = 4 * 2 * MAX_CODE_POINTS;

// White space in the sense of Unicode, and the invisible characters of no width, the byte order mark among them.
const blankUnit = "\\s\\u0085\\u180E\\u200B-\\u200F\\u2060\\uFEFF";
const isBlankCharacter = new RegExp(`[${blankUnit}]`);
const visible = new RegExp(`[^${blankUnit}]`);
// What needs no work: printable ASCII without a space at an end or two in a row.
const plain = /^[!-~]+(?: [!-~]+)*$/;
// White space apart from tabs and line ends, which count as control characters inside a text.
const spaceRun = /[ \u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]+/g;
const controlCharacter = /[\p{Cc}\u2028\u2029]/u;

/** True where nothing but white space and zero-width characters is in it. */
export const isBlank = (text: string): boolean => !visible.test(text);

/** Removes white space, zero-width characters and byte order marks at both ends. */
export function trimBlank(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlankCharacter.test(text[start] as string)) start++;
  while (end > start && isBlankCharacter.test(text[end - 1] as string)) end--;
  return end - start === text.length ? text : text.slice(start, end);
}

/**
 * Reads a client, metric or unit: text, or a number taken as its shortest text. With `capitals` it is put in capitals.
 * Faults: NOT_TEXT, ILL_FORMED_TEXT, CONTROL_CHARACTER, EMPTY_TEXT, TEXT_TOO_LONG (all that apply).
 */
export function readText(value: Json, { capitals = false } = {}): Reading {
  if (typeof value === "number") return readNumberAsText(value);
  if (typeof value !== "string") return unreadable({ code: "NOT_TEXT" });
  if (!capitals && value.length > 0 && value.length <= MAX_CODE_POINTS && plain.test(value)) {
    return plainReading(value);
  }
  return cleanText(value, capitals);
}

function readNumberAsText(value: number): Reading {
  // A number beyond a double has lost its text.
  if (!Number.isFinite(value))
    return unreadable({ code: "NOT_TEXT", detail: "it is a number beyond the range of a double" });
  const text = String(value);
  const warnings: WarningCode[] = hasDoubtfulDigits(text) ? ["PRECISION_AT_RISK"] : [];
  return { text, faults: [], warnings, changes: [{ rule: "NUMBER_TO_TEXT", before: text, after: text }] };
}

function cleanText(value: string, capitals: boolean): Reading {
  const changes: Change[] = [];
  const faults: Fault[] = [];
  let text = value;
  const apply = (rule: Rule, after: string): void => {
    if (after !== text) changes.push({ rule, before: text, after });
    text = after;
  };
  if (!text.isWellFormed()) faults.push({ code: "ILL_FORMED_TEXT" });
  // Capitals before composing: the capital of a composed letter need not be composed.
  if (capitals) apply("CAPITALS", text.toUpperCase());
  apply("TRIMMED", trimBlank(text));
  apply("SPACES_COLLAPSED", text.replace(spaceRun, " "));
  // Composing takes quadratic time on long runs of combining marks: minutes for a text of a megabyte.
  if (text.length <= MAX_DECOMPOSED_LENGTH) apply("NFC", text.normalize("NFC"));
  if (text === "") faults.push({ code: "EMPTY_TEXT" });
  if (controlCharacter.test(text)) faults.push({ code: "CONTROL_CHARACTER" });
  if (text.length > MAX_CODE_POINTS && countCodePoints(text) > MAX_CODE_POINTS) faults.push({ code: "TEXT_TOO_LONG" });
  return { text: faults.length === 0 ? text : null, faults, warnings: [], changes };
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
