import { expect, test } from "vitest";
import { createOperationTallies } from "./operation-figures.ts";
import { OTHER } from "./top.ts";

const answered = (name: string, hasErrors = false) => ({
  ...{ name, seconds: 0.001, codes: hasErrors ? ["BAD_USER_INPUT"] : [] },
});

test("operations are counted by name, those asked most first", () => {
  const { add, figures } = createOperationTallies();
  add(answered("Send"));
  add(answered("Stats"));
  add(answered("Stats", true));
  expect(figures()).toMatchObject([
    { name: "Stats", requests: 2, errors: 1, duration: { count: 2 } },
    { name: "Send", requests: 1, errors: 0 },
  ]);
});

test("a client that invents names fills no memory, and takes no name from those in use", () => {
  const { add, figures, families } = createOperationTallies({ maxNames: 3 });
  add(answered("Send"));
  for (let index = 0; index < 1_000; index++) add(answered(`Junk${index}`));
  add(answered("x".repeat(1_000)));
  expect(figures().map(({ name, requests }) => [name, requests])).toEqual([
    [OTHER, 999],
    ["Send", 1],
    ["Junk0", 1],
    ["Junk1", 1],
  ]);
  for (const { samples } of families())
    expect(new Set(samples.map(({ labels }) => labels.operation))).toEqual(new Set([OTHER, "Send", "Junk0", "Junk1"]));
});

test("how long operations took stands in the bucket of the next bound, and in all above it", () => {
  const { add, families } = createOperationTallies();
  for (const seconds of [0.001, 0.002, 20]) add({ ...answered("Send"), seconds });
  const { samples = [] } = families().find(({ type }) => type === "histogram") ?? {};
  const countIn = (le: number | string) => samples.find(({ labels }) => labels.le === le)?.value;
  expect([0.001, 0.0025, 10, "+Inf"].map(countIn)).toEqual([1, 2, 2, 3]);
  expect(samples.slice(-2).map(({ value }) => value)).toEqual([20.003, 3]);
});
