// Files are cut into lines alike however they come in: all at once or byte by byte.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvRecord } from "./csv.ts";
import { createRecordSplitter } from "./csv-records.ts";
import { createLineSplitter, type FileLine, MAX_LINE_BYTES, type Splitter } from "./file-lines.ts";
import { createItemSplitter } from "./json-items.ts";

const linesOf = (splitter: Splitter, ...chunks: readonly (string | Buffer)[]): readonly FileLine[] => [
  ...chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk))),
  ...splitter.end(),
];
const cellsOf = (...chunks: readonly (string | Buffer)[]) =>
  linesOf(createRecordSplitter(), ...chunks).map(({ line, cells, fault }) => [line, fault ?? cells]);
const textsOf = (splitter: Splitter, ...chunks: readonly (string | Buffer)[]) =>
  linesOf(splitter, ...chunks).map(({ line, text, fault }) => [line, fault ?? text]);

const long = "x".repeat(MAX_LINE_BYTES + 1);
const notUtf8 = Buffer.from([0x61, 0xff, 0x2c, 0x62, 0x0a]);

/** Cuts at any places. */
const cutAt = (bytes: Buffer, places: readonly number[]): readonly Buffer[] => {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
};

describe.each([
  ["NDJSON", createLineSplitter],
  ["JSON", createItemSplitter],
  ["CSV", createRecordSplitter],
])("%s", (_name, create) => {
  test("comes to the same lines wherever it is cut", () => {
    const piece = fc.constantFrom(
      '"',
      '""',
      ",",
      "\n",
      "\r\n",
      "\r",
      "a",
      "é",
      "😀",
      "{",
      "}",
      "[",
      "]",
      "\\",
      " ",
      "'",
    );
    const file = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join("")));
    const attempt = (chunks: readonly Buffer[]) => {
      try {
        return linesOf(create(), ...chunks);
      } catch (error) {
        return (error as Error).message;
      }
    };
    fc.assert(
      fc.property(file, fc.array(fc.nat()), (bytes, places) => {
        expect(attempt(cutAt(bytes, places))).toEqual(attempt([bytes]));
      }),
    );
  });
});

describe("lines of NDJSON", () => {
  test("end with a line feed, or the file; empty ones count, and say nothing", () => {
    expect(textsOf(createLineSplitter(), "\ufeff1\r\n\n  \n2")).toEqual([
      [1, "1"],
      [4, "2"],
    ]);
  });

  test("that are too long or not UTF-8 harm no other", () => {
    expect(textsOf(createLineSplitter(), "1\n", long, long, "\n", notUtf8, "2\n")).toEqual([
      [1, "1"],
      [2, expect.stringMatching(/bytes$/)],
      [3, "the line is not UTF-8"],
      [4, "2"],
    ]);
  });
});

describe("items of a JSON array", () => {
  test("are told apart by commas outside of them, and one object is one item", () => {
    expect(textsOf(createItemSplitter(), '[{"a":"],}\\"",\n"b":[1,2]},\n 3,nope , "x,y"]\n')).toEqual([
      [1, '{"a":"],}\\"",\n"b":[1,2]}'],
      [3, "3"],
      [3, "nope "],
      [3, '"x,y"'],
    ]);
    expect(textsOf(createItemSplitter(), ' {"a":1} ')).toEqual([[1, '{"a":1}']]);
    expect(textsOf(createItemSplitter(), "[]")).toEqual([]);
  });

  test("that are too long harm no other", () => {
    expect(textsOf(createItemSplitter(), `["${long}",2]`)).toEqual([
      [1, expect.stringMatching(/bytes$/)],
      [1, "2"],
    ]);
  });

  test("a file that is no array is refused as a whole", () => {
    expect(() => textsOf(createItemSplitter(), "1")).toThrow(/no JSON array/);
    expect(() => textsOf(createItemSplitter(), "[1] 2")).toThrow(/follows/);
  });

  test.each(["[", "[1", "[1,", '[{"a":1}', '[{"a":[1]'])("a file that was cut to %s is refused as a whole", (file) => {
    expect(() => textsOf(createItemSplitter(), file)).toThrow(/not whole/);
  });
});

describe("records of CSV", () => {
  test("may hold quotes, commas and line ends in their cells", () => {
    expect(cellsOf('\ufeffa,"b,""c"""\r\n"1\r\n2",\n\n,"",\n5" disk,x')).toEqual([
      [1, ["a", 'b,"c"']],
      [2, ["1\r\n2", ""]],
      [5, ["", "", ""]],
      [6, ['5" disk', "x"]],
    ]);
  });

  test("that are broken are their first line alone", () => {
    expect(cellsOf('a,b\n1,"2\n3,4\n"5"6,7\n8,9\n')).toEqual([
      [1, ["a", "b"]],
      [2, "something follows a closed quote"],
      [3, ["3", "4"]],
      [4, "something follows a closed quote"],
      [5, ["8", "9"]],
    ]);
    expect(cellsOf('a\n"b\nc')).toEqual([
      [1, ["a"]],
      [2, "a quote is not closed"],
      [3, ["c"]],
    ]);
  });

  test("that are too long, or whose quote stays open for too long, harm no other", () => {
    expect(cellsOf("a\n", long, long, "\nb\n")).toEqual([
      [1, ["a"]],
      [2, expect.stringMatching(/bytes$/)],
      [3, ["b"]],
    ]);
    const many = "c\n".repeat(MAX_LINE_BYTES / 2);
    const found = cellsOf(`a\n"b\n${many}d\n`);
    expect(found.slice(0, 3)).toEqual([
      [1, ["a"]],
      [2, expect.stringMatching(/bytes$/)],
      [3, ["c"]],
    ]);
    expect(found).toHaveLength(3 + MAX_LINE_BYTES / 2);
  });

  test("that are not UTF-8 harm no other", () => {
    expect(cellsOf("é,ü\n", notUtf8, "😀,\n")).toEqual([
      [1, ["é", "ü"]],
      [2, "the line is not UTF-8"],
      [3, ["😀", ""]],
    ]);
  });

  test("that were written by us are read as they were", () => {
    const cell = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "=", "é", "'", " ", "\t", ";", "a") });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
        expect(cellsOf(csvRecord(cells)).map(([, found]) => found)).toEqual([cells]);
      }),
    );
  });
});
