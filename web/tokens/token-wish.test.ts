import { expect, test } from "vitest";
import { clientsIn, endOf, lifetimes } from "./token-wish.ts";

test("clients stand one a line, each once, and may hold commas", () => {
  expect(clientsIn(" a \n\nb, c\r\na\n")).toEqual(["a", "b, c"]);
  expect(clientsIn(" \n")).toEqual([]);
});

test("each lifetime ends so many days from now, or never", () => {
  const nowMs = Date.UTC(2026, 0, 1);
  expect(lifetimes.map(({ name }) => endOf(name, nowMs)?.slice(0, 10) ?? null)).toEqual([
    ...["2026-01-31", "2026-04-01", "2027-01-01", null],
  ]);
});
