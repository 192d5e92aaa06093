import { expect, test } from "vitest";
import { createSlices } from "./slices.ts";

const SLICE_MS = 10;
const keepBusy = (ms: number): void => {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
};

test("work that fits is done at once, in the order of asking", async () => {
  const inSlices = createSlices();
  const done: number[] = [];
  const all = [1, 2, 3].map((piece) => inSlices(() => done.push(piece)));
  expect(done).toEqual([1, 2, 3]);
  expect(await Promise.all(all)).toEqual([1, 2, 3]);
});

test("between the slices of much work, other things go on", async () => {
  const inSlices = createSlices();
  const order: string[] = [];
  const pieces = ["a", "b", "c"].map((piece) =>
    inSlices(() => {
      keepBusy(SLICE_MS);
      order.push(piece);
    }),
  );
  setImmediate(() => order.push("else"));
  await Promise.all(pieces);
  expect(order.indexOf("else")).toBeLessThan(order.indexOf("c"));
  expect(order.filter((name) => name !== "else")).toEqual(["a", "b", "c"]);
});

test("work that fails tells the one who asked, and the rest goes on", async () => {
  const inSlices = createSlices();
  const fail = () => {
    throw new Error("not this one");
  };
  expect(() => inSlices(fail)).toThrow("not this one");
  inSlices(() => keepBusy(SLICE_MS));
  const [failing, next] = [inSlices(fail), inSlices(async () => "done")];
  await expect(failing).rejects.toThrow("not this one");
  expect(await next).toBe("done");
});
