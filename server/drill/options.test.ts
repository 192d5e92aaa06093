import { expect, test } from "vitest";
import { commandOf, OptionError, parseOptions } from "./options.ts";

test("without options it is a short drill of one server on SQLite", () => {
  expect(parseOptions([])).toEqual({
    ...{ cycles: 25, backups: null, clients: 12, seed: null, backend: "sqlite", servers: 1 },
  });
});

test.each(["--cycles 1000", "--backups 50"])("the command that repeats a drill means the same drill: %s", (drill) => {
  const options = parseOptions(`${drill} --clients 32 --seed 7 --backend postgres --servers 3`.split(" "));
  if (options === "help") throw new Error("That is no question for help.");
  const [, , , , ...args] = commandOf(options).split(" ");
  expect(parseOptions(args)).toEqual(options);
});

test.each([
  ["extra"],
  ["--cycles"],
  ["--cycles", "0"],
  ["--cycles", "1e3"],
  ["--backups", "0"],
  ["--backups", "5", "--cycles", "5"],
  ["--clients", "33"],
  ["--seed=-1"],
  ["--backend", "oracle"],
  ["--backend", "postgres", "--servers", "6"],
])("%s %s is refused in one line", (...args) => {
  expect(() => parseOptions(args)).toThrow(OptionError);
  expect(() => parseOptions(args)).toThrow(/^[^\n]+$/);
});

test("several servers on a SQLite file are refused", () => {
  expect(() => parseOptions(["--servers", "2"])).toThrow("Several servers need --backend postgres");
});
