// How clients write a sale down as a raw event: plainly, or under other names, in wrappers, in any order, with more
// fields than needed. Every spelling of a sale is the same event.
import type { Json } from "../domain/json.ts";
import { textOf } from "./exact.ts";
import { spellInstant } from "./instant.ts";
import { spellAmount } from "./numeral.ts";
import type { Random } from "./random.ts";
import type { Sale } from "./sale.ts";

type Field = readonly [name: string, value: Json];

/** The event as the documentation would have it. */
export const plainEvent = ({ client, metric, unit, amount, at }: Sale): { readonly [name: string]: Json } => ({
  ...{ client, metric, amount: textOf(amount), timestamp: new Date(at).toISOString() },
  ...(unit === null ? {} : { unit }),
});

const clientNames = ["client", "client", "clientId", "source", "customer", "tenant", "sender", "origin", "account"];
const metricNames = ["metric", "metric", "metricType", "type", "name", "event", "eventType", "measure"];
const amountNames = ["amount", "amount", "value", "total", "quantity", "qty", "sum", "price"];
const timestampNames = ["timestamp", "timestamp", "time", "ts", "date", "occurredAt", "createdAt", "eventTime", "at"];
const wrappers = ["payload", "data", "Body", "attributes", "PROPERTIES"];
const extras: readonly Field[] = [
  ["firmware", "2.1.7"],
  ["attempt", 3],
  ["note", "à emporter ☕"],
  ["gps", { lat: 48.2, lon: 16.4 }],
  ["tags", ["demo", null, true]],
  ["signature", "MEUCIQDx"],
];

/** One of the many other ways to write the same event. */
export const respelledEvent = (random: Random, sale: Sale): Json => {
  const name = (names: readonly string[]): string => inAnyCase(random, random.pick(names));
  const facts: readonly Field[] = [
    [name(clientNames), random.chance(0.2) ? ` ${sale.client}\t` : sale.client],
    [name(metricNames), sale.metric.replace(" ", random.pick([" ", "  ", "\u00A0"]))],
    [name(amountNames), spellAmount(random, sale)],
    [name(timestampNames), spellInstant(random, sale.at)],
    ...unitFields(random, sale),
  ];
  const more = extras.filter(() => random.chance(0.15));
  return wrapped(random, random.shuffled([...facts, ...more]));
};

const unitFields = (random: Random, { unit }: Sale): readonly Field[] => {
  if (unit === null) return random.chance(0.5) ? [] : [["unit", random.pick(["", null])]];
  if (unit === unit.toUpperCase() && random.chance(0.4)) return [["currency", unit.toLowerCase()]];
  return [[inAnyCase(random, random.pick(["unit", "uom"])), unit]];
};

/** camelCase, snake_case, kebab-case or CAPITALS. */
const inAnyCase = (random: Random, name: string): string => {
  const apart = (sign: string): string => name.replace(/[A-Z]/g, (capital) => `${sign}${capital.toLowerCase()}`);
  return random.pick([name, name, apart("_"), apart("-"), name.toUpperCase()]);
};

/** Some of the fields one level down. */
const wrapped = (random: Random, fields: readonly Field[]): Json => {
  if (random.chance(0.5)) return Object.fromEntries(fields);
  const inside = fields.filter(() => random.chance(0.6));
  const outside = fields.filter((field) => !inside.includes(field));
  return Object.fromEntries(random.shuffled<Field>([...outside, [random.pick(wrappers), Object.fromEntries(inside)]]));
};
