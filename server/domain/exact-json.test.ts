import { expect, test } from "vitest";
import { parseExactJson } from "./exact-json.ts";

test.each([
  ["9007199254740993", "9007199254740993"],
  ["123456789012345.123456789", "123456789012345.123456789"],
  ["-0.1234567890123456", "-0.1234567890123456"],
  ["1.2345678901234567e3", "1234.5678901234567"],
  ["12345678901234567E-2", "123456789012345.67"],
  ["1e400", "1e400"],
  ["-1e999999", "-1e999999"],
])("the number %s, which a double does not hold for certain, becomes its text", (source, text) => {
  expect(parseExactJson(source)).toBe(text);
  expect(parseExactJson(`{"a":[${source}]}`)).toEqual({ a: [text] });
});

test("a number too small for a double keeps what it says", () => {
  expect(parseExactJson("1e-320")).toBe(`0.${"0".repeat(319)}1`);
});

test.each([
  ["1200", 1200],
  ["999999999999999", 999_999_999_999_999],
  ["0.10", 0.1],
  ["1.5e3", 1500],
  ["0e5", 0],
  ["100000000000000000000", 100_000_000_000_000_000_000],
  ['"9007199254740993"', "9007199254740993"],
])("%s is what JSON.parse makes of it", (source, value) => {
  expect(parseExactJson(source)).toBe(value);
});

test("names of any kind are kept as keys, and deep nesting is no fault", () => {
  const parsed = parseExactJson('{"__proto__":{"a":9007199254740993}}') as object;
  expect(JSON.stringify(parsed)).toBe('{"__proto__":{"a":"9007199254740993"}}');
  expect(() => parseExactJson(`${"[".repeat(50_000)}9007199254740993${"]".repeat(50_000)}`)).not.toThrow();
});

test("what is no JSON is refused", () => {
  expect(() => parseExactJson("{1234567890123456789}")).toThrow(SyntaxError);
});
