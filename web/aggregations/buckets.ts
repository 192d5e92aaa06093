// The intervals of aggregations as the server divides them (server/domain/rollup.ts), so that those without events can be
// drawn too: quarters of an hour, hours, and the days, weeks and months of a zone's calendar.
import { instantOf, offsetOf, offsetText, wallOf } from "./zone.ts";

export const intervals = ["MINUTE_15", "HOUR", "DAY", "WEEK", "MONTH"] as const;
export type Interval = (typeof intervals)[number];

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export const QUARTER_MS = 900_000;
export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const THURSDAY = 3;

/** The starts of all buckets that have a part of the stretch, in order. */
export const bucketStarts = (
  { fromMs, toMs }: Stretch,
  { interval, zone }: { interval: Interval; zone: string },
): readonly number[] => {
  const starts: number[] = [];
  let start = startOf(fromMs, { interval, zone });
  while (start < toMs) {
    starts.push(start);
    start = nextStart(start, { interval, zone });
  }
  return starts;
};

interface Division {
  readonly interval: Interval;
  readonly zone: string;
}

/** The start of the bucket that an instant lies in. */
export const startOf = (atMs: number, { interval, zone }: Division): number => {
  const quarterMs = atMs - (atMs % QUARTER_MS);
  if (interval === "MINUTE_15") return quarterMs;
  if (interval === "HOUR") return edgeFrom(quarterMs, { stepMs: -QUARTER_MS, zone });
  const day = wallOf(quarterMs, zone);
  const midnight = day - (day % DAY_MS);
  return instantOf(calendarStart(midnight, interval), zone);
};

/** The start of the bucket after the one that begins at an instant. */
export const nextStart = (startMs: number, { interval, zone }: Division): number => {
  if (interval === "MINUTE_15") return startMs + QUARTER_MS;
  if (interval === "HOUR") return edgeFrom(startMs + QUARTER_MS, { stepMs: QUARTER_MS, zone });
  const day = wallOf(startMs, zone);
  return instantOf(addCalendar(calendarStart(day - (day % DAY_MS), interval), interval), zone);
};

/** The nearest full hour on the wall clock, or moment at which the clock is changed, here or in the direction of the step. */
const edgeFrom = (quarterMs: number, { stepMs, zone }: { stepMs: number; zone: string }): number => {
  let at = quarterMs;
  while (!isHourEdge(at, zone)) at += stepMs;
  return at;
};

const isHourEdge = (atMs: number, zone: string): boolean => {
  const offsetMs = offsetOf(atMs, zone);
  return (atMs + offsetMs) % HOUR_MS === 0 || offsetOf(atMs - QUARTER_MS, zone) !== offsetMs;
};

type CalendarInterval = "DAY" | "WEEK" | "MONTH";

const calendarStart = (midnightMs: number, interval: CalendarInterval): number => {
  if (interval === "DAY") return midnightMs;
  // 1970 began on a Thursday, weeks begin on Monday.
  if (interval === "WEEK") return midnightMs - ((midnightMs / DAY_MS + THURSDAY) % 7) * DAY_MS;
  const date = new Date(midnightMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
};

const addCalendar = (startMs: number, interval: CalendarInterval): number => {
  if (interval === "DAY") return startMs + DAY_MS;
  if (interval === "WEEK") return startMs + 7 * DAY_MS;
  const date = new Date(startMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
};

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** A bucket by its start, as the zone's calendar and clock have it; with the offset where hours may come twice. */
export const bucketWords = (startMs: number, { interval, zone }: Division): string => {
  const wall = new Date(wallOf(startMs, zone));
  const [date = "", time = ""] = wall.toISOString().slice(0, 16).split("T");
  if (interval === "MONTH") return date.slice(0, 7);
  if (interval === "WEEK") return `week of ${date}`;
  if (interval === "DAY") return `${date} ${weekdays[wall.getUTCDay()]}`;
  return `${date} ${time} ${offsetText(startMs, zone)}`.trim();
};

/** From when to when on the zone's calendar; whole days by their first and last. */
export const stretchWords = ({ fromMs, toMs }: Stretch, zone: string): string => {
  const [from, to] = [wallOf(fromMs, zone), wallOf(toMs, zone)];
  const write = (wallMs: number, length: number): string =>
    new Date(wallMs).toISOString().slice(0, length).replace("T", " ");
  if (from % DAY_MS !== 0 || to % DAY_MS !== 0) return `${write(from, 16)} – ${write(to, 16)}`;
  return to - from <= DAY_MS ? write(from, 10) : `${write(from, 10)} – ${write(to - DAY_MS, 10)}`;
};
