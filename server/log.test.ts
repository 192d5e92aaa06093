import { expect, test } from "vitest";
import { createLog } from "./log.ts";

const linesOf = (write: (log: ReturnType<typeof createLog>) => void): string => {
  let text = "";
  write(createLog("info", { write: (line) => (text += line) }));
  return text;
};

test("a line is one JSON object, whatever is in it, and says nothing to a terminal", () => {
  const hostile = "\u001b[2J\r\n\u0000\u007f\u009b31m\u2028\ud800";
  const text = linesOf((log) => log.warn({ client: hostile, err: new Error(hostile) }, hostile));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(text.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  expect(JSON.parse(text)).toMatchObject({ level: "warn", err: { type: "Error" } });
  expect((JSON.parse(text) as { client: string }).client).toContain("\u009b31m");
});

test("what was sent does not fill the log", () => {
  const long = "x".repeat(1_000_000);
  const text = linesOf((log) =>
    log.error({ query: long, err: Object.assign(new Error(long), { params: long }) }, "a fault"),
  );
  expect(text.length).toBeLessThan(20_000);
  expect(JSON.parse(text)).toMatchObject({ msg: "a fault", level: "error" });
});
