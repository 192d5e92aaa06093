import { expect, test } from "vitest";
import { createLatest } from "./latest.ts";

test("a question is asked once for all who want to know at that time, and again when that is over", async () => {
  let [nowMs, asked] = [0, 0];
  const latest = createLatest({ ask: async () => ++asked, everyMs: 100, limitMs: 1_000, nowMs: () => nowMs });
  expect(await Promise.all([latest(), latest()])).toEqual([1, 1]);
  nowMs = 99;
  expect(await latest()).toBe(1);
  nowMs = 100;
  expect(await latest()).toBe(2);
});

test("who asks gets the answer before where the next does not come, and is not told old news of what fails", async () => {
  let nowMs = 0;
  const answers: (() => Promise<string>)[] = [async () => "first", () => new Promise(() => undefined)];
  const slow = createLatest({
    ...{ ask: () => answers.splice(0, 1)[0]?.() ?? Promise.resolve(""), everyMs: 100, limitMs: 5, nowMs: () => nowMs },
  });
  expect(await slow()).toBe("first");
  nowMs = 100;
  expect(await slow()).toBe("first");
  const failing = createLatest({ ask: () => Promise.reject(new Error("away")), everyMs: 100, limitMs: 1_000 });
  expect(await failing()).toBeNull();
});
