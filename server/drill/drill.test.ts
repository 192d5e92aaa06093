// The drill against the real server, and against servers with bugs that it must find.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { hasPostgres } from "../test/postgres.ts";
import { temporaryFolder } from "../test/temporary.ts";
import { bugs } from "./bugs.ts";
import { createCheckout } from "./checkout.ts";
import { runDrill } from "./drill.ts";
import { type BackendKind, pointNames, pointOf } from "./points.ts";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const timeout = 900_000;
const MAX_KILLS = 50;

const drill = async (args: string, project = projectDir) => {
  let text = "";
  const output = { write: (more: string) => (text += more) };
  const exitCode = await runDrill({ args: args.split(" "), output, projectDir: project });
  return { exitCode, text };
};

const meaningsOn = (backend: BackendKind): readonly string[] =>
  pointNames.map(pointOf).flatMap((point) => (point[backend] === undefined ? [] : [point.meaning]));

test("nothing is lost, counted twice or invented, wherever the server is killed", { timeout }, async () => {
  const { exitCode, text } = await drill("--seed 20260131 --cycles 25 --clients 8");
  expect(text).toContain("Nothing lost, nothing counted twice, nothing invented");
  for (const meaning of meaningsOn("sqlite")) expect(text).toMatch(new RegExp(`Killed: .*\\d ${meaning}`));
  expect(text).toMatch(/\d times the disk full/);
  expect(exitCode).toBe(0);
});

test.runIf(hasPostgres)(
  "the same holds for servers that share a PostgreSQL, whichever of them and it are killed",
  { timeout },
  async () => {
    const { exitCode, text } = await drill("--seed 5 --cycles 6 --clients 8 --backend postgres --servers 2");
    expect(text).toContain("Nothing lost, nothing counted twice, nothing invented");
    expect(text).toMatch(/\d times PostgreSQL killed/);
    expect(exitCode).toBe(0);
  },
);

test.each(bugs)("$name is found", { timeout }, async ({ changes }) => {
  const folder = join(temporaryFolder(), "project");
  createCheckout(projectDir, folder, changes);
  // A cycle has two kills at most, and the making of each database one more.
  const { exitCode, text } = await drill(`--seed 1 --cycles ${Math.floor(MAX_KILLS / 3)} --clients 8`, folder);
  expect(text).toMatch(/^What is wrong, \d+ in number:\n {2}- .*/m);
  expect(text).not.toContain("A server did not start");
  expect(exitCode).toBe(1);
});

test("a copy whose sources have moved says which text is not there once", () => {
  const change = { file: "server/main.ts", find: "no such text", replace: "" };
  expect(() => createCheckout(projectDir, join(temporaryFolder(), "project"), [change])).toThrow(
    'server/main.ts has "no such text" 0 times instead of once.',
  );
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
