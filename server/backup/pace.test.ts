import { expect, test } from "vitest";
import { createPace } from "./pace.ts";

test("what is written is spread evenly, and time that was lost is not made up for", () => {
  let nowMs = 0;
  let written = 0;
  const onBytes = (bytes: number): void => {
    written += bytes;
  };
  const { restAfter } = createPace({ bytesPerSecond: 1_000, onBytes, nowMs: () => nowMs });
  expect(restAfter(100)).toBe(100);
  nowMs = 40;
  // Written before its time: it rests for both.
  expect(restAfter(100)).toBe(160);
  nowMs = 5_000;
  expect(restAfter(100)).toBe(100);
  expect(written).toBe(300);
});
