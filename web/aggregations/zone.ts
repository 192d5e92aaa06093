// Wall clocks: what they show in a time zone at an instant, and at which instant they show it. A wall clock's reading is
// kept as if it were UTC, in milliseconds.

const formats = new Map<string, Intl.DateTimeFormat>();

const clockOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known) return known;
  const numeric = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  const made = new Intl.DateTimeFormat("en-US", { ...numeric, ...time, timeZone: zone });
  formats.set(zone, made);
  return made;
};

/** Whether the browser knows a zone of this name. */
export const isZone = (name: string): boolean => {
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
};

/** What a wall clock in the zone shows. */
export const wallOf = (atMs: number, zone: string): number => {
  if (zone === "UTC") return atMs;
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (
    clockOf(zone).format(atMs).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) + (atMs % 1_000);
};

/** How far the zone is ahead of UTC. */
const offsetOf = (atMs: number, zone: string): number => wallOf(atMs, zone) - atMs;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The first instant at which wall clocks show this; where they skip it, the instant at which they are changed. */
export const instantOf = (wallMs: number, zone: string): number => {
  const offsets = [offsetOf(wallMs - DAY_MS, zone), offsetOf(wallMs + DAY_MS, zone)];
  const candidates = offsets.map((offset) => wallMs - offset);
  const fitting = candidates.filter((at) => wallOf(at, zone) === wallMs);
  if (fitting.length > 0) return Math.min(...fitting);
  let [before, after] = [Math.min(...candidates), Math.max(...candidates)];
  while (after - before > MINUTE_MS) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
    if (wallOf(middle, zone) >= wallMs) after = middle;
    else before = middle;
  }
  return after;
};

/** `+02:00`, or nothing where it is UTC. */
export const offsetText = (atMs: number, zone: string): string => {
  if (zone === "UTC") return "";
  const minutes = Math.round(offsetOf(atMs, zone) / MINUTE_MS);
  const two = (number: number): string => String(number).padStart(2, "0");
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
};

/** The zones to choose from: UTC, the one of this machine, then all that the browser knows by name. */
export const knownZones = (): readonly string[] => {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [...new Set(["UTC", here, ...Intl.supportedValuesOf("timeZone")])];
};
