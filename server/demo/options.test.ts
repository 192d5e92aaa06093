import { expect, test } from "vitest";
import { OptionError, parseOptions } from "./options.ts";

test("without options it goes to the server on this machine, or to that of the environment", () => {
  expect(parseOptions([], {})).toEqual({
    url: "http://localhost:3000",
    endpoint: "http://localhost:3000/graphql",
    events: 2000,
    clients: 8,
    ...{ seed: null, token: null },
  });
  expect(parseOptions([], { SURECOUNT_URL: "http://one/" })).toMatchObject({ endpoint: "http://one/graphql" });
  expect(parseOptions(["--url", "http://two/graphql"], { SURECOUNT_URL: "http://one" })).toMatchObject({
    endpoint: "http://two/graphql",
  });
});

test("a wrong option is one line that says what would be right", () => {
  for (const args of [
    ["--bogus"],
    ["extra"],
    ["--events"],
    ["--events", "0"],
    ["--events", "1e3"],
    ["--clients", "101"],
    ["--seed=-1"],
    ["--url", "localhost"],
    ["--token", "sc_secret"],
  ])
    expect(() => parseOptions(args, {})).toThrow(OptionError);
  expect(() => parseOptions([], { SURECOUNT_TOKEN: "my secret" })).toThrow(/^SURECOUNT_TOKEN is no token: [^y]*$/);
  expect(() => parseOptions(["--bogus"], {})).toThrow(/^Unknown option '--bogus'\. Use --help to see the options\.$/);
  expect(() => parseOptions(["--events", "0"], {})).toThrow("from 1 to 100000");
});
