// The accepted spellings of a date, at the beginning of a text. What stands after it is read by clock.ts.
import { type Day, formatDay, isExistingDay, weekdayOf } from "./calendar.ts";
import type { Fault, Rule } from "./reading.ts";

export interface DateReading {
  /** Null where there is a fault. */
  readonly day: Day | null;
  readonly fault: Fault | null;
  readonly rule: Rule;
  /** Where the date ends in the text. */
  readonly end: number;
  readonly sequel: Sequel;
}

/** What may follow a date, beside nothing and a time after a space. */
interface Sequel {
  /** A time after `T`. */
  readonly afterT: boolean;
  /** The basic `THHMMSS`. */
  readonly basic: boolean;
  /** A comment in parentheses after the zone. */
  readonly comment: boolean;
  /** Not nothing: a time must follow. */
  readonly required: boolean;
}

const timeOnly: Sequel = { afterT: false, basic: false, comment: false, required: false };
const isoTime: Sequel = { ...timeOnly, afterT: true };
const compactTime: Sequel = { ...isoTime, basic: true };
// RFC 2822: only there a weekday or a comment occurs, and a weekday only before a date with a time.
const mailTime: Sequel = { ...timeOnly, comment: true };
const mailTimeRequired: Sequel = { ...mailTime, required: true };

export type DateOrder = "DMY" | "MDY" | null;

const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/;
const compact = /^(\d{4})(\d{2})(\d{2})(?!\d)/;
const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/;
const space = "[ \\t\\u00A0\\u202F]+";
const dayMonthName = new RegExp(
  `^(?:([a-z]{3}),(?:${space})?)?(\\d{1,2})(?:${space}([a-z]{3,9})${space}|-([a-z]{3,9})-)(\\d{4}|\\d{2})(?!\\d)`,
  "i",
);
const monthNameDay = new RegExp(`^([a-z]{3,9})${space}(\\d{1,2}),?${space}(\\d{4}|\\d{2})(?!\\d)`, "i");

/** Reads the date at the beginning of a text. Null where there is none in an accepted spelling. */
export function readDate(text: string, order: DateOrder): DateReading | null {
  return readYearFirst(text) ?? readYearLast(text, order) ?? readDayMonthName(text) ?? readMonthNameDay(text);
}

function readYearFirst(text: string): DateReading | null {
  const match = yearFirst.exec(text);
  if (match !== null) {
    const date = { year: Number(match[1]), month: Number(match[3]), day: Number(match[4]) };
    return existing(date, { rule: "YEAR_MONTH_DAY", end: match[0].length, sequel: isoTime });
  }
  const basic = compact.exec(text);
  if (basic === null) return null;
  const date = { year: Number(basic[1]), month: Number(basic[2]), day: Number(basic[3]) };
  return existing(date, { rule: "YEAR_MONTH_DAY", end: basic[0].length, sequel: compactTime });
}

function readYearLast(text: string, order: DateOrder): DateReading | null {
  const match = yearLast.exec(text);
  if (match === null) return null;
  const [whole, first, , second, yearText = ""] = match;
  const frame = { rule: "DAY_MONTH_YEAR", end: whole.length, sequel: timeOnly } as const;
  // `24-01-02T10:00` is a year-first date with such a year.
  if (yearText.length === 2) return refused({ code: "TWO_DIGIT_YEAR" }, { ...frame, sequel: isoTime });
  const year = Number(yearText);
  const dayFirst = { year, month: Number(second), day: Number(first) };
  const monthFirst = { year, month: Number(first), day: Number(second) };
  if (!isExistingDay(monthFirst)) return existing(dayFirst, frame);
  if (!isExistingDay(dayFirst)) return existing(monthFirst, { ...frame, rule: "MONTH_DAY_YEAR" });
  if (dayFirst.day === monthFirst.day) return existing(dayFirst, frame);
  if (order !== null)
    return existing(order === "DMY" ? dayFirst : monthFirst, { ...frame, rule: "PROFILE_DATE_ORDER" });
  return refused({ code: "AMBIGUOUS_DATE", readings: [formatDay(dayFirst), formatDay(monthFirst)] }, frame);
}

function readDayMonthName(text: string): DateReading | null {
  const match = dayMonthName.exec(text);
  if (match === null) return null;
  const [whole, weekday, day, spaced, dashed, year = ""] = match;
  // A weekday belongs to the RFC 2822 form, which has spaces and a time.
  if (weekday !== undefined && dashed !== undefined) return null;
  const sequel = dashed !== undefined ? timeOnly : weekday === undefined ? mailTime : mailTimeRequired;
  return readNamed(
    { day, year, monthName: spaced ?? dashed ?? "", weekday },
    { rule: "DAY_MONTH_YEAR", end: whole.length, sequel },
  );
}

function readMonthNameDay(text: string): DateReading | null {
  const match = monthNameDay.exec(text);
  if (match === null) return null;
  const [whole, monthName = "", day, year = ""] = match;
  return readNamed(
    { day, year, monthName, weekday: undefined },
    { rule: "MONTH_DAY_YEAR", end: whole.length, sequel: timeOnly },
  );
}

interface Named {
  readonly day: string | undefined;
  readonly year: string;
  readonly monthName: string;
  readonly weekday: string | undefined;
}

function readNamed({ day, year, monthName, weekday }: Named, frame: Frame): DateReading | null {
  const month = monthNumber(monthName.toLowerCase());
  const weekdayNumber = weekday === undefined ? null : weekdays.indexOf(weekday.toLowerCase());
  if (month === 0 || weekdayNumber === -1) return null;
  if (year.length === 2) return refused({ code: "TWO_DIGIT_YEAR" }, frame);
  const date = { year: Number(year), month, day: Number(day) };
  if (weekdayNumber !== null && isExistingDay(date) && weekdayOf(date) !== weekdayNumber) {
    const actual = weekdayNames[weekdayOf(date)] as string;
    return refused({ code: "INVALID_TIMESTAMP", detail: `${formatDay(date)} is a ${actual}` }, frame);
  }
  return existing(date, frame);
}

type Frame = Pick<DateReading, "rule" | "end" | "sequel">;

const refused = (fault: Fault, frame: Frame): DateReading => ({ day: null, fault, ...frame });

const existing = (day: Day, frame: Frame): DateReading =>
  isExistingDay(day) ? { day, fault: null, ...frame } : refused({ code: "NONEXISTENT_DATE" }, frame);

const weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const weekdays = weekdayNames.map((name) => name.slice(0, 3).toLowerCase());

const monthNames = "january february march april may june july august september october november december".split(" ");
const monthNumbers: ReadonlyMap<string, number> = new Map([
  ...monthNames.map((name, index) => [name, index + 1] as const),
  ...monthNames.map((name, index) => [name.slice(0, 3), index + 1] as const),
  ["sept", 9] as const,
]);

/** 1 to 12 for a full name, its first three letters or `sept`; 0 for anything else. */
const monthNumber = (name: string): number => monthNumbers.get(name) ?? 0;
