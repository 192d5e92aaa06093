import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bucketStart,
  bucketsIn,
  cover,
  DAY,
  type Grain,
  grains,
  HOUR,
  MONTH,
  nextBucket,
  QUARTER_US,
} from "./grain.ts";

const us = (instant: string): number => Date.parse(instant) * 1000;
const quarter = fc
  .integer({ min: us("2000-01-01T00:00Z") / QUARTER_US, max: us("2030-01-01T00:00Z") / QUARTER_US })
  .map((index) => index * QUARTER_US);
const lengthsOf = (from: string, to: string): Record<number, number> => {
  const lengths: Record<number, number> = {};
  for (const { grain, ...span } of cover([{ fromUs: us(from), toUs: us(to) }]))
    lengths[grain] = (lengths[grain] ?? 0) + bucketsIn(grain, span).length;
  return lengths;
};

test("the buckets that cover spans follow one upon the other, and none crosses the edge between two", () => {
  fc.assert(
    fc.property(fc.uniqueArray(quarter, { minLength: 2, maxLength: 6 }), (instants) => {
      const edges = [...instants].sort((left, right) => left - right);
      const spans = edges.slice(1).map((toUs, index) => ({ fromUs: edges[index] ?? 0, toUs }));
      let atUs = edges[0];
      for (const { grain, ...span } of cover(spans)) {
        expect(span.fromUs).toBe(atUs);
        for (const startUs of bucketsIn(grain, span)) {
          expect(startUs).toBe(atUs);
          atUs = nextBucket(grain, startUs);
          expect(edges.filter((edge) => edge > startUs && edge < (atUs ?? 0))).toEqual([]);
        }
      }
      expect(atUs).toBe(edges.at(-1));
    }),
  );
});

test("a range is covered by the fewest buckets", () => {
  expect(lengthsOf("2025-01-01T00:00Z", "2026-01-01T00:00Z")).toEqual({ [MONTH]: 12 });
  expect(lengthsOf("2025-03-05T00:00Z", "2025-03-06T00:00Z")).toEqual({ [DAY]: 1 });
  expect(lengthsOf("2025-03-05T05:00Z", "2025-03-06T05:00Z")).toEqual({ 360: 3, [HOUR]: 6 });
  expect(lengthsOf("2025-03-05T18:15Z", "2025-03-06T18:15Z")).toEqual({ 360: 3, [HOUR]: 5, 15: 4 });
});

test("a bucket lies within one of each coarser grain", () => {
  fc.assert(
    fc.property(quarter, fc.nat({ max: QUARTER_US - 1 }), (startUs, offsetUs) => {
      let insideUs = startUs + offsetUs;
      for (const grain of grains) {
        const direct: number = bucketStart(grain, startUs + offsetUs);
        insideUs = bucketStart(grain as Grain, insideUs);
        expect(insideUs).toBe(direct);
      }
    }),
  );
});
