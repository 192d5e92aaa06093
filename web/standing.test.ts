import { expect, test } from "vitest";
import { neighbour, settle } from "./standing.ts";

const row = (id: string, state = "OPEN") => ({ id, state });

test("rows change in place and keep their order; new ones wait and are counted", () => {
  const settled = settle([row("2"), row("1")], { fresh: [row("3"), row("1", "DEAD"), row("2")], known: [] });
  expect(settled).toEqual({ rows: [row("2"), row("1", "DEAD")], waiting: 1 });
});

test("a row that left the list stays, as what it has become", () => {
  const settled = settle([row("2"), row("1")], { fresh: [row("2")], known: [row("1", "RESOLVED"), row("2")] });
  expect(settled).toEqual({ rows: [row("2"), row("1", "RESOLVED")], waiting: 0 });
});

test("the next row is within the list, and the first or last where none is chosen", () => {
  const ids = ["a", "b", "c"];
  expect([neighbour(ids, "a", 1), neighbour(ids, "c", 1), neighbour(ids, "a", -1)]).toEqual(["b", "c", "a"]);
  expect([neighbour(ids, null, 1), neighbour(ids, null, -1), neighbour([], null, 1)]).toEqual(["a", "c", undefined]);
});
