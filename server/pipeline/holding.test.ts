import { expect, test } from "vitest";
import { createHolding } from "./holding.ts";

const setUp = () => {
  const clock = { nowMs: 0 };
  const waiting: (() => void)[] = [];
  const wait = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  return { clock, waiting, hold: createHolding({ nowMs: () => clock.nowMs, wait }) };
};

test("the first refusals of a second come at once, further ones late; other senders are not held", async () => {
  const { clock, waiting, hold } = setUp();
  for (let count = 1; count <= 10; count++) await hold("greedy");
  let isTold = false;
  const held = hold("greedy").then(() => {
    isTold = true;
  });
  await hold("calm");
  expect([waiting.length, isTold]).toEqual([1, false]);
  waiting[0]?.();
  await held;
  expect(isTold).toBe(true);
  clock.nowMs = 1_000;
  await hold("greedy");
  expect(waiting).toHaveLength(1);
});

test("no more are held than there is room for", async () => {
  const { waiting, hold } = setUp();
  const all = Array.from({ length: 1_100 }, () => hold("greedy"));
  expect(waiting).toHaveLength(1_000);
  await Promise.all(all.slice(-90));
  for (const release of waiting) release();
  await Promise.all(all);
  const next = hold("greedy");
  expect(waiting).toHaveLength(1_001);
  waiting.at(-1)?.();
  await next;
});
