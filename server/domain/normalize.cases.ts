// Whole events, and what must become of each: a table, as data. Amounts and timestamps have their own tables, whose
// rows become events here. What is not said is what `base` says; the clock stands at 2024-06-15T12:00:00Z.
import { amountCases, type FieldCase } from "./amount.cases.ts";
import type { Facts } from "./event.ts";
import type { Json } from "./json.ts";
import type { Profile } from "./profile.ts";
import { timestampCases } from "./timestamp.cases.ts";

export const nowUs = 1_718_452_800_000_000;

export interface NormalizeCase {
  readonly raw: Json;
  readonly profile?: Partial<Profile>;
  /** The facts that differ from those of `base`; of an invalid event, those that must be known all the same. */
  readonly facts?: Partial<Facts>;
  /** `CODE path`, in any order; a problem makes the event invalid. */
  readonly problems?: readonly string[];
  readonly warnings?: readonly string[];
}

export const base = { client: "shop", metric: "sale", amount: 1, timestamp: "2024-01-01T00:00:00Z" } as const;
export const baseFacts: Facts = {
  client: "shop",
  metric: "sale",
  unit: null,
  amount: "1",
  timestamp: "2024-01-01T00:00:00Z",
};

const without = (...names: readonly (keyof typeof base)[]): { readonly [key: string]: Json } =>
  Object.fromEntries(Object.entries(base).filter(([name]) => !(names as readonly string[]).includes(name)));

const text128 = "é".repeat(128);
const emoji128 = "😀".repeat(128);
const nested = (depth: number): Json => JSON.parse(`${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`);
const withKeys = (count: number): Json => ({
  ...base,
  data: Object.fromEntries(Array.from({ length: count - 5 }, (_, i) => [`k${i}`, null])),
});
/** An event whose compact JSON has a given size. */
const ofSize = (sizeBytes: number): Json => {
  const empty = JSON.stringify({ ...base, note: "" }).length;
  return { ...base, note: "x".repeat(sizeBytes - empty) };
};

const shape: readonly NormalizeCase[] = [
  { raw: base },
  { raw: null, problems: ["NOT_AN_OBJECT -"] },
  { raw: [], problems: ["NOT_AN_OBJECT -"] },
  { raw: [base], problems: ["NOT_AN_OBJECT -"] },
  { raw: "event", problems: ["NOT_AN_OBJECT -"] },
  { raw: 5, problems: ["NOT_AN_OBJECT -"] },
  { raw: true, problems: ["NOT_AN_OBJECT -"] },
  { raw: {}, problems: ["MISSING_CLIENT -", "MISSING_METRIC -", "MISSING_AMOUNT -", "MISSING_TIMESTAMP -"] },
  { raw: without("client"), problems: ["MISSING_CLIENT -"], facts: { metric: "sale", amount: "1", unit: null } },
  { raw: { ...base, timestamp: null }, problems: ["MISSING_TIMESTAMP -"] },
  {
    raw: { ...base, amount: "x", timestamp: "y" },
    problems: ["NOT_A_NUMBER amount", "INVALID_TIMESTAMP timestamp"],
    facts: { client: "shop" },
  },
  { raw: { ...base, deep: nested(31) }, warnings: ["UNKNOWN_FIELD deep"] },
  {
    raw: { ...base, deep: nested(32) },
    problems: ["TOO_DEEP -"],
    warnings: ["UNKNOWN_FIELD deep"],
    facts: { client: "shop" },
  },
  { raw: withKeys(1_000) },
  { raw: withKeys(1_001), problems: ["TOO_MANY_KEYS -"] },
  { raw: ofSize(256 * 1024), warnings: ["UNKNOWN_FIELD note"] },
  { raw: ofSize(256 * 1024 + 1), problems: ["TOO_LARGE -"], warnings: ["UNKNOWN_FIELD note"] },
  {
    raw: JSON.parse("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
    problems: ["NOT_AN_OBJECT -", "TOO_DEEP -"],
  },
  { raw: { ...base, n: Number.POSITIVE_INFINITY }, warnings: ["UNKNOWN_FIELD n"] },
];

const names: readonly NormalizeCase[] = [
  ...[
    "clientId",
    "client_id",
    "client-id",
    "CLIENT_ID",
    "Client-Id",
    "clientid",
    "CLIENT",
    "source",
    "customer",
    "tenant",
    "sender",
    "origin",
    "account",
  ].map((name) => ({ raw: { ...without("client"), [name]: "shop" } })),
  ...["metricType", "metric_type", "type", "name", "event", "eventType", "EVENT-TYPE", "measure", "Event"].map(
    (name) => ({ raw: { ...without("metric"), [name]: "sale" } }),
  ),
  ...["value", "total", "quantity", "qty", "sum", "price", "Amount"].map((name) => ({
    raw: { ...without("amount"), [name]: 1 },
  })),
  ...[
    "time",
    "ts",
    "date",
    "datetime",
    "dateTime",
    "date_time",
    "occurredAt",
    "occurred_at",
    "createdAt",
    "created-at",
    "eventTime",
    "at",
    "TimeStamp",
  ].map((name) => ({ raw: { ...without("timestamp"), [name]: base.timestamp } })),
  { raw: { ...base, uom: "kg" }, facts: { unit: "kg" } },
  { raw: { ...base, currency: "eur" }, facts: { unit: "EUR" } },
  { raw: { ...base, Currency: "eur" }, facts: { unit: "EUR" } },
  { raw: { ...base, unit: "eur" }, facts: { unit: "eur" } },
  { raw: { ...base, _type: "x" }, warnings: ["UNKNOWN_FIELD _type"] },
  { raw: { ...base, cl_ient: "x" }, warnings: ["UNKNOWN_FIELD cl_ient"] },
  { raw: { ...base, client__id: "x" }, warnings: ["UNKNOWN_FIELD client__id"] },
  { raw: { ...base, nothing: null } },
  { raw: { ...base, "a.b": 1 }, warnings: ['UNKNOWN_FIELD ["a.b"]'] },
  { raw: { ...base, "": 1, "\ud800": 2 }, warnings: ['UNKNOWN_FIELD [""]', 'UNKNOWN_FIELD ["\\ud800"]'] },
  {
    raw: JSON.parse(
      '{"client":"shop","metric":"sale","amount":1,"timestamp":"2024-01-01T00:00:00Z","__proto__":{"unit":"kg"},"constructor":1,"toString":2}',
    ),
    warnings: ["UNKNOWN_FIELD __proto__", "UNKNOWN_FIELD constructor", "UNKNOWN_FIELD toString"],
  },
];

const wrappers: readonly NormalizeCase[] = [
  ...["payload", "data", "body", "event", "attributes", "properties", "DATA", "Payload"].map((name) => ({
    raw: { [name]: base },
  })),
  { raw: { client: "shop", data: { type: "sale" }, payload: { value: "1" }, body: { ts: 1704067200 } } },
  {
    raw: { event: { ...base, event: "sale", colour: "red" } },
    warnings: ["IGNORED_ALIAS event.event", "UNKNOWN_FIELD event.colour"],
  },
  {
    raw: { data: { data: base } },
    problems: ["MISSING_CLIENT -", "MISSING_METRIC -", "MISSING_AMOUNT -", "MISSING_TIMESTAMP -"],
    warnings: ["UNKNOWN_FIELD data.data"],
  },
  { raw: { ...base, data: {} } },
  {
    raw: { ...base, data: 5, body: "x", payload: [base] },
    warnings: ["UNKNOWN_FIELD data", "UNKNOWN_FIELD body", "UNKNOWN_FIELD payload"],
  },
  { raw: { ...base, event: 5 }, warnings: ["UNKNOWN_FIELD event"] },
  { raw: { ...base, event: ["sale"] }, warnings: ["UNKNOWN_FIELD event"] },
  { raw: { ...without("metric"), event: true }, problems: ["MISSING_METRIC -"], warnings: ["UNKNOWN_FIELD event"] },
  { raw: { ...base, data: { event: { type: "x" } } }, warnings: ["UNKNOWN_FIELD data.event"] },
  { raw: { ...without("metric"), data: { event: "sale" } } },
  { raw: { ...base, wrapper: { client: "x" } }, warnings: ["UNKNOWN_FIELD wrapper"] },
];

const ranked: readonly NormalizeCase[] = [
  { raw: { ...base, value: 2 }, warnings: ["IGNORED_ALIAS value"] },
  { raw: { ...base, value: 1 }, warnings: ["IGNORED_ALIAS value"] },
  { raw: { ...base, source: { id: 1 } }, warnings: ["IGNORED_ALIAS source"] },
  { raw: { amount: 1, data: { ...without("amount"), value: 3 } }, warnings: ["IGNORED_ALIAS data.value"] },
  { raw: { ...without("amount"), value: 3, data: { amount: 1 } }, warnings: ["IGNORED_ALIAS value"] },
  { raw: { ...base, data: { amount: "1.00" } }, warnings: ["REDUNDANT_ALIAS data.amount"] },
  { raw: { ...base, data: { amount: 2 } }, problems: ["ALIAS_CONFLICT amount"], facts: { client: "shop" } },
  { raw: { ...base, Amount: 1 }, warnings: ["REDUNDANT_ALIAS Amount"] },
  { raw: { ...without("amount"), value: 1, total: "1.0" }, warnings: ["REDUNDANT_ALIAS total"] },
  { raw: { ...without("amount"), value: 1, total: 2 }, problems: ["ALIAS_CONFLICT value"] },
  { raw: { ...without("amount"), value: 1, total: "x" }, problems: ["ALIAS_CONFLICT value"] },
  { raw: { ...without("metric"), type: "sale", name: "Sale" }, problems: ["ALIAS_CONFLICT type"] },
  {
    raw: { ...without("timestamp"), date: "2024-01-01", ts: 1704067200 },
    warnings: ["ASSUMED_UTC date", "REDUNDANT_ALIAS ts"],
  },
  { raw: { ...without("timestamp"), date: "2024-01-01", time: "10:00" }, problems: ["ALIAS_CONFLICT date"] },
  {
    raw: { ...base, timestamp: "2024-01-01T00:00:00Z", data: { timestamp: "2024-01-01T00:00:00.0000001Z" } },
    problems: ["ALIAS_CONFLICT timestamp"],
  },
  { raw: { ...without("amount"), amount: null, value: 1 } },
  { raw: { ...base, unit: "kg", currency: "EUR" }, facts: { unit: "kg" }, warnings: ["IGNORED_ALIAS currency"] },
  { raw: { ...base, unit: "", currency: "EUR" }, facts: { unit: "EUR" } },
  { raw: { ...base, currency: "EUR", uom: "kg" }, problems: ["ALIAS_CONFLICT currency"] },
  {
    raw: { ...base, amount: "€5", unit: "EUR" },
    facts: { amount: "5", unit: "EUR" },
    warnings: ["UNIT_FROM_SYMBOL amount"],
  },
  { raw: { ...base, amount: "5 EUR", currency: "eur" }, facts: { amount: "5", unit: "EUR" } },
  {
    raw: { ...base, amount: "€5", unit: "USD" },
    facts: { amount: "5" },
    problems: ["ALIAS_CONFLICT unit"],
    warnings: ["UNIT_FROM_SYMBOL amount"],
  },
  { raw: { ...base, amount: "5 EUR", unit: "eur" }, problems: ["ALIAS_CONFLICT unit"] },
  {
    raw: { ...base, amount: "€5", unit: " " },
    facts: { amount: "5", unit: "EUR" },
    warnings: ["UNIT_FROM_SYMBOL amount"],
  },
  {
    raw: { ...base, amount: "€1,200" },
    facts: { unit: "EUR" },
    problems: ["AMBIGUOUS_NUMBER amount"],
    warnings: ["UNIT_FROM_SYMBOL amount"],
  },
  {
    raw: { ...base, amount: "5", data: { amount: "€5" } },
    facts: { amount: "5", unit: "EUR" },
    warnings: ["UNIT_FROM_SYMBOL data.amount", "REDUNDANT_ALIAS amount"],
  },
  {
    raw: { ...base, amount: "$5", data: { amount: "€5" } },
    problems: ["ALIAS_CONFLICT amount"],
    warnings: ["UNIT_FROM_SYMBOL amount", "REDUNDANT_ALIAS data.amount"],
  },
];

const texts: readonly NormalizeCase[] = [
  { raw: { ...base, client: "  shop\t\r\n" } },
  { raw: { ...base, client: "\uFEFFshop\u200B\u200D\u2060" } },
  { raw: { ...base, client: "my \u00A0 shop" }, facts: { client: "my shop" } },
  { raw: { ...base, client: "my\u3000shop" }, facts: { client: "my shop" } },
  { raw: { ...base, client: "Shop" }, facts: { client: "Shop" } },
  { raw: { ...base, client: "Cafe\u0301" }, facts: { client: "Café" } },
  { raw: { ...base, client: "a\u200Db" }, facts: { client: "a\u200Db" } },
  { raw: { ...base, client: "ｓｈｏｐ" }, facts: { client: "ｓｈｏｐ" } },
  { raw: { ...base, client: 42 }, facts: { client: "42" } },
  { raw: { ...base, client: -0 }, facts: { client: "0" } },
  { raw: { ...base, client: 1.5 }, facts: { client: "1.5" } },
  {
    raw: { ...base, client: Number("12345678901234567") },
    facts: { client: "12345678901234568" },
    warnings: ["PRECISION_AT_RISK client"],
  },
  { raw: { ...base, client: Number.POSITIVE_INFINITY }, problems: ["NOT_TEXT client"] },
  { raw: { ...base, client: true }, problems: ["NOT_TEXT client"] },
  { raw: { ...base, client: ["shop"] }, problems: ["NOT_TEXT client"] },
  { raw: { ...base, metric: { id: "sale" } }, problems: ["NOT_TEXT metric"] },
  { raw: { ...base, unit: false }, problems: ["NOT_TEXT unit"] },
  { raw: { ...base, client: "" }, problems: ["EMPTY_TEXT client"] },
  { raw: { ...base, metric: " \u200B\uFEFF\n" }, problems: ["EMPTY_TEXT metric"] },
  { raw: { ...base, unit: " \u200B" } },
  { raw: { ...base, unit: null } },
  { raw: { ...base, client: text128 }, facts: { client: text128 } },
  { raw: { ...base, client: ` ${text128} ` }, facts: { client: text128 } },
  { raw: { ...base, client: emoji128 }, facts: { client: emoji128 } },
  { raw: { ...base, client: `${text128}x` }, problems: ["TEXT_TOO_LONG client"] },
  { raw: { ...base, client: `${emoji128}x` }, problems: ["TEXT_TOO_LONG client"] },
  { raw: { ...base, client: "a\tb" }, problems: ["CONTROL_CHARACTER client"] },
  { raw: { ...base, client: "a\nb" }, problems: ["CONTROL_CHARACTER client"] },
  { raw: { ...base, client: "a\u2028b" }, problems: ["CONTROL_CHARACTER client"] },
  { raw: { ...base, client: "a\u0000" }, problems: ["CONTROL_CHARACTER client"] },
  { raw: { ...base, client: "a\u0085b" }, problems: ["CONTROL_CHARACTER client"] },
  { raw: { ...base, client: "\u0007" }, problems: ["CONTROL_CHARACTER client"] },
  { raw: { ...base, client: `\u0007${text128}` }, problems: ["CONTROL_CHARACTER client", "TEXT_TOO_LONG client"] },
  { raw: { ...base, client: "a\ud800" }, problems: ["ILL_FORMED_TEXT client"] },
  { raw: { ...base, metric: "\udc00a" }, problems: ["ILL_FORMED_TEXT metric"] },
  { raw: { ...base, unit: "a\ud800" }, problems: ["ILL_FORMED_TEXT unit"] },
];

const aliases = (own: Partial<Profile["aliases"]>): Partial<Profile> => ({
  aliases: { client: [], metric: [], unit: [], amount: [], timestamp: [], ...own },
});

const profiles: readonly NormalizeCase[] = [
  { raw: { ...without("client"), shopName: "shop" }, profile: aliases({ client: ["shopName"] }) },
  { raw: { ...without("client"), shop_name: "shop" }, profile: aliases({ client: ["shopName"] }) },
  { raw: { ...without("client"), data: { "SHOP-NAME": "shop" } }, profile: aliases({ client: ["shop_name"] }) },
  {
    raw: { ...base, client: "other", till: "shop" },
    profile: aliases({ client: ["till"] }),
    warnings: ["IGNORED_ALIAS client"],
  },
  {
    raw: { ...without("metric"), type: "sale", name: "Widget" },
    profile: aliases({ metric: ["type"] }),
    warnings: ["IGNORED_ALIAS name"],
  },
  {
    raw: { ...base, metric: "other", data: { type: "sale" } },
    profile: aliases({ metric: ["data.type"] }),
    warnings: ["IGNORED_ALIAS metric"],
  },
  { raw: { ...without("metric"), meta: { kind: "sale", x: 1 } }, profile: aliases({ metric: ["meta.kind"] }) },
  { raw: { ...without("client"), client: { id: "shop" } }, profile: aliases({ client: ["client.id"] }) },
  {
    raw: { ...without("amount"), items: [{ price: 1 }, { price: 9 }] },
    profile: aliases({ amount: ["items[0].price"] }),
  },
  { raw: { ...without("client"), "service.name": "shop" }, profile: aliases({ client: ['["service.name"]'] }) },
  { raw: { ...without("metric"), source: "sale" }, profile: aliases({ metric: ["source"] }) },
  {
    raw: { ...base, meta: { ccy: "eur", currency: "usd" } },
    profile: aliases({ unit: ["meta.currency"] }),
    facts: { unit: "USD" },
  },
  {
    raw: { ...base, a: "shop", b: "shop" },
    profile: aliases({ client: ["a", "b"] }),
    warnings: ["IGNORED_ALIAS client", "REDUNDANT_ALIAS b"],
  },
  {
    raw: { ...without("client"), shop_name: "shop" },
    profile: aliases({ client: ["shopName", "shop-name"] }),
  },
  {
    raw: { ...without("client"), data: { till: "shop" } },
    profile: aliases({ client: ["data.till", "Data.Till"] }),
  },
  {
    raw: { ...base, a: "shop", b: "other" },
    profile: aliases({ client: ["a", "b"] }),
    problems: ["ALIAS_CONFLICT a"],
    warnings: ["IGNORED_ALIAS client"],
  },
  { raw: { ...base, till: null }, profile: aliases({ client: ["till", "x..y", "gone.path"] }) },
];

function fieldEvents(name: "amount" | "timestamp", table: readonly FieldCase[]): readonly NormalizeCase[] {
  return table.map(({ input, expected, profile, warnings = [], unit }) => ({
    raw: { ...base, [name]: input },
    ...(profile && { profile }),
    warnings: warnings.map((code) => `${code} ${name}`),
    ...(typeof expected === "string"
      ? { facts: { [name]: expected, ...(unit !== undefined && { unit }) } }
      : { problems: expected.map((code) => `${code} ${name}`) }),
  }));
}

export const normalizeCases: readonly NormalizeCase[] = [
  ...shape,
  ...names,
  ...wrappers,
  ...ranked,
  ...texts,
  ...profiles,
  ...fieldEvents("amount", amountCases),
  ...fieldEvents("timestamp", timestampCases),
];
