// The time of day and the zone that may follow a date: the 24-hour clock with two digits, the 12-hour clock with AM or
// PM, the basic form. No zone names but those of UTC: others mean several things (CST, IST).
import type { DateReading } from "./date.ts";
import { trimZeros } from "./numeral.ts";

export interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits of the fraction of the second, without trailing zeros; there may be more than nine. */
  readonly fraction: string;
  /** Null where no zone was given. */
  readonly offsetMinutes: number | null;
}

const space = "[ \\t\\u00A0\\u2009\\u202F]";
const zone = `(?:${space}*(Z|UTC|UT|GMT|[+-]\\d{2}(?::?\\d{2})?))?`;
const extended = new RegExp(
  `^(T|${space}+)(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d+))?)?(?:${space}*(AM|PM))?${zone}(?:${space}+\\(([^()\\\\]*)\\))?$`,
  "i",
);
const basic = new RegExp(`^T(\\d{2})(\\d{2})(\\d{2})(?:[.,](\\d+))?${zone}$`, "i");

const midnight: Clock = { hour: 0, minute: 0, second: 0, fraction: "", offsetMinutes: null };

/**
 * Reads what follows a date. The second may be 60. IMPOSSIBLE: a time or offset that does not exist (24:00, 13 PM);
 * null: no time in an accepted spelling.
 */
export function readClock(text: string, sequel: DateReading["sequel"]): Clock | "IMPOSSIBLE" | null {
  if (text === "") return sequel.required ? null : midnight;
  const match = extended.exec(text);
  if (match !== null) return readExtended(match, sequel);
  const basicMatch = sequel.basic ? basic.exec(text) : null;
  if (basicMatch === null) return null;
  const [, hour, minute, second, fraction = "", zoneText] = basicMatch;
  return createClock({ hour: Number(hour), minute, second, fraction, zoneText });
}

function readExtended(match: RegExpExecArray, sequel: DateReading["sequel"]): Clock | "IMPOSSIBLE" | null {
  const [, separator, hour = "", minute, second, fraction = "", half, zoneText, comment] = match;
  if ((separator === "T" || separator === "t") && !sequel.afterT) return null;
  // A comment often names a zone: without an offset before it, reading UTC would contradict it.
  if (comment !== undefined && (!sequel.comment || zoneText === undefined)) return null;
  if (half === undefined && hour.length !== 2) return null;
  const hour24 = half === undefined ? Number(hour) : readTwelveHour(Number(hour), half.toLowerCase() === "pm");
  return createClock({ hour: hour24, minute, second, fraction, zoneText });
}

/** 0 to 23; NaN for an hour that this clock does not have. */
const readTwelveHour = (hour: number, afternoon: boolean): number =>
  hour >= 1 && hour <= 12 ? (hour % 12) + (afternoon ? 12 : 0) : Number.NaN;

interface ClockText {
  readonly hour: number;
  readonly minute: string | undefined;
  readonly second: string | undefined;
  readonly fraction: string;
  readonly zoneText: string | undefined;
}

function createClock({
  hour,
  minute: minuteText,
  second: secondText,
  fraction,
  zoneText,
}: ClockText): Clock | "IMPOSSIBLE" {
  const minute = Number(minuteText);
  const second = Number(secondText ?? 0);
  const offsetMinutes = zoneText === undefined ? null : readOffset(zoneText);
  if (!(hour <= 23) || minute > 59 || second > 60 || Number.isNaN(offsetMinutes)) return "IMPOSSIBLE";
  return { hour, minute, second, fraction: trimZeros(fraction), offsetMinutes };
}

/** Minutes east of UTC; NaN for an offset that does not exist. */
function readOffset(zoneText: string): number {
  const sign = zoneText[0];
  if (sign !== "+" && sign !== "-") return 0;
  const digits = zoneText.slice(1).replace(":", "");
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2) || 0);
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (sign === "-" ? -1 : 1) * (hours * 60 + minutes);
}
