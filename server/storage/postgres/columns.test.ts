import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeNul, unescapeNul } from "./columns.ts";

const text = fc.string({ unit: fc.constantFrom("a", "0", "1", "\0", "\u{10FFFF}") });

test("any text can be stored: without NUL, and read as it was", () => {
  fc.assert(
    fc.property(text, (written) => {
      expect(escapeNul(written)).not.toContain("\0");
      expect(unescapeNul(escapeNul(written))).toBe(written);
    }),
  );
});
