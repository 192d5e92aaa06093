// The drill against servers with bugs that it must find.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../test/temporary.ts";
import { bugs } from "./bugs.ts";
import { createCheckout } from "./checkout.ts";
import { drill, projectDir } from "./drilled.ts";
import { serverEnvironment } from "./server.ts";

const timeout = 900_000;
const MAX_KILLS = 50;
/** One for all, whose servers find what those before them have compiled. */
const folder = join(temporaryFolder(), "project");

// Once, instead of by the first server of the copy.
beforeAll(async () => {
  const surroundings = { cwd: projectDir, env: serverEnvironment() };
  await promisify(execFile)(process.execPath, ["server/start.js", "web/build.ts"], surroundings);
}, timeout);

test.each(bugs)("$name is found", { timeout }, async ({ changes }) => {
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
