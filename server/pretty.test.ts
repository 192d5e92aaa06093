import { expect, test } from "vitest";
import { createLog } from "./log.ts";
import { createPretty } from "./pretty.ts";

const shownOf = (write: (log: ReturnType<typeof createLog>) => void, hasColors = false): string => {
  let text = "";
  const output = { write: (more: string) => (text += more) };
  write(createLog("info", createPretty({ output, hasColors })));
  return text;
};

test("for people a line begins with time, level and words, and its fields stand behind", () => {
  const text = shownOf((log) => log.info({ url: "http://localhost:3000", name: "a b", count: 3 }, "ready to count"));
  expect(text).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} INFO {2}ready to count url=http:\/\/localhost:3000 name="a b" count=3\n$/,
  );
});

test("an error has its stack below its line", () => {
  const [line = "", ...stack] = shownOf((log) => log.error({ err: new Error("broken") }, "a fault")).split("\n");
  expect(line).toMatch(/ERROR a fault$/);
  expect(stack[0]).toBe("  Error: broken");
  expect(stack[1]).toMatch(/^ {6}at /);
});

test("nothing in it is obeyed by the terminal but its own colors", () => {
  const hostile = "\u001b[2J\r\n\u0000\u007f\u009b31m\u2028";
  const text = shownOf((log) => log.warn({ client: hostile, err: new Error(hostile) }, hostile));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(text.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  expect(shownOf((log) => log.warn("x"), true)).toContain("\u001b[33mWARN \u001b[0m");
});
