import { expect, test } from "vitest";
import { createOperationTallies, OTHER } from "./operation-figures.ts";

const MINUTE_MS = 60_000;
const answered = (name: string, hasErrors = false) => ({ name, seconds: 0.001, hasErrors });

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
  let nowMs = 0;
  const { add, figures } = createOperationTallies({ maxNames: 3, nowMs: () => nowMs });
  add(answered("Send"));
  for (let index = 0; index < 1_000; index++) add(answered(`Junk${index}`));
  add(answered("x".repeat(1_000)));
  expect(figures().map(({ name, requests }) => [name, requests])).toEqual([
    [OTHER, 999],
    ["Send", 1],
    ["Junk0", 1],
    ["Junk1", 1],
  ]);
  nowMs += 9 * MINUTE_MS;
  add(answered("Send"));
  nowMs += 2 * MINUTE_MS;
  add(answered("Stats"));
  const names = figures().map(({ name }) => name);
  expect(names).toEqual([OTHER, "Send", "Junk1", "Stats"]);
  const total = figures().reduce((sum, { requests }) => sum + requests, 0);
  expect(total).toBe(1_004);
});
