import { expect, test } from "vitest";
import { exactOf } from "../demo/exact.ts";
import type { Sale } from "../demo/sale.ts";
import { type Aggregation, differencesFrom } from "./recount.ts";

const sale = (amount: string, at: string, change: Partial<Sale> = {}): Sale => ({
  ...{ client: "till", metric: "coffee", unit: "EUR", key: null, amount: exactOf(amount), at: Date.parse(at) },
  ...change,
});
const sales = [
  sale("0.1", "2026-01-30T12:14:59.999Z"),
  sale("0.2", "2026-01-30T12:00:00Z"),
  sale("5", "2026-01-30T12:15:00Z"),
  sale("1", "2026-01-30T12:15:00Z", { unit: null }),
];
const told = (from: string | null, count: number, [sum, min, max]: readonly [string, string, string]): Aggregation => ({
  ...{ client: "till", metric: "coffee", unit: "EUR", from, count, sum, min, max },
});
const ofNoUnit = (from: string | null): Aggregation => ({ ...told(from, 1, ["1", "1", "1"]), unit: null });

const [first, second] = ["2026-01-30T12:00:00Z", "2026-01-30T12:15:00Z"];
const quarters = [told(first, 2, ["0.3", "0.1", "0.2"]), told(second, 1, ["5", "5", "5"]), ofNoUnit(second)];

test("quarters of an hour, days and all time are added up exactly, units apart", () => {
  const day = "2026-01-30T00:00:00Z";
  const all = ["5.3", "0.1", "5"] as const;
  expect(differencesFrom(sales, "MINUTE_15", quarters)).toEqual([]);
  expect(differencesFrom(sales, "DAY", [told(day, 3, all), ofNoUnit(day)])).toEqual([]);
  expect(differencesFrom(sales, "ALL", [told(null, 3, all), ofNoUnit(null)])).toEqual([]);
});

test("what differs by a billionth, is missing or is there without reason is said", () => {
  const spoilt = [
    told(first, 2, ["0.300000001", "0.1", "0.2"]),
    told("2026-01-30T12:30:00Z", 1, ["5", "5", "5"]),
    ofNoUnit(second),
  ];
  expect(differencesFrom(sales, "MINUTE_15", spoilt)).toEqual([
    'The MINUTE_15 rollup ["till","coffee","EUR","2026-01-30T12:00:00.000Z"] has 2 events of 0.300000001, 0.1 to 0.2 instead of 2 events of 0.3, 0.1 to 0.2.',
    'The MINUTE_15 rollup ["till","coffee","EUR","2026-01-30T12:30:00.000Z"] has 1 events of 5, 5 to 5 instead of nothing.',
    'The MINUTE_15 rollup ["till","coffee","EUR","2026-01-30T12:15:00.000Z"] has nothing instead of 1 events of 5, 5 to 5.',
  ]);
});
