// The intervals by which the server divides time, in words: quarters of an hour, hours, and the days, weeks and months of a
// zone's calendar.
import { instantOf, offsetText, wallOf } from "./zone.ts";

export const intervals = ["MINUTE_15", "HOUR", "DAY", "WEEK", "MONTH"] as const;
export type Interval = (typeof intervals)[number];

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export const QUARTER_MS = 900_000;
export const DAY_MS = 86_400_000;

interface Division {
  readonly interval: Interval;
  readonly zone: string;
}

/** The start of the day or month of a zone's calendar that an instant lies in. */
export const startOf = (atMs: number, { of, zone }: { of: "DAY" | "MONTH"; zone: string }): number => {
  const date = new Date(wallOf(atMs - (atMs % QUARTER_MS), zone));
  return instantOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), of === "DAY" ? date.getUTCDate() : 1), zone);
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
