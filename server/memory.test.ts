import { expect, test } from "vitest";
import { createMemory } from "./memory.ts";

const recalling = (maxSize: number) => {
  const worked: string[] = [];
  const { recall } = createMemory<string>({ maxSize, sizeOf: ({ length }) => length });
  const ask = (key: string, value = key) =>
    recall(key, async () => {
      worked.push(key);
      return value;
    });
  return { ask, worked, recall };
};

test("what was asked for longest ago is forgotten first, by size", async () => {
  const { ask, worked } = recalling(10);
  await ask("a", "xxxx");
  await ask("b", "xxxx");
  await ask("a");
  await ask("c", "xxxx");
  await Promise.all([ask("a"), ask("b")]);
  expect(worked).toEqual(["a", "b", "c", "b"]);
});

test("what is larger than the whole memory is given, and not kept", async () => {
  const { ask, worked } = recalling(10);
  expect(await ask("a", "x".repeat(11))).toHaveLength(11);
  expect(await ask("a", "x".repeat(11))).toHaveLength(11);
  expect(worked).toEqual(["a", "a"]);
});

test("a failure is not remembered", async () => {
  const { ask, recall } = recalling(10);
  await expect(recall("a", () => Promise.reject(new Error("not now")))).rejects.toThrow("not now");
  expect(await ask("a")).toBe("a");
});

test("what has no size reaches all who wait for it, and is not kept", async () => {
  const { recall } = createMemory<number>({ maxSize: 10, sizeOf: () => null });
  let works = 0;
  const work = async () => ++works;
  expect(await Promise.all([recall("a", work), recall("a", work)])).toEqual([1, 1]);
  expect(await recall("a", work)).toBe(2);
});
