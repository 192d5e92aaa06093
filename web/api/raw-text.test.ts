import { stringifyVariables } from "@urql/core";
import { expect, test } from "vitest";
import { insertRawTexts, rawText } from "./raw-text.ts";

const bodyWith = (text: string) => insertRawTexts(stringifyVariables({ variables: { event: rawText(text), z: 1 } }));

test("a text comes into the body as it was typed: digits, order, spaces and escapes", () => {
  for (const text of [
    '{"b": 12345678901234567890, "a": 1e400, "a": -0, "c": 1.0}',
    '{"quote\\"": "back\\\\slash", "u": "\\u0000 \u2028 $& $1"}',
    ' [ "\'", "\\"}" ]\n',
    "{}",
  ])
    expect(bodyWith(text)).toBe(`{"variables":{"event":${text},"z":1}}`);
});

test("a text that looks like a body, and what stands beside it, stay what they are", () => {
  const body = JSON.stringify({ query: 'query { "x" }', variables: { event: rawText('"variables"') } });
  expect(insertRawTexts(body)).toBe('{"query":"query { \\"x\\" }","variables":{"event":"variables"}}');
  expect(insertRawTexts('{"a":"b"}')).toBe('{"a":"b"}');
});
