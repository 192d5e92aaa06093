import fc from "fast-check";
import { expect, test } from "vitest";
import { isBlank, readText, trimBlank } from "./text.ts";

test("blanks, zero-width characters and byte order marks are taken off both ends, and nothing inside", () => {
  expect(trimBlank("\uFEFF\t a\u200Bb \u00A0\u2060\r\n")).toBe("a\u200Bb");
  expect(trimBlank("plain")).toBe("plain");
  expect(isBlank(" \u200B\u3000")).toBe(true);
  expect(isBlank(" . ")).toBe(false);
});

test("what is done to a text is told step by step", () => {
  expect(readText(" e\u0301\u00A0\u00A0b ").changes.map(({ rule }) => rule)).toEqual([
    "TRIMMED",
    "SPACES_COLLAPSED",
    "NFC",
  ]);
  expect(readText("usd", { capitals: true }).changes).toEqual([{ rule: "CAPITALS", before: "usd", after: "USD" }]);
});

test("capitals are composed too", () => {
  expect(readText("\u0390", { capitals: true }).text).toBe("\u03AA\u0301");
});

test("decomposed text counts as what it composes to, and a run of a million combining marks takes no time", () => {
  expect(readText("\u03B1\u0313\u0300\u0345".repeat(128)).text).toBe("\u1F82".repeat(128));
  const startedAt = performance.now();
  expect(readText(`a${"\u0301\u0323".repeat(500_000)}`).faults).toEqual([{ code: "TEXT_TOO_LONG" }]);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test("a text that has been read is a fixed point", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), fc.boolean(), (value, capitals) => {
      const { text } = readText(value, { capitals });
      if (text === null) return;
      expect(readText(text, { capitals })).toMatchObject({ text, changes: [] });
      expect(readText(text)).toMatchObject({ text, changes: [] });
    }),
    { numRuns: 2_000 },
  );
});
