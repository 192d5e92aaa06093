import { expect, test } from "vitest";
import { parseJson } from "./json.ts";

const errorOf = (text: string) => {
  const parsed = parseJson(text);
  return parsed.kind === "invalid" ? `${parsed.line}:${parsed.column} ${parsed.message}` : "valid";
};

test("what JSON.parse takes is valid", () => {
  for (const text of ["1", '"a\\u00e9"', "[]", "{}", ' {"a": [1, -2.5e3, true, null, {"b": ""}]} ']) {
    expect(parseJson(text)).toEqual({ kind: "valid", value: JSON.parse(text) });
  }
});

test("an error has its line and column", () => {
  expect(errorOf('{\n  "amount": 12,\n  "unit" "EUR"\n}')).toBe("3:10 A colon belongs between the name and its value.");
});

test("the usual slips are named", () => {
  expect(errorOf("")).toBe("1:1 There is no JSON yet.");
  expect(errorOf("{'a': 1}")).toBe('1:2 A name in double quotes belongs here: "amount".');
  expect(errorOf("{\"a\": 'b'}")).toBe("1:7 Strings take double quotes.");
  expect(errorOf('{"a": 1,}')).toBe("1:9 The comma before this brace is one too many.");
  expect(errorOf("[1,]")).toBe("1:4 A value is missing, or the comma before this is one too many.");
  expect(errorOf('{"a": 1 "b": 2}')).toBe("1:9 A comma or the closing brace } belongs before this.");
  expect(errorOf('{"a": NaN}')).toBe("1:7 NaN is not JSON; put text in double quotes.");
  expect(errorOf('{"a": 012}')).toBe("1:7 012 is not a JSON number; put it in double quotes to send it as text.");
  expect(errorOf('{"a": [1, 2')).toBe("1:12 A closing bracket ] is missing.");
  expect(errorOf('{"a": "x}')).toBe("1:7 This string does not end, or holds a bare line end, tab or backslash.");
  expect(errorOf("{} {}")).toBe("1:4 The JSON ended before this.");
});

test("whatever JSON.parse refuses, a place for it is found", () => {
  const pieces = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"',
    "1",
    "-",
    "0.5",
    "true",
    "nul",
    " ",
    "\n",
    "'",
    "\\",
    "1e400",
  ];
  let random = 7;
  for (let round = 0; round < 20_000; round++) {
    let text = "";
    for (let length = 0; length < 7; length++) {
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
      text += pieces[random % pieces.length];
    }
    const parsed = parseJson(text);
    if (parsed.kind === "invalid") expect(parsed.offset).toBeLessThanOrEqual(text.length);
  }
});

test("a text nested without end is judged without recursion", () => {
  expect(errorOf("[".repeat(100_000))).toBe("1:100001 A closing bracket ] is missing.");
});
