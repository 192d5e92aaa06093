import fc from "fast-check";
import { expect, test } from "vitest";
import { packRows, unpackRows } from "./packed-rows.ts";
import type { Aggregation } from "./rollup.ts";

const figures = fc.record({
  fromUs: fc.option(fc.constantFrom(0, 1_700_000_000_000_000, 4_000_000_000_000_000)),
  toUs: fc.option(fc.constantFrom(900_000_000, 4_000_000_900_000_000)),
  client: fc.option(fc.constantFrom("kiosk", "Straße", "a,b", "0", "null")),
  metric: fc.option(fc.constantFrom("sale", "kiosk")),
  unit: fc.option(fc.constantFrom("EUR", "°C")),
  count: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  sum: fc.constantFrom("0", "-3.000000001", "123456789012345678901234567890.5"),
  min: fc.constantFrom("-1", "0"),
  max: fc.constantFrom("0", "2.5"),
  late: fc.nat(),
  revision: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  rank: fc.option(fc.integer({ min: 1, max: 9 })),
  isOther: fc.boolean(),
});
const percentile = fc.record({ value: fc.constantFrom("1", "-2.5", "0"), isApproximate: fc.boolean() });
const rows = fc.nat({ max: 3 }).chain((percentiles) =>
  fc.array(
    fc.tuple(figures, fc.array(percentile, { minLength: percentiles, maxLength: percentiles })).map(
      ([row, some]): Aggregation => ({
        ...row,
        percentiles: some.map(({ value }) => value),
        approximate: some.map(({ isApproximate }) => isApproximate),
      }),
    ),
    { maxLength: 20 },
  ),
);

test("rows are unpacked as they were packed, also in another thread", () => {
  fc.assert(
    fc.property(rows, (some) => {
      expect(unpackRows(structuredClone(packRows(some)))).toEqual(some);
    }),
  );
});
