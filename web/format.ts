// Numbers, instants and JSON as text. Digits are grouped by a thin space: a comma would be the very guess that the
// server refuses to make.

const GROUP = "\u202f";
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MAX_AGE_DAYS = 30;

const groupDigits = (digits: string): string => digits.replace(/\B(?=(?:\d{3})+$)/g, GROUP);

/** A whole number, grouped. */
export const formatCount = (count: number): string => groupDigits(String(count));

/** An exact decimal as the API writes it, grouped before the point, no digit touched. */
export const formatAmount = (amount: string): string => {
  const [, sign = "", whole = amount, fraction = ""] = /^(-?)(\d+)(\.\d+)?$/.exec(amount) ?? [];
  return `${sign === "-" ? "\u2212" : ""}${groupDigits(whole)}${fraction}`;
};

/** A share from 0 to 1 in percent; "0%" and "100%" only where they are exact. */
export const formatShare = (share: number): string => {
  if (share <= 0) return "0%";
  if (share >= 1) return "100%";
  if (share < 0.001) return "<0.1%";
  if (share > 0.999) return ">99.9%";
  return `${(share * 100).toFixed(1)}%`;
};

/** A number per second, with the digits that matter at its size. */
export const formatPerSecond = (rate: number): string => {
  if (rate === 0) return "0/s";
  if (rate < 0.1) return `${rate.toFixed(2)}/s`;
  if (rate < 100) return `${rate.toFixed(1)}/s`;
  return `${formatCount(Math.round(rate))}/s`;
};

/** How long ago, or how far ahead, in one unit; the date beyond a month. */
export const formatAge = ({ at, now }: { at: string; now: number }): string => {
  const agoMs = now - Date.parse(at);
  if (Math.abs(agoMs) > MAX_AGE_DAYS * DAY_MS) return at.slice(0, 10);
  if (Math.abs(agoMs) < SECOND_MS) return "now";
  const span = formatSpan(Math.abs(agoMs));
  return agoMs > 0 ? `${span} ago` : `in ${span}`;
};

/** An age that cannot lie ahead: what has happened here, by a clock that may differ from the server's. */
export const formatElapsed = ({ sinceAt, now }: { sinceAt: number; now: number }): string =>
  `${formatSpan(Math.max(0, now - sinceAt))} ago`;

const formatSpan = (spanMs: number): string => {
  if (spanMs < MINUTE_MS) return `${Math.floor(spanMs / SECOND_MS)} s`;
  if (spanMs < HOUR_MS) return `${Math.floor(spanMs / MINUTE_MS)} min`;
  if (spanMs < DAY_MS) return `${Math.floor(spanMs / HOUR_MS)} h`;
  return `${Math.floor(spanMs / DAY_MS)} d`;
};

/** The instant in UTC with every digit it came with: `2024-01-01 09:30:00.25 UTC`. */
export const formatUtc = (at: string): string => `${utcClock(at)} UTC`;

const utcClock = (at: string): string => at.replace("T", " ").replace(/Z$/, "");

const localFormat = new Intl.DateTimeFormat("en-CA", {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});

/** The instant on this machine's clock, with every digit too: `2024-01-01 10:30:00.25 CET`. */
export const formatLocal = (at: string): string => {
  const { clock, zone } = localPartsOf(at);
  return `${clock} ${zone}`;
};

const localPartsOf = (at: string): { readonly clock: string; readonly zone: string } => {
  const parts = new Map(localFormat.formatToParts(Date.parse(at)).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  const fraction = /\.\d+/.exec(at)?.[0] ?? "";
  const date = `${part("year")}-${part("month")}-${part("day")}`;
  return {
    clock: `${date} ${part("hour")}:${part("minute")}:${part("second")}${fraction}`,
    zone: part("timeZoneName"),
  };
};

/** The instant in one zone: without the zone's name, for a column whose head says it. */
export const formatClock = ({ at, zone }: { at: string; zone: "local" | "UTC" }): string =>
  zone === "UTC" ? utcClock(at) : localPartsOf(at).clock;

/** The instant in both zones, that of the viewer's choice first; once where both are the same. */
export const formatExactly = ({ at, zone }: { at: string; zone: "local" | "UTC" }): readonly string[] => {
  const [utc, local] = [formatUtc(at), formatLocal(at)];
  if (utc === local) return [utc];
  return zone === "UTC" ? [utc, local] : [local, utc];
};

/** A JSON value on one line; what is absent has no text of its own. */
export const formatJson = (value: unknown): string =>
  value === null || value === undefined ? "absent" : JSON.stringify(value);

/** A count with its noun: `1 event`, `2 events`. */
export const formatPlural = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;

const months = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
] as const;

/** A day in words that cannot be read in two ways: `1 February 2026`. */
export const formatDay = ({ year, month, day }: { year: number; month: number; day: number }): string =>
  `${day} ${months[month - 1] ?? month} ${year}`;
