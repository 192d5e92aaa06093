import { expect, test } from "vitest";
import { placeRemarks, rawLines } from "./raw-lines.ts";

const print = (json: string) =>
  rawLines(json).map(({ depth, key, text }) => `${"  ".repeat(depth)}${key === null ? "" : `${key}: `}${text}`);

test("a text is laid out as JSON.stringify would, without touching its tokens", () => {
  const json = '{"a":1,"b":{"c":[true,null,"x, y: {z}"],"d":{}},"e":[]}';
  expect(print(json)).toEqual(JSON.stringify(JSON.parse(json), null, 2).split("\n"));
  expect(print('{"n":1.0,"m":12345678901234567890}')).toEqual(["{", '  "n": 1.0,', '  "m": 12345678901234567890', "}"]);
});

test("each line knows its path as the API writes it", () => {
  const paths = rawLines('{"data":{"items":[{"price":1}],"odd.key":2},"x y":3}').map(({ path }) => path);
  expect(paths.filter(Boolean)).toEqual([
    ...["data", "data.items", "data.items[0]", "data.items[0].price"],
    ...['data["odd.key"]', "x y"],
  ]);
});

test("a bare value has the path of the whole", () => {
  expect(rawLines('"some text"')).toEqual([{ depth: 0, key: null, text: '"some text"', path: "" }]);
});

test("a problem stands below its line; one of the whole, or of what is missing, above all", () => {
  const lines = rawLines('{"amount":"1,200","amount":"1,300"}');
  const remarks = [{ path: "amount" }, { path: null }, { path: "timestamp" }];
  const { above, below } = placeRemarks(lines, remarks);
  expect(above).toEqual([{ path: null }, { path: "timestamp" }]);
  expect([...below.entries()]).toEqual([[2, [{ path: "amount" }]]]);
});

test("a text nested deeper than any stack is laid out", () => {
  expect(rawLines(`${"[".repeat(50_000)}${"]".repeat(50_000)}`)).toHaveLength(99_999);
});
