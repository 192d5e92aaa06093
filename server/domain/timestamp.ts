// Timestamps: every accepted spelling of an instant, read by our own parser (Date reads the host's time zone and
// accepts 30 February), exact to nine digits of a second. Also instants as microseconds, for storage and the API.

import { daysOf, formatLocal, type Micros, SECONDS_PER_DAY } from "./calendar.ts";
import { type Clock, readClock } from "./clock.ts";
import { type DateReading, readDate } from "./date.ts";
import type { Json } from "./json.ts";
import { hasDoubtfulDigits, placePoint, readNumeral, trimZeros } from "./numeral.ts";
import type { WarningCode } from "./problem.ts";
import type { Profile } from "./profile.ts";
import { type Change, type Fault, type Reading, type Rule, unreadable } from "./reading.ts";
import { trimBlank } from "./text.ts";
import { instantsOf, isTimeZone } from "./zone.ts";

const MICROS_PER_SECOND = 1_000_000;
const MAX_FRACTION_DIGITS = 9;
const EARLIEST_US = 946_684_800 * MICROS_PER_SECOND; // 2000-01-01
const MAX_AHEAD_SECONDS = 24 * 3600;
const WARN_AHEAD_US = 300 * MICROS_PER_SECOND;
/** Seconds of more digits than this are not calculated with: they are beyond any calendar. */
const MAX_SECONDS_DIGITS = 13;

interface Settings extends Pick<Profile, "dateOrder" | "timeZone" | "futureLimitSeconds"> {
  readonly nowUs: Micros;
}

/**
 * Reads a timestamp. Faults: INVALID_TIMESTAMP, NONEXISTENT_DATE, TWO_DIGIT_YEAR, AMBIGUOUS_DATE and
 * AMBIGUOUS_LOCAL_TIME (with the readings), TOO_PRECISE, IMPLAUSIBLE_TIMESTAMP (with what was read).
 */
export function readTimestamp(value: Json, settings: Settings): Reading {
  if (typeof value === "number") return readEpochNumber(value, settings);
  if (typeof value !== "string") return unreadable({ code: "INVALID_TIMESTAMP" });
  const text = trimBlank(value);
  const trace: Trace = { changes: [], warnings: [] };
  if (text !== value) trace.changes.push({ rule: "TRIMMED", before: value, after: text });
  // Eight digits are a date.
  if (epochShape.test(text) && !compactDate.test(text)) return readEpoch(text, trace, settings);
  return readCalendarText(text, trace, settings);
}

/** What a reader notes on its way. */
interface Trace {
  readonly changes: Change[];
  readonly warnings: WarningCode[];
}

const epochShape = /^-?\d+(?:\.\d+)?$/;
const compactDate = /^\d{8}$/;

interface Instant {
  /** Since 1970-01-01T00:00:00Z. */
  readonly seconds: number;
  /** Digits of the fraction of the second, without trailing zeros. */
  readonly fraction: string;
}

function readEpochNumber(value: number, settings: Settings): Reading {
  if (!Number.isFinite(value)) return unreadable({ code: "INVALID_TIMESTAMP" });
  const text = String(value);
  const lossy = Number.isInteger(value) ? Math.abs(value) > 2 ** 53 : hasDoubtfulDigits(text);
  const trace: Trace = { changes: [], warnings: lossy ? ["PRECISION_AT_RISK"] : [] };
  return readEpoch(text.includes("e") ? expandExponent(text) : text, trace, settings);
}

function expandExponent(text: string): string {
  const negative = text.startsWith("-");
  const numeral = readNumeral(negative ? text.slice(1) : text, null);
  return numeral?.kind === "decimal" ? `${negative ? "-" : ""}${placePoint(numeral.decimal)}` : text;
}

const epochUnits = [
  { maxDigits: 11, shift: 0, rule: "EPOCH_SECONDS" },
  { maxDigits: 14, shift: 3, rule: "EPOCH_MILLISECONDS" },
  { maxDigits: 17, shift: 6, rule: "EPOCH_MICROSECONDS" },
  { maxDigits: Number.POSITIVE_INFINITY, shift: 9, rule: "EPOCH_NANOSECONDS" },
] as const satisfies readonly { maxDigits: number; shift: number; rule: Rule }[];

/** Seconds, ms, µs or ns since 1970, told apart by size; the point is moved in the text, so no digit is lost. */
function readEpoch(text: string, trace: Trace, settings: Settings): Reading {
  const negative = text.startsWith("-");
  const [wholeText = "", fractionText = ""] = (negative ? text.slice(1) : text).split(".");
  const whole = wholeText.replace(/^0+/, "");
  const unit = epochUnits.find(({ maxDigits }) => whole.length <= maxDigits) ?? epochUnits[3];
  const point = whole.length - unit.shift;
  if (point > MAX_SECONDS_DIGITS) {
    return { text: null, faults: [{ code: "IMPLAUSIBLE_TIMESTAMP" }], ...trace };
  }
  const size = { seconds: Number(whole.slice(0, point)), fraction: trimZeros(whole.slice(point) + fractionText) };
  return judge(negative ? negate(size) : size, text, unit.rule, { trace, settings });
}

/** Only to show what was read: an instant before 1970 is never accepted. */
function negate({ seconds, fraction }: Instant): Instant {
  if (fraction === "") return { seconds: -seconds, fraction };
  const nanos = 1_000_000_000 - Number(fraction.slice(0, MAX_FRACTION_DIGITS).padEnd(MAX_FRACTION_DIGITS, "0"));
  return { seconds: -seconds - 1, fraction: trimZeros(String(nanos).padStart(MAX_FRACTION_DIGITS, "0")) };
}

function readCalendarText(text: string, trace: Trace, settings: Settings): Reading {
  const date = readDate(text, settings.dateOrder);
  const clock = date && readClock(text.slice(date.end), date.sequel);
  if (!date || !clock) return { text: null, faults: [{ code: "INVALID_TIMESTAMP" }], ...trace };
  const faults: Fault[] = date.fault === null ? [] : [date.fault];
  if (clock === "IMPOSSIBLE")
    faults.push({ code: "INVALID_TIMESTAMP", detail: "its time of day or offset does not exist" });
  if (clock === "IMPOSSIBLE" || date.day === null) return { text: null, faults, ...trace };
  if (clock.second === 60) trace.warnings.push("LEAP_SECOND");
  // Second 60 adds up to the next minute's start, which has no fraction.
  const local = { seconds: localSeconds(date.day, clock), fraction: clock.second === 60 ? "" : clock.fraction };
  return readLocal(local, clock, { text, date, trace, settings });
}

const localSeconds = (day: NonNullable<DateReading["day"]>, { hour, minute, second }: Clock): number =>
  daysOf(day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;

interface LocalContext {
  readonly text: string;
  readonly date: DateReading;
  readonly trace: Trace;
  readonly settings: Settings;
}

/** From local time to the instant: by the offset given, else by the profile's zone, else as UTC. */
function readLocal(
  local: Instant,
  { offsetMinutes, second }: Clock,
  { text, date, trace, settings }: LocalContext,
): Reading {
  const rule = second === 60 ? "LEAP_SECOND" : date.rule;
  if (offsetMinutes === 0) return judge(local, text, rule, { trace, settings });
  const shown = formatLocal(local.seconds, local.fraction);
  trace.changes.push({ rule, before: text, after: shown });
  if (offsetMinutes !== null) {
    const instant = { ...local, seconds: local.seconds - offsetMinutes * 60 };
    return judge(instant, shown, "OFFSET", { trace, settings });
  }
  if (settings.timeZone === null || !isTimeZone(settings.timeZone)) {
    trace.warnings.push("ASSUMED_UTC");
    return judge(local, shown, "ASSUMED_UTC", { trace, settings });
  }
  // The minute of a leap second decides: at its end, the clocks may go forward or back.
  const leap = second === 60 ? 1 : 0;
  const instants = instantsOf(local.seconds - leap, settings.timeZone).map((instant) => instant + leap);
  const [seconds] = instants;
  if (seconds === undefined || instants.length > 1) {
    const readings = instants.map((instant) => `${formatLocal(instant, local.fraction)}Z`);
    return { text: null, faults: [{ code: "AMBIGUOUS_LOCAL_TIME", readings }], ...trace };
  }
  return judge({ ...local, seconds }, shown, "PROFILE_TIME_ZONE", { trace, settings });
}

interface JudgeContext {
  readonly trace: Trace;
  readonly settings: Settings;
}

/** Whether an instant is exact enough and plausible; and its canonical text. */
function judge({ seconds, fraction }: Instant, before: string, rule: Rule, { trace, settings }: JudgeContext): Reading {
  const { changes, warnings } = trace;
  const faults: Fault[] = fraction.length > MAX_FRACTION_DIGITS ? [{ code: "TOO_PRECISE" }] : [];
  const text = `${formatLocal(seconds, fraction.slice(0, MAX_FRACTION_DIGITS))}Z`;
  const us = seconds * MICROS_PER_SECOND + fractionMicros(fraction);
  const aheadUs = us - settings.nowUs;
  const limitSeconds = settings.futureLimitSeconds ?? MAX_AHEAD_SECONDS;
  if (us < EARLIEST_US || aheadUs > limitSeconds * MICROS_PER_SECOND) {
    const latest = settings.futureLimitSeconds === null ? [] : ["2000-01-01", `${limitSeconds} seconds from now`];
    faults.push({ code: "IMPLAUSIBLE_TIMESTAMP", readings: [text, ...latest] });
  } else if (aheadUs >= WARN_AHEAD_US) warnings.push("FUTURE_TIMESTAMP");
  if (text !== before) changes.push({ rule, before, after: text });
  return { text: faults.length === 0 ? text : null, faults, warnings, changes };
}

const fractionMicros = (fraction: string): Micros =>
  fraction === "" ? 0 : Number(fraction.slice(0, 6).padEnd(6, "0"));

/** The whole microseconds of a canonical timestamp: further digits are cut, not rounded. */
export function microsOf(canonical: string): Micros {
  const at = (from: number, to: number): number => Number(canonical.slice(from, to));
  const day = { year: at(0, 4), month: at(5, 7), day: at(8, 10) };
  const seconds = daysOf(day) * SECONDS_PER_DAY + at(11, 13) * 3600 + at(14, 16) * 60 + at(17, 19);
  return seconds * MICROS_PER_SECOND + fractionMicros(canonical.slice(20, -1));
}

/** An instant in canonical form, its fraction without trailing zeros. */
export function formatMicros(us: Micros): string {
  const seconds = Math.floor(us / MICROS_PER_SECOND);
  const rest = us - seconds * MICROS_PER_SECOND;
  return `${formatLocal(seconds, rest === 0 ? "" : trimZeros(String(rest).padStart(6, "0")))}Z`;
}

const instantShape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;
const DATE_LENGTH = 10;

/**
 * A strict RFC 3339 instant with Z or an offset; null for anything else. Digits beyond microseconds are cut. Exact
 * from 1685 to 2255, as far as a double counts microseconds.
 */
export function parseInstant(text: string): Micros | null {
  if (!instantShape.test(text)) return null;
  const date = readDate(text.slice(0, DATE_LENGTH), null);
  const clock = date && readClock(text.slice(DATE_LENGTH), date.sequel);
  if (!date?.day || !clock || clock === "IMPOSSIBLE") return null;
  const seconds = localSeconds(date.day, clock) - (clock.offsetMinutes ?? 0) * 60;
  return seconds * MICROS_PER_SECOND + (clock.second === 60 ? 0 : fractionMicros(clock.fraction));
}
