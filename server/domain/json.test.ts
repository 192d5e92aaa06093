import fc from "fast-check";
import { expect, test } from "vitest";
import { boundedJson, canonicalJson, type Json, MAX_SIZE_BYTES, measureJson, rawText } from "./json.ts";

const jsonText = fc.jsonValue().map((value) => JSON.stringify(value));
const parse = (text: string): Json => JSON.parse(text);

function nest(depth: number): Json {
  let value: Json = [];
  for (let level = 1; level < depth; level++) value = [value];
  return value;
}

test("depth and keys are counted over all levels", () => {
  expect(measureJson(5)).toMatchObject({ depth: 0, keys: 0 });
  expect(measureJson({})).toMatchObject({ depth: 1, keys: 0 });
  expect(measureJson({ a: [{ b: 1, c: 2 }], d: 3 })).toMatchObject({ depth: 3, keys: 4 });
  expect(measureJson(nest(500_000)).depth).toBe(500_000);
  expect(measureJson(parse('{"__proto__":{"a":1},"toJSON":2}'))).toMatchObject({ depth: 2, keys: 3 });
});

test("the size is that of the compact UTF-8 text, to the byte", () => {
  expect(measureJson("x".repeat(MAX_SIZE_BYTES - 2)).tooLarge).toBe(false);
  expect(measureJson("x".repeat(MAX_SIZE_BYTES - 1)).tooLarge).toBe(true);
  expect(measureJson("é".repeat(MAX_SIZE_BYTES / 2 - 1)).tooLarge).toBe(false);
  expect(measureJson("é".repeat(MAX_SIZE_BYTES / 2)).tooLarge).toBe(true);
  expect(measureJson("\ud800".repeat(Math.floor((MAX_SIZE_BYTES - 2) / 6))).tooLarge).toBe(false);
  expect(measureJson("\ud800".repeat(Math.ceil(MAX_SIZE_BYTES / 6))).tooLarge).toBe(true);
  // Brackets and commas alone: `[[],[]]` has 3 * 2 + 1 bytes.
  const emptyArrays = (count: number): Json => Array.from({ length: count }, () => []);
  expect(measureJson(emptyArrays(Math.floor((MAX_SIZE_BYTES - 1) / 3))).tooLarge).toBe(false);
  expect(measureJson(emptyArrays(Math.floor((MAX_SIZE_BYTES - 1) / 3) + 1)).tooLarge).toBe(true);
});

test("the stored text of an ordinary event is what JSON.stringify gives", () => {
  fc.assert(
    fc.property(jsonText, (text) => {
      expect(rawText(parse(text))).toBe(JSON.stringify(parse(text)));
    }),
  );
});

test("the stored text parses back to the same value where JSON.stringify would lose it", () => {
  expect(rawText(parse('{"b":1e999,"a":[-1e999,1e400]}'))).toBe('{"b":1e999,"a":[-1e999,1e999]}');
  expect(rawText(["\ud800", "a\udc00b"])).toBe('["\\ud800","a\\udc00b"]');
  expect(rawText(parse('{"__proto__":{"x":1},"toJSON":null}'))).toBe('{"__proto__":{"x":1},"toJSON":null}');
  expect(rawText(nest(1_000))).toBe("[".repeat(1_000) + "]".repeat(1_000));
});

test("what is too deep or too large is kept as the beginning of its text", () => {
  expect(JSON.parse(rawText(nest(1_001)))).toBe("[".repeat(1_001) + "]".repeat(1_001));
  expect(JSON.parse(rawText(nest(1_000_000)))).toBe("[".repeat(MAX_SIZE_BYTES));
  const large = JSON.parse(rawText({ note: "é".repeat(MAX_SIZE_BYTES) })) as string;
  expect(large.startsWith('{"note":"éé')).toBe(true);
  expect(Buffer.byteLength(large)).toBe(MAX_SIZE_BYTES - 1);
  expect(large.isWellFormed()).toBe(true);
});

test("canonical JSON is one text for any order of keys, and no other value has it", () => {
  expect(canonicalJson(parse('{"b":[1,{"z":-0,"a":null}],"a":"x","__proto__":true}'))).toBe(
    '{"__proto__":true,"a":"x","b":[1,{"a":null,"z":0}]}',
  );
  expect(canonicalJson({ "\uE000": 1, "😀": 2 })).toBe('{"😀":2,"\uE000":1}');
  expect(canonicalJson(nest(300_000)).length).toBe(600_000);
  fc.assert(
    fc.property(jsonText, (text) => {
      expect(parse(canonicalJson(parse(text)))).toEqual(parse(JSON.stringify(parse(text))));
    }),
  );
});

test("what is shown to a person is small and can always be written", () => {
  expect(boundedJson({ a: 1 })).toEqual({ a: 1 });
  expect(boundedJson(Number.NEGATIVE_INFINITY)).toBe("-Infinity");
  expect(boundedJson([Number.POSITIVE_INFINITY])).toBe("[1e999]");
  expect(boundedJson("😀".repeat(200))).toBe(`${"😀".repeat(128)}…`);
  expect(boundedJson(`x${"😀".repeat(200)}`)).toBe(`x${"😀".repeat(127)}…`);
  expect(boundedJson(nest(10_000))).toBe(`${"[".repeat(256)}…`);
});
