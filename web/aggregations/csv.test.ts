import { expect, test } from "vitest";
import { toCsv } from "./csv.ts";

test("texts are quoted where they must be, and lines end as the standard says", () => {
  expect(
    toCsv(
      ["a", "b"],
      [
        ["plain", 'with "quotes", and comma'],
        ["two\nlines", ""],
      ],
    ),
  ).toBe('a,b\r\nplain,"with ""quotes"", and comma"\r\n"two\nlines",\r\n');
});

test("no text begins like a formula, and no number is touched", () => {
  const texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"];
  const numbers = ["-5", "0.000000001", "123456789012345678901234.5"].map((number) => ({ number }));
  expect(toCsv([...texts], [numbers])).toBe(
    `'=1+1,'+1,'-1,'@SUM(A1),'\tx,"'\rx"\r\n-5,0.000000001,123456789012345678901234.5\r\n`,
  );
});
