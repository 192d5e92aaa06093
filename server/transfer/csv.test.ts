import fc from "fast-check";
import { expect, test } from "vitest";
import { csvRecord, guard, unguard } from "./csv.ts";

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＠a", "'t Hooft", "'=1"])(
  "a spreadsheet takes %j for text",
  (text) => {
    expect(guard(text)).toBe(`'${text}`);
  },
);

test.each(["a=1", "1-2", "kiosk-7", "", "é", "o'clock"])("%j is written as it is", (text) => {
  expect(guard(text)).toBe(text);
});

test("whatever was written is read again", () => {
  const text = fc.string({ unit: fc.constantFrom("'", "=", " ", "-", "\n", "a", "＋", "\u00a0") });
  fc.assert(fc.property(text, (written) => unguard(guard(written)) === written));
});

test("cells are quoted where they have to be, and numbers stay numbers", () => {
  expect(csvRecord(['say "no"', "a,b", -5, null, "a\nb", "a;b", " a"])).toBe(
    '"say ""no""","a,b",-5,,"a\nb","a;b"," a"\r\n',
  );
});
