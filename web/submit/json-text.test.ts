import { expect, test } from "vitest";
import { graphqlLiteral, itemTexts, lostDigits } from "./json-text.ts";

test("a batch comes apart into the texts of its events", () => {
  const texts = ['{"a": [1, {"b": "],[,"}], "c": 1.0}', "[]", '"x, y"', "12345678901234567890", "{ }"];
  expect(itemTexts(` [ ${texts.join(" ,\n ")} ] `)).toEqual(texts);
  expect(itemTexts("[]")).toEqual([]);
  expect(itemTexts("[[1,2],[3]]")).toEqual(["[1,2]", "[3]"]);
  expect(itemTexts(`[${"[".repeat(50_000)}${"]".repeat(50_000)},1]`)).toHaveLength(2);
});

test("a number that loses digits is told with what is read instead, one that keeps them is not", () => {
  expect(lostDigits('{"a": 9007199254740993, "b": [9007199254740993, 1e400], "c": "9007199254740993"}')).toEqual([
    { written: "9007199254740993", read: "9007199254740992" },
    { written: "1e400", read: "Infinity" },
  ]);
  expect(lostDigits("[0.1, 1.0, -0, 0.00, 1e3, 1200.50, 9007199254740992, 1E+2, 1e-9, 1e21, 0.30]")).toEqual([]);
  expect(lostDigits("0.1234567890123456789")).toHaveLength(1);
});

test("JSON becomes a literal of GraphQL where its keys are names there", () => {
  expect(graphqlLiteral('{"client": "a \\"b\\": c", "items": [1.0, null, {"_x": true}]}')).toBe(
    '{client: "a \\"b\\": c", items: [1.0, null, {_x: true}]}',
  );
  expect(graphqlLiteral('{"not a name": 1}')).toBeNull();
  expect(graphqlLiteral("[]")).toBe("[]");
});
