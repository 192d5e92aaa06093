// The intervals of a time zone: quarters of an hour, hours, days, weeks and months as its clocks tell them.
//
// Every zone in use since 2000, before which there are no events, is a whole number of quarters of an hour away from
// UTC, so that all intervals begin at the edge of a stored bucket. (Newfoundland changed its clocks at 00:01 until 2011:
// there a quarter belongs to the day on which it begins.)
import { DateTime, type DateTimeUnit, FixedOffsetZone, IANAZone, type Zone } from "luxon";
import type { Micros } from "./calendar.ts";
import { AppError } from "./error.ts";
import { bucketStart, MINUTE_US, QUARTER, QUARTER_US, SIX_HOURS, type Span } from "./grain.ts";

export const intervals = ["MINUTE_15", "HOUR", "DAY", "WEEK", "MONTH", "ALL"] as const;
export type Interval = (typeof intervals)[number];

/** More than anyone can look at, and than is told apart in a moment. */
const MAX_INTERVALS = 50_000;

/** Those that a span reaches into, in order, without gaps. @throws AppError BAD_USER_INPUT where they are too many. */
export const intervalsIn = (
  { fromUs, toUs }: Span,
  interval: Exclude<Interval, "ALL">,
  zone: Zone,
  max = MAX_INTERVALS,
): readonly Span[] => {
  const spans: Span[] = [];
  const offsetAt = createOffsets(zone);
  for (let atUs = bucketStart(QUARTER, fromUs); atUs < toUs; ) {
    const bounds = boundsOf(atUs, interval, { zone, offsetAt });
    spans.push(bounds);
    atUs = bounds.toUs;
    if (spans.length > max)
      throw new AppError(
        "BAD_USER_INPUT",
        `The range has more than ${max} intervals of this length. Narrow the time range, or ask for a longer interval.`,
      );
  }
  return spans;
};

interface Clock {
  readonly zone: Zone;
  /** In minutes. */
  readonly offsetAt: (us: Micros) => number;
}

const boundsOf = (bucketUs: Micros, interval: Exclude<Interval, "ALL">, { zone, offsetAt }: Clock): Span => {
  if (interval === "MINUTE_15") return { fromUs: bucketUs, toUs: bucketUs + QUARTER_US };
  if (interval === "HOUR") return hourBounds(bucketUs, offsetAt);
  const unit = calendarUnits[interval];
  const from = startOfCalendarUnit(DateTime.fromMillis(bucketUs / 1000, { zone }), unit);
  // Not 24 hours later: a day may have 23 or 25.
  const to = startOfCalendarUnit(from.plus({ [unit]: 1 }), unit);
  return { fromUs: from.toMillis() * 1000, toUs: to.toMillis() * 1000 };
};

const calendarUnits = { DAY: "day", WEEK: "week", MONTH: "month" } as const;

/** Where clocks go back over midnight (Havana), midnight comes twice; the unit begins with the first. */
const startOfCalendarUnit = (instant: DateTime, unit: DateTimeUnit): DateTime => {
  const start = instant.startOf(unit);
  const hourBefore = start.minus({ hours: 1 });
  return hourBefore.day === start.day ? hourBefore : start;
};

/** From one full hour on the wall clock to the next, or to the moment at which the clock is changed (by half an hour on Lord Howe). */
const hourBounds = (bucketUs: Micros, offsetAt: Clock["offsetAt"]): Span => {
  const isEdge = (us: Micros): boolean => {
    const offsetMinutes = offsetAt(us);
    return (us / MINUTE_US + offsetMinutes) % 60 === 0 || offsetAt(us - QUARTER_US) !== offsetMinutes;
  };
  let fromUs = bucketUs;
  while (!isEdge(fromUs)) fromUs -= QUARTER_US;
  let toUs = bucketUs + QUARTER_US;
  while (!isEdge(toUs)) toUs += QUARTER_US;
  return { fromUs, toUs };
};

const WINDOW_US = SIX_HOURS * MINUTE_US;

/** The offset of a zone, which takes a while to find out. No zone changes its clocks twice within six hours. */
const createOffsets = (zone: Zone): Clock["offsetAt"] => {
  const find = (us: Micros): number => zone.offset(us / 1000);
  let window = { startUs: Number.NaN, steady: null as number | null };
  return (us) => {
    const startUs = bucketStart(SIX_HOURS, us);
    if (startUs !== window.startUs) {
      const [first, last] = [find(startUs), find(startUs + WINDOW_US)];
      window = { startUs, steady: first === last ? first : null };
    }
    return window.steady ?? find(us);
  };
};

/** As many as there may be names, and spellings of these in other letters that anybody uses. */
const MAX_ZONES = 1_000;

/** Those that were asked for: to look a zone up takes longer than to sum up a hundred rows. */
const zones = new Map<string, Zone>();

/** The zone of an IANA name. @throws AppError BAD_USER_INPUT where there is none of this name. */
export const parseZone = (name: string): Zone => {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (!IANAZone.isValidZone(name))
    throw new AppError(
      "BAD_USER_INPUT",
      `There is no time zone ${JSON.stringify(name)}. Use an IANA name such as Europe/Berlin.`,
    );
  // Its offset is always the same, and need not be asked for.
  const zone = name === "UTC" ? FixedOffsetZone.utcInstance : IANAZone.create(name);
  if (zones.size < MAX_ZONES) zones.set(name, zone);
  return zone;
};
