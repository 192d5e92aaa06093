// Generators for property tests: an event as it is meant, and the many ways in which clients spell it.
import fc from "fast-check";
import type { Facts } from "./event.ts";
import type { Json } from "./json.ts";
import { nowUs } from "./normalize.cases.ts";
import { formatMicros } from "./timestamp.ts";

/** An event without spelling: what it means. */
export const meaning = fc.record({
  client: fc.stringMatching(/^[A-Za-z0-9éü]{1,8}( [A-Za-z0-9é]{1,8})?$/),
  metric: fc.stringMatching(/^[a-z_.]{1,12}$/),
  unit: fc.constantFrom(null, "EUR", "USD", "GBP"),
  units: fc.integer({ min: 1, max: 999_999_999_999 }),
  cents: fc.integer({ min: 0, max: 99 }),
  seconds: fc.integer({ min: 946_684_800 + 86_400, max: nowUs / 1e6 - 86_400 }),
  millis: fc.integer({ min: 0, max: 999 }),
});
export type Meaning = typeof meaning extends fc.Arbitrary<infer T> ? T : never;

const names = {
  client: ["client", "clientId", "client_id", "CLIENT-ID", "source", "Tenant"],
  metric: ["metric", "metricType", "metric_type", "type", "Name", "event"],
  amount: ["amount", "value", "TOTAL", "qty"],
  timestamp: ["timestamp", "ts", "occurred_at", "eventTime", "created-at", "date"],
} as const;
const wrappers = [null, "data", "payload", "BODY", "Event", "attributes"] as const;

const group = (digits: string, mark: string): string => digits.replace(/\B(?=(\d{3})+$)/g, mark);
const fullWidth = (text: string): string =>
  text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));

function amountSpellings({ units, cents }: Meaning): Json[] {
  const whole = String(units);
  const fraction = String(cents).padStart(2, "0");
  const text = `${whole}.${fraction}`;
  return [
    Number(text),
    text,
    ` +00${text}00 `,
    `${whole}${fraction}e-2`,
    `${whole}.${fraction}E0`,
    fullWidth(text),
    `${group(whole, ",")}.${fraction}`,
    `${group(whole, " ")}.${fraction}`,
    `${group(whole, "'")},${fraction}`,
    `${group(whole, ".")},${fraction}`,
    `${group(whole, "\u202F")},${fraction}`,
  ];
}

const clock = (seconds: number, millis: number): string => formatMicros(seconds * 1e6 + millis * 1e3);

function timestampSpellings({ seconds, millis }: Meaning): Json[] {
  const utc = clock(seconds, millis);
  const local = utc.slice(0, -1);
  const [date = "", time = ""] = local.split("T");
  const [year, month, day] = date.split("-");
  const hour = Number(time.slice(0, 2));
  const india = clock(seconds + 19_800, millis).slice(0, -1);
  const epochMillis = seconds * 1000 + millis;
  const monthName = "JanFebMarAprMayJunJulAugSepOctNovDec".slice(Number(month) * 3 - 3, Number(month) * 3);
  const spellings: Json[] = [
    utc,
    local,
    utc.toLowerCase(),
    utc.replace("T", " "),
    utc.replace(".", ","),
    `${local}+00:00`,
    `${india}+05:30`,
    `${india} +0530`,
    epochMillis,
    String(epochMillis),
    `${epochMillis}000`,
    `${epochMillis}000000`,
    `${seconds}.${String(millis).padStart(3, "0")}`,
    `${year}/${month}/${day} ${time} UTC`,
    `${date.replaceAll("-", "")}T${time}`,
    `${Number(day)} ${monthName} ${year} ${time} GMT`,
    `${monthName} ${day}, ${year} ${time}`,
    `${date} ${hour % 12 || 12}${time.slice(2)} ${hour < 12 ? "am" : "PM"}`,
  ];
  return Number(day) > 12
    ? [...spellings, `${day}.${month}.${year} ${time}`, `${month}/${day}/${year} ${time}`]
    : spellings;
}

/** One of the many ways to send an event. */
export function spell(event: Meaning, choose: (count: number) => number): Json {
  const pick = <T>(items: readonly T[]): T => items[choose(items.length)] as T;
  const { client, metric, unit } = event;
  const amount = pick(amountSpellings(event));
  const inText = unit !== null && typeof amount === "string" && choose(2) === 0;
  const fields: [string, Json][] = [
    [pick(names.client), pick([client, ` ${client}\n`, client.normalize("NFD"), client.replace(" ", " \u00A0 ")])],
    [pick(names.metric), pick([metric, `\uFEFF${metric} `])],
    [pick(names.amount), inText ? `${amount.trim()} ${unit}` : amount],
    [pick(names.timestamp), pick(timestampSpellings(event))],
    [`x${choose(9)}`, pick([1, "noise", [true], { client: "other" }])],
  ];
  if (unit !== null && !inText)
    fields.push(
      pick([
        ["unit", unit],
        ["currency", unit.toLowerCase()],
        ["UOM", unit],
      ]),
    );
  const outer: [string, Json][] = [];
  const inner: [string, Json][] = [];
  for (const field of fields) (choose(2) === 0 ? outer : inner).splice(choose(3), 0, field);
  const wrapper = pick(wrappers);
  return Object.fromEntries(
    wrapper === null ? [...inner, ...outer] : [...outer, [wrapper, Object.fromEntries(inner)]],
  ) as Json;
}

/** Choices from a list of numbers, so that fast-check can shrink them. */
export const chooser = (numbers: readonly number[]): ((count: number) => number) => {
  let at = 0;
  return (count) => (numbers[at++ % numbers.length] as number) % count;
};
export const choices = fc.array(fc.nat(9_999), { minLength: 30, maxLength: 30 });

/** The facts that every spelling must give; client and metric apart, whose generated text is canonical already. */
export const meant = ({ units, cents, seconds, millis, unit }: Meaning): Partial<Facts> => ({
  amount: `${units}.${String(cents).padStart(2, "0")}`.replace(/\.?0+$/, ""),
  timestamp: clock(seconds, millis),
  unit,
});
