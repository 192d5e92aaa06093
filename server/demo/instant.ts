// The ways in which clients write a time. All of them mean the same millisecond, and none is ambiguous.
import type { Random } from "./random.ts";

interface Parts {
  readonly ms: number;
  /** As in 2026-01-31T12:00:00.000Z. */
  readonly iso: string;
  /** As in 2026-01-31. */
  readonly date: string;
  readonly year: string;
  readonly month: string;
  readonly day: string;
  /** As in 12:00:00.5, without needless zeros. */
  readonly time: string;
}

/** The time as this client writes it; null where this way does not suit it. */
type Way = (parts: Parts) => string | number | null;

const MINUTE_MS = 60_000;
const MAX_MONTH = 12;
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const partsOf = (ms: number): Parts => {
  const iso = new Date(ms).toISOString();
  const [date = "", rest = ""] = iso.slice(0, -1).split("T");
  const [year = "", month = "", day = ""] = date.split("-");
  return { ms, iso, date, year, month, day, time: rest.replace(/\.000$/, "").replace(/(\.\d*[1-9])0+$/, "$1") };
};

const monthName = ({ month }: Parts): string => months[Number(month) - 1] ?? "";

/** The wall clock of a zone that is so many minutes off, with its offset. */
const withOffset =
  (minutes: number, offset: string): Way =>
  ({ ms }) =>
    `${new Date(ms + minutes * MINUTE_MS).toISOString().slice(0, -1)}${offset}`;

const twelveHours = (time: string): string => {
  const hour = Number(time.slice(0, 2));
  return `${hour % 12 === 0 ? 12 : hour % 12}${time.slice(2)} ${hour < 12 ? "AM" : "pm"}`;
};

const ways: readonly Way[] = [
  ({ iso }) => iso,
  ({ iso }) => ` ${iso.toLowerCase()}\n`,
  ({ date, time }) => `${date}T${time}Z`,
  ({ date, time }) => `${date} ${time.replace(".", ",")}+00:00`,
  ({ date, time }) => `${date} ${time}`,
  ({ date, time }) => `${date.replaceAll("-", "/")} ${time} UTC`,
  ({ date, time }) => `${date.replaceAll("-", ".")} ${twelveHours(time)}`,
  ({ iso }) => iso.replaceAll(/[-:]/g, ""),
  withOffset(330, "+05:30"),
  withOffset(-480, "-0800"),
  withOffset(60, "+01"),
  ({ ms }) => ms,
  ({ ms }) => String(ms),
  ({ ms }) => ms / 1000,
  ({ ms }) => (ms / 1000).toFixed(3),
  ({ ms }) => ms * 1000,
  ({ ms }) => `${ms}000000`,
  (parts) => `${Number(parts.day)} ${monthName(parts).slice(0, 3)} ${parts.year} ${parts.time} GMT`,
  (parts) => `${monthName(parts)} ${Number(parts.day)}, ${parts.year} ${twelveHours(parts.time)}`,
  (parts) => `${parts.day}-${monthName(parts).slice(0, 3).toUpperCase()}-${parts.year} ${parts.time}`,
  // Above 12 only a day can be meant.
  ({ day, month, year, time }) => (Number(day) > MAX_MONTH ? `${day}/${month}/${year} ${time}` : null),
  ({ day, month, year, time }) => (Number(day) > MAX_MONTH ? `${month}/${day}/${year} ${time}` : null),
  ({ ms }) => (ms % 1000 === 0 ? new Date(ms).toUTCString().replace("GMT", "+0000") : null),
];

/** One of the ways to write the time. */
export const spellInstant = (random: Random, ms: number): string | number => {
  const parts = partsOf(ms);
  return random.pick(ways.map((way) => way(parts)).filter((spelled) => spelled !== null));
};
