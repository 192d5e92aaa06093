import { expect, test } from "vitest";
import { failureIdentity, fingerprint, isIdempotencyKey, preimage, rawHash } from "./fingerprint.ts";
import vectors from "./fingerprint.vectors.json" with { type: "json" };
import type { Json } from "./json.ts";

const parse = (text: string): Json => JSON.parse(text);

test.each(vectors.vectors)("the fingerprint of $facts.client is the published one", (vector) => {
  expect(preimage(vector.facts)).toBe(vector.preimage);
  expect(fingerprint(vector.facts)).toBe(vector.fingerprint);
});

test("the preimage is a version line and the facts in a fixed order, a missing unit left out", () => {
  const facts = { client: "c", metric: "m", unit: null, amount: "1", timestamp: "2024-01-01T00:00:00Z" };
  const tuple = '"amount":"1","client":"c","metric":"m","timestamp":"2024-01-01T00:00:00Z"';
  expect(preimage(facts)).toBe(`surecount/1\n{${tuple}}`);
  expect(preimage({ ...facts, unit: 'a"b' })).toBe(`surecount/1\n{${tuple},"unit":"a\\"b"}`);
});

test("the hash of a raw event does not depend on the order of its keys, but on everything else", () => {
  expect(rawHash({ a: 1, b: [2] })).toBe(rawHash({ b: [2], a: 1 }));
  const others = [
    '{"a":1,"b":[2,2]}',
    '{"a":"1","b":[2]}',
    '{"a":1e999,"b":[2]}',
    '{"a":null,"b":[2]}',
    '{"a":"\\ud800","b":[2]}',
    '{"a":"\\ud801","b":[2]}',
  ];
  expect(new Set(others.map((text) => rawHash(parse(text)))).size).toBe(others.length);
});

test("a failure is identified by kind, client, key and raw event, each told apart from the others", () => {
  const failed = { kind: "VALIDATION", client: "a", idempotencyKey: "k", raw: { x: 1 } } as const;
  expect(failureIdentity(failed)).toBe(failureIdentity({ ...failed, raw: { x: 1 } }));
  const others = [
    failed,
    { ...failed, kind: "CONFLICT" } as const,
    { ...failed, client: null },
    { ...failed, client: "null" },
    { ...failed, idempotencyKey: null },
    { ...failed, client: "k", idempotencyKey: "a" },
    { ...failed, client: 'a","k', idempotencyKey: null },
    { ...failed, raw: { x: 2 } },
  ];
  expect(new Set(others.map(failureIdentity)).size).toBe(others.length);
});

test("an idempotency key is 1 to 255 well-formed code points", () => {
  expect(["a", " ", "x".repeat(255), "😀".repeat(255)].every(isIdempotencyKey)).toBe(true);
  expect(
    ["", "x".repeat(256), "😀".repeat(256), `${"😀".repeat(255)}x`, "\ud800", "a\udc00"].some(isIdempotencyKey),
  ).toBe(false);
});
