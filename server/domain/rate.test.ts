import fc from "fast-check";
import { expect, test } from "vitest";
import { type Allowance, MINUTE_MS, remainingOf, takeFrom } from "./rate.ts";

const whole = (perMinute: number): Allowance => ({ perMinute, wholeAtMs: 0 });

test("a minute's events may come at once, then each as it comes back", () => {
  const first = takeFrom(whole(60), 60, 1_000);
  expect(first).toEqual({ isTaken: true, wholeAtMs: 61_000 });
  const used = { perMinute: 60, wholeAtMs: 61_000 };
  expect(takeFrom(used, 1, 1_000)).toEqual({ isTaken: false, retryAfterMs: 1_000 });
  expect(takeFrom(used, 1, 2_000)).toEqual({ isTaken: true, wholeAtMs: 62_000 });
  expect([1_000, 2_000, 31_000, 61_000].map((nowMs) => remainingOf(used, nowMs))).toEqual([0, 1, 30, 60]);
});

test("more than a minute allows is never allowed at once, and waiting does not help", () => {
  expect(takeFrom(whole(10), 11, 0)).toEqual({ isTaken: false, retryAfterMs: null });
});

test("whatever is asked when, no minute begins with more than its events and those that came back in it", () => {
  const steps = fc.array(
    fc.record({ afterMs: fc.integer({ min: 0, max: 20_000 }), count: fc.integer({ min: 1, max: 40 }) }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), steps, (perMinute, asked) => {
      let allowance = whole(perMinute);
      let nowMs = 1_000_000;
      const taken: { readonly atMs: number; readonly count: number }[] = [];
      for (const { afterMs, count } of asked) {
        nowMs += afterMs;
        const taking = takeFrom(allowance, count, nowMs);
        if (!taking.isTaken) {
          // Who comes back when told to is let in, and no sooner.
          const { retryAfterMs } = taking;
          if (retryAfterMs === null) expect(count).toBeGreaterThan(perMinute);
          else {
            expect(takeFrom(allowance, count, nowMs + retryAfterMs).isTaken).toBe(true);
            expect(takeFrom(allowance, count, nowMs + retryAfterMs - 2).isTaken).toBe(false);
          }
          continue;
        }
        allowance = { perMinute, wholeAtMs: taking.wholeAtMs };
        taken.push({ atMs: nowMs, count });
      }
      for (const { atMs: fromMs } of taken) {
        const inMinute = taken.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + MINUTE_MS);
        const spanMs = (inMinute.at(-1)?.atMs ?? fromMs) - fromMs;
        const sum = inMinute.reduce((total, { count }) => total + count, 0);
        expect(sum).toBeLessThanOrEqual(perMinute + (spanMs * perMinute) / MINUTE_MS + 0.01);
      }
    }),
  );
});
