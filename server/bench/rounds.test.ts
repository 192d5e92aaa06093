import { expect, test } from "vitest";
import { inTurns } from "./rounds.ts";

test("the contestants run one after the other, in the same order in each round", async () => {
  const order: string[] = [];
  const contestant = (name: string) => async () => {
    order.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    return order.push(`${name} ends`);
  };
  const runs = await inTurns(2, { a: contestant("a"), b: contestant("b") });
  const round = ["a begins", "a ends", "b begins", "b ends"];
  expect(order).toEqual([...round, ...round]);
  expect(runs).toEqual({ a: [2, 6], b: [4, 8] });
});

test("a contestant that fails ends the rounds", async () => {
  const fail = () => Promise.reject(new Error("broken"));
  await expect(inTurns(2, { a: async () => 1, b: fail })).rejects.toThrow("broken");
});
