// The proleptic Gregorian calendar in integers: days and seconds since 1970-01-01T00:00:00Z, and canonical text.
// No Date object: it reads the host's time zone, accepts 30 February and ends at milliseconds.

/** An instant in whole microseconds since 1970-01-01T00:00:00Z. Safe as a number until the year 2255. */
export type Micros = number;

export const SECONDS_PER_DAY = 86_400;
export const MINUTE_US = 60_000_000;

/** The beginning of the minute, in UTC, that the instant is in. */
export const minuteOf = (us: Micros): Micros => Math.floor(us / MINUTE_US) * MINUTE_US;

const DAYS_PER_ERA = 146_097;
/** Days from 0000-03-01, where the eras of the algorithm begin, to 1970-01-01. */
const EPOCH_SHIFT = 719_468;

/** A day as three numbers; it need not exist. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function isExistingDay({ year, month, day }: Day): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01. The year is counted from March, so that the leap day is its last. */
export function daysOf({ year, month, day }: Day): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_SHIFT;
}

function dayOf(days: number): Day {
  const z = days + EPOCH_SHIFT;
  const era = Math.floor(z / DAYS_PER_ERA);
  const dayOfEra = z - era * DAYS_PER_ERA;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** 0 for Sunday. */
export const weekdayOf = (day: Day): number => (((daysOf(day) + 4) % 7) + 7) % 7;

/** `YYYY-MM-DD`; years beyond four digits with a sign, as ISO 8601 has it. */
export function formatDay({ year, month, day }: Day): string {
  const digits = String(Math.abs(year));
  const yearText =
    year >= 0 && year <= 9999 ? digits.padStart(4, "0") : `${year < 0 ? "-" : "+"}${digits.padStart(6, "0")}`;
  return `${yearText}-${two(month)}-${two(day)}`;
}

/** `YYYY-MM-DDTHH:MM:SS[.f]`, without a zone. The fraction is digits of a second without trailing zeros. */
export function formatLocal(seconds: number, fraction: string): string {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  const hour = Math.floor(rest / 3600);
  const minute = Math.floor(rest / 60) % 60;
  const text = `${formatDay(dayOf(days))}T${two(hour)}:${two(minute)}:${two(rest % 60)}`;
  return fraction === "" ? text : `${text}.${fraction}`;
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
