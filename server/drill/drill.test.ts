// The drill against the real server.
import { expect, test } from "vitest";
import { temporaryFolder } from "../test/temporary.ts";
import { drill } from "./drilled.ts";
import { pointNames, pointOf } from "./points.ts";

const timeout = 900_000;

const meanings = pointNames.map(pointOf).flatMap(({ sqlite, meaning }) => (sqlite === undefined ? [] : [meaning]));

test("nothing is lost, counted twice or invented, wherever the server is killed", { timeout }, async () => {
  const { exitCode, text } = await drill("--seed 20260131 --cycles 16 --clients 8");
  expect(text).toContain("Nothing lost, nothing counted twice, nothing invented");
  for (const meaning of meanings) expect(text).toMatch(new RegExp(`Killed: .*\\d ${meaning}`));
  expect(text).toMatch(/\d times the disk full/);
  expect(exitCode).toBe(0);
});

test("the seed comes first, with the command that repeats the drill, and what is wrong comes last", async () => {
  const { exitCode, text } = await drill("--seed 7 --cycles 1 --clients 1", temporaryFolder());
  expect(exitCode).toBe(1);
  expect(text.split("\n")[0]).toBe(
    "Seed 7. To repeat: npm run drill -- --seed 7 --cycles 1 --clients 1 --backend sqlite --servers 1",
  );
  expect(text).toContain("A server did not start, and ended with exit code 1: ");
});

test("help is a text and a wrong option is one line", async () => {
  expect(await drill("--help")).toMatchObject({ exitCode: 0, text: expect.stringContaining("--cycles N") });
  expect(await drill("--bogus")).toEqual({
    ...{ exitCode: 2, text: "Unknown option '--bogus'. Use --help to see the options.\n" },
  });
});
