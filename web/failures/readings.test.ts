import { expect, test } from "vitest";
import { readingsOf } from "./readings.ts";

test("an ambiguous number has both readings, each with the rule that decides it", () => {
  expect(readingsOf({ code: "AMBIGUOUS_NUMBER", input: " 1,200 " })).toEqual([
    { meaning: "1200", rule: "the comma groups thousands", answer: { decimalSeparator: "DOT" } },
    { meaning: "1.200", rule: "the comma is the decimal sign", answer: { decimalSeparator: "COMMA" } },
  ]);
});

test("an ambiguous date has both days, in words that leave no doubt", () => {
  const meanings = readingsOf({ code: "AMBIGUOUS_DATE", input: "01/02/2026 10:00" }).map(({ meaning, answer }) => [
    meaning,
    answer.dateOrder,
  ]);
  expect(meanings).toEqual([
    ["1 February 2026", "DMY"],
    ["2 January 2026", "MDY"],
  ]);
});

test("what is not ambiguous, or was cut, has none", () => {
  expect(readingsOf({ code: "NOT_A_NUMBER", input: "1,200" })).toEqual([]);
  expect(readingsOf({ code: "AMBIGUOUS_NUMBER", input: null })).toEqual([]);
  expect(readingsOf({ code: "AMBIGUOUS_DATE", input: "tomorrow" })).toEqual([]);
});
