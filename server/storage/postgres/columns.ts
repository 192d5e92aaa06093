// Column types that PostgreSQL or its driver do not have as we need them.
import type { Micros } from "../../domain/calendar.ts";
import { formatMicros } from "../../domain/timestamp.ts";
import { bigint, customType } from "./drizzle.ts";

// Any character may stand in an idempotency key, but PostgreSQL keeps no NUL in a text. It is written as this
// noncharacter with a digit behind, and the noncharacter itself with another, so that no two texts become one.
const ESCAPE = "\u{10FFFF}";

/** Text as it is stored. */
export const escapeNul = (text: string): string =>
  text.includes("\0") || text.includes(ESCAPE)
    ? text.replaceAll(ESCAPE, `${ESCAPE}1`).replaceAll("\0", `${ESCAPE}0`)
    : text;

/** The text that was stored so. */
export const unescapeNul = (text: string): string =>
  text.includes(ESCAPE) ? text.replaceAll(`${ESCAPE}0`, "\0").replaceAll(`${ESCAPE}1`, ESCAPE) : text;

/** Text that may be anything a client sends. Compared and sorted by its bytes (`collate "C"` in the migration). */
export const anyText = customType<{ data: string; driverData: string }>({
  dataType: () => "text",
  toDriver: escapeNul,
  fromDriver: unescapeNul,
});

// PostgreSQL has no year 0, and reads none of more than four digits.
const EARLIEST_US = Date.parse("0001-01-01T00:00:00Z") * 1000;
const LATEST_US = Date.UTC(10_000, 0, 1) * 1000;

const textOfMicros = (us: Micros): string => {
  if (us < EARLIEST_US) return "-infinity";
  return us < LATEST_US ? formatMicros(us) : "infinity";
};

/** An instant as whole microseconds since 1970; a Date would cut it to milliseconds. */
export const instant = customType<{ data: number; driverData: string }>({
  dataType: () => "timestamp with time zone",
  toDriver: textOfMicros,
  fromDriver: (text) => microsOfText(text),
});

/** A whole number below 2^53. */
export const whole = (name?: string) =>
  name === undefined ? bigint({ mode: "number" }) : bigint(name, { mode: "number" });

export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

const shape = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-])(\d\d)(?::(\d\d))?$/;

/** PostgreSQL's ISO spelling, whatever the time zone of the session. */
const microsOfText = (text: string): number => {
  const parts = shape.exec(text);
  if (parts === null) throw new Error(`PostgreSQL wrote an instant as ${JSON.stringify(text)}.`);
  const [, year, month, day, hour, minute, second, fraction = "", sign, zoneHours, zoneMinutes = "0"] = parts;
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const offsetMinutes = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === "-" ? -1 : 1);
  return (local - offsetMinutes * 60_000) * 1000 + Number(fraction.padEnd(6, "0"));
};
