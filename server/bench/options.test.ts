import { expect, test } from "vitest";
import { helpText, OptionError, parseOptions } from "./options.ts";

const tables = { titles: { one: "The first", two: "The second", extra: "The third" }, defaults: ["one", "two"] };

test("without a name the usual tables run, with names only those", () => {
  expect(parseOptions([], tables)).toMatchObject({ names: ["one", "two"], events: null, rounds: 3, seconds: 1.5 });
  expect(parseOptions(["extra", "--events", "10000000"], tables)).toMatchObject({
    names: ["extra"],
    events: 10_000_000,
  });
});

test("an unknown name is refused with the names there are", () => {
  expect(() => parseOptions(["three"], tables)).toThrow('There is no table "three". There are: one, two, extra.');
});

test("a wrong option is one line that says what would be right", () => {
  for (const args of [["--bogus"], ["--events"], ["--events", "1e6"], ["--rounds", "0"], ["--seconds", "0.1"]])
    expect(() => parseOptions(args, tables)).toThrow(OptionError);
  expect(() => parseOptions(["--rounds", "1.5"], tables)).toThrow("a whole number from 1 to 100");
});

test("the help names every table", () => {
  expect(parseOptions(["--help"], tables)).toBe("help");
  expect(helpText(tables)).toMatch(/ {2}one +The first\n/);
  expect(helpText(tables)).toContain("The third (only when named)");
});
