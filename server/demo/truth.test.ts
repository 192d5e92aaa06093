import fc from "fast-check";
import { expect, test } from "vitest";
import { exactOf, groupedText, textOf } from "./exact.ts";
import type { Lane } from "./plan.ts";
import type { Sale } from "./sale.ts";
import { truthOf } from "./truth.ts";

const sale = (change: Partial<Sale>): Sale => ({
  ...{ client: "till", metric: "coffee", unit: "EUR", amount: exactOf("0.1"), at: 0, key: null },
  ...change,
});
const lane = (change: Partial<Lane>): Lane => ({ client: "till", steps: [], sales: [], failures: [], ...change });

test("a tenth and two tenths are three tenths", () => {
  const { series } = truthOf([lane({ sales: [sale({}), sale({ amount: exactOf("0.2") })] })]);
  expect(series.map(({ count, sum }) => [count, textOf(sum)])).toEqual([[2n, "0.3"]]);
});

test("clients, metrics and units are never added up", () => {
  const lanes = [
    lane({ sales: [sale({}), sale({ unit: null }), sale({ metric: "tea" })] }),
    lane({ client: "gate", sales: [sale({ client: "gate" })] }),
  ];
  expect(truthOf(lanes).series.map(({ count }) => count)).toEqual([1n, 1n, 1n, 1n]);
});

test("failures count for their client, and for nobody where they do not say whose they are", () => {
  const failures = [
    { client: "till", state: "OPEN" },
    { client: "till", state: "RESOLVED" },
    { client: null, state: "OPEN" },
  ] as const;
  const truth = truthOf([lane({ sales: [sale({})], failures }), lane({ client: "gate" })]);
  expect(truth.nobodysFailures).toBe(1n);
  expect(truth.clients).toEqual([
    { client: "till", accepted: 1n, failures: 2n, resolved: 1n },
    { client: "gate", accepted: 0n, failures: 0n, resolved: 0n },
  ]);
});

test("every amount survives being written and read", () => {
  const amounts = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
  fc.assert(fc.property(amounts, (amount) => exactOf(textOf(amount)) === amount));
  expect([textOf(0n), textOf(1n), textOf(-1_500_000_000n)]).toEqual(["0", "0.000000001", "-1.5"]);
  expect(groupedText("-1234567.1234567")).toBe("-1,234,567.1234567");
});

test("what is not a canonical decimal is refused", () => {
  for (const text of ["", "1e3", "1,5", " 1", "1.", "0.1234567891", "NaN"])
    expect(() => exactOf(text)).toThrow("canonical");
});
