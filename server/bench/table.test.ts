import { expect, test } from "vitest";
import { figure, ms, type Table, tableText, times } from "./table.ts";

const table: Table = {
  ...{
    name: "speed",
    title: "how fast",
    columns: ["what", "a/s"],
    rows: [
      ["one", "1,000"],
      ["twenty", "5"],
    ],
  },
  ...{ notes: ["A note."], checks: [{ what: "rows", expected: 3, actual: 3 }], runs: [] },
};

test("a table is aligned Markdown, its notes below", () => {
  expect(tableText(table)).toBe(`## speed: how fast

| what   |   a/s |
|--------|------:|
| one    | 1,000 |
| twenty |     5 |

- A note.
- 1 comparisons, all equal.
`);
});

test("what is not as expected is named with both figures", () => {
  const wrong = { ...table, checks: [...table.checks, { what: "events", expected: 3, actual: 2 }] };
  expect(tableText(wrong)).toContain("- DIFFERS: events: expected 3, but 2.");
  expect(tableText(wrong)).not.toContain("all equal");
});

test("figures are as exact as they are worth", () => {
  expect([figure(12_345.6), figure(9.876), figure(3), figure(Number.NaN)]).toEqual(["12,346", "9.88", "3", "-"]);
  expect([ms(1.26), ms(123.4), times(1.234), times(Number.NaN)]).toEqual(["1.3 ms", "123 ms", "1.23x", "-"]);
});
