import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

const backoff = { baseMs: 1_000, capMs: 3_600_000 };

test("the delay doubles with each attempt, up to the cap, and never overflows", () => {
  const longest = (attempt: number) => backoffMs(backoff, attempt, () => 1 - 2 ** -53);
  expect([1, 2, 3, 12].map(longest)).toEqual([999, 1_999, 3_999, 2_047_999]);
  for (const attempt of [13, 100, 5_000]) expect(longest(attempt)).toBe(3_599_999);
});

test("all of the delay is left to chance", () => {
  expect(backoffMs(backoff, 5, () => 0)).toBe(0);
  expect(backoffMs(backoff, 5, () => 0.25)).toBe(4_000);
});
