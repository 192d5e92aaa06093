// The program as a process: what it says and with which exit code it ends, besides serving.
import { expect, test } from "vitest";
import { startApp } from "../test/app.ts";
import { runCommand } from "../test/command.ts";
import { temporaryFile } from "../test/temporary.ts";

const nowhere = temporaryFile("none.db");

test.each(["demo", "drill", "fuzz", "bench"])(
  "%s tells of itself, and refuses an option that it does not have",
  async (name) => {
    const [help, { output, complaint, exitCode }] = await Promise.all([
      runCommand(nowhere, name, "--help"),
      runCommand(nowhere, name, "--bogus"),
    ]);
    expect(help).toMatchObject({ exitCode: 0, complaint: "" });
    expect(help.output).toContain(`Usage: npm start -- ${name} [`);
    expect([exitCode, output + complaint]).toEqual([2, expect.stringMatching(/^[^\n]*--bogus[^\n]*\n$/)]);
  },
);

test("the version is that of the package, with what it runs on", async () => {
  const { output, exitCode } = await runCommand(nowhere, "--version");
  expect([exitCode, output]).toEqual([0, expect.stringMatching(/^surecount \d+\.\d+\.\d+ \(Node \d+\.[^\n]+\)\n$/)]);
});

test.each([
  [["import", "a.csv", "--url", "http://localhost:1"], 1, /^There is no file "a\.csv"\.\n$/],
  [
    ["import", "package.json", "--type", "xml", "--url", "http://localhost:1"],
    2,
    /^--type is csv, ndjson or json, and not "xml"\.[^\n]*\n$/,
  ],
  [
    ["export", "events", "a.csv", "--url", "http://127.0.0.1:1"],
    1,
    /^It cannot be done through 127\.0\.0\.1:1: [^\n]+\.\n$/,
  ],
  [["export", "tokens", "a.csv"], 2, /^LIST is events, failures, aggregations\. [^\n]+\n$/],
  [["import", "a.csv", "--url", "localhost:3000"], 2, /^--url is the address of a server[^\n]+\n$/],
  [["checkpoint"], 2, /^There is no database at [^\n]+\n$/],
  [["export", "events", "a.csv"], 2, /^There is no database at [^\n]+\n$/],
  [["token", "list"], 2, /^There is no database at [^\n]+\n$/],
  [["backup", "b.db", "--rate", "fast"], 2, /^--rate must be a whole number[^\n]+\n$/],
  [["restore", "package.json"], 1, /^package\.json is no backup, [^\n]+\n$/],
  [["bakup"], 2, /^There is no command "bakup"\. [^\n]+\n$/],
] as const)("%j is refused with one line", async (args, code, words) => {
  const { output, complaint, exitCode } = await runCommand(nowhere, ...args);
  expect([exitCode, output, complaint]).toEqual([code, "", expect.stringMatching(words)]);
});

test("an export into a folder that is not there says so, and leaves nothing", async () => {
  const app = await startApp();
  const { complaint, exitCode } = await runCommand(nowhere, "export", "events", "/nowhere/a.csv", "--url", app.url);
  expect([exitCode, complaint]).toEqual([
    1,
    expect.stringMatching(/^\/nowhere\/a\.csv\.part cannot be used: [^\n]+\n$/),
  ]);
  await app.close();
});

test("rollups are counted anew with a line of JSON for each step where no terminal watches", async () => {
  const app = await startApp();
  await app.ingest({ client: "kiosk", metric: "sale", amount: 1, timestamp: "2026-01-31T12:00:00Z" });
  await app.close();
  const { output, complaint, exitCode } = await runCommand(app.databaseFile, "rebuild-rollups");
  expect([exitCode, output]).toEqual([0, expect.stringMatching(/: all were as they should be\.\n$/)]);
  expect(
    complaint
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { step: "begin", database: app.databaseFile },
    { step: "counting", doneRows: 1, totalRows: 1, at: "normalized_events" },
  ]);
});
