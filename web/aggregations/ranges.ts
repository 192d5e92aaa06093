// Which time is looked at: a preset that moves with the clock, or two instants. Days, months and years are those of a zone.
import { DAY_MS, type Interval, intervals, QUARTER_MS, type Stretch, startOf } from "./buckets.ts";
import { instantOf, wallOf } from "./zone.ts";

export const presets = {
  hour: "Last hour",
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days",
  month: "This month",
  year: "This year",
  all: "All",
} as const;

export type Preset = keyof typeof presets;
export const presetNames = Object.keys(presets) as readonly Preset[];

/** A preset by name, or `FROM..TO` in ISO 8601, the end left out; as it stands in the address. */
export type RangeText = string;

/** The same as instants, the end left out; null is all time. */
export type Range = Stretch | null;

interface Clock {
  readonly nowMs: number;
  readonly zone: string;
}

/** What a text of the address means; null where it means nothing. */
export const readRange = (text: RangeText): Preset | Stretch | null => {
  const preset = presetNames.find((name) => name === text);
  if (preset) return preset;
  const [from = "", to = "", rest] = text.split("..");
  const [fromMs, toMs] = [parseInstant(from), parseInstant(to)];
  return rest === undefined && fromMs !== null && toMs !== null && fromMs < toMs ? { fromMs, toMs } : null;
};

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/;

const parseInstant = (text: string): number | null => {
  const at = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
};

/** Two instants, cut to the minute, as they stand in the address. */
export const writeRange = ({ fromMs, toMs }: Stretch): RangeText => `${writeInstant(fromMs)}..${writeInstant(toMs)}`;

const writeInstant = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16)}Z`;

/** The instants of a range now. Hours end with the quarter under way, days and more with today. */
export const resolveRange = (text: RangeText, { nowMs, zone }: Clock): Range => {
  const range = readRange(text) ?? "7d";
  if (typeof range === "object") return range;
  const quarterEndMs = quarterEnd(nowMs);
  const days = (count: number): number => shiftDays(startOf(nowMs, { of: "DAY", zone }), { count, zone });
  switch (range) {
    case "hour":
      return { fromMs: quarterEndMs - 4 * QUARTER_MS, toMs: quarterEndMs };
    case "24h":
      return { fromMs: quarterEndMs - DAY_MS, toMs: quarterEndMs };
    case "7d":
      return { fromMs: days(-6), toMs: days(1) };
    case "30d":
      return { fromMs: days(-29), toMs: days(1) };
    case "month":
      return { fromMs: startOf(nowMs, { of: "MONTH", zone }), toMs: days(1) };
    case "year":
      return { fromMs: startOfYear(nowMs, zone), toMs: days(1) };
    case "all":
      return null;
    default:
      return range satisfies never;
  }
};

/** The end of the quarter of an hour that is under way. */
const quarterEnd = (nowMs: number): number => nowMs - (nowMs % QUARTER_MS) + QUARTER_MS;

const startOfYear = (nowMs: number, zone: string): number =>
  instantOf(Date.UTC(new Date(wallOf(nowMs, zone)).getUTCFullYear(), 0, 1), zone);

/** So many days away on the calendar, at the same time of day. */
const shiftDays = (atMs: number, { count, zone }: { count: number; zone: string }): number =>
  instantOf(wallOf(atMs, zone) + count * DAY_MS, zone);

/**
 * The period of equal length just before a range. Of a range that is still under way only as much is compared as has
 * passed. Where both ends are whole days of the calendar, so are those of the period before.
 */
export const rangeBefore = (range: Stretch, { nowMs, zone }: Clock): Stretch => {
  const passedMs = Math.max(range.fromMs, Math.min(range.toMs, quarterEnd(nowMs)));
  const count = (wallOf(range.toMs, zone) - wallOf(range.fromMs, zone)) / DAY_MS;
  const before = (at: number): number =>
    Number.isInteger(count) ? shiftDays(at, { count: -count, zone }) : at - (range.toMs - range.fromMs);
  return { fromMs: before(range.fromMs), toMs: before(passedMs) };
};

const longestDays = { MINUTE_15: 8, HOUR: 93, DAY: 3_660, WEEK: 36_600, MONTH: 36_600 } as const;

/** The intervals that divide a range into no more buckets than can be told apart. */
export const possibleIntervals = (range: Range): readonly Interval[] => {
  const days = range === null ? longestDays.DAY : (range.toMs - range.fromMs) / DAY_MS;
  return intervals.filter((interval) => days <= longestDays[interval] + 1);
};

/** The interval that shows a range well where nobody has chosen one. */
export const fittingInterval = (range: Range): Interval => {
  const days = range === null ? Number.POSITIVE_INFINITY : (range.toMs - range.fromMs) / DAY_MS;
  if (days <= 1.1) return "MINUTE_15";
  if (days <= 8.1) return "HOUR";
  if (days <= 93) return "DAY";
  return days <= 800 ? "WEEK" : "MONTH";
};
