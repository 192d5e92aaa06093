import { expect, test } from "vitest";
import { createProgress, progressLine } from "./progress.ts";

const written = (isTTY: boolean, work: (progress: ReturnType<typeof createProgress>) => void): string[] => {
  const texts: string[] = [];
  const output = { isTTY, columns: 40, write: (text: string) => texts.push(text) };
  const progress = createProgress({ output, work: "copying", total: 1_000 });
  work(progress);
  progress.close();
  return texts;
};

test("without a terminal there is a line of JSON for each tenth, and one at the end", () => {
  const lines = written(false, (progress) => {
    for (let row = 0; row < 1_000; row++) progress.add(1, "rollups");
  });
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000].map((doneRows) => ({
      ...{ step: "copying", doneRows, totalRows: 1_000, at: "rollups" },
    })),
  );
});

test("on a terminal one line is drawn again and again, and is never longer than the terminal is wide", () => {
  const texts = written(true, (progress) => progress.add(600, "rollups"));
  const end = texts.pop();
  expect(end).toBe("\n");
  for (const text of texts) {
    expect(text.startsWith("\r\u001B[2Kcopying [")).toBe(true);
    expect(text.length).toBeLessThan(40 + "\r\u001B[2K".length);
  }
});

test("nothing to do is all done", () => {
  const line = progressLine({ work: "copying", total: 0, done: 0, seconds: 0, where: "" });
  expect(line).toBe(`copying [${"#".repeat(24)}]100%  0 of 0 rows, 0/s`);
});
