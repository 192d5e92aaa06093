// Runs what the README and the guides tell their readers to run, and compares what comes back with what they say comes back.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { parseCommand } from "../cli.ts";
import { exitCodes } from "../commands/help.ts";
import { settingsTable } from "../config.ts";
import { parseOptions as parseDrill } from "../drill/options.ts";
import { startApp, type TestApp } from "./app.ts";
import { runCommand } from "./command.ts";
import { examplesIn, pageOf, pages } from "./guides.ts";
import { hasNats, startNats } from "./nats.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";

const readme = pageOf("README.md");
const all = Object.values(pages).join("\n");

/** Each command with the answer that stands right below it. */
const questionsOf = (page: string) =>
  [...page.matchAll(/```sh\n([^`]*(?:`[^`]+)*?)```\n\n```json\n([\s\S]*?)```/g)].map(
    ([, command = "", answer = ""]) => ({
      command,
      answer: answer.trim(),
    }),
  );

const withQuestions = Object.entries(pages).filter(([, page]) => questionsOf(page).length > 0);

describe("each command answers what stands below it", () => {
  test("on these pages, so often", () => {
    expect(withQuestions.map(([path, page]) => [path, questionsOf(page).length])).toEqual([
      ["README.md", 5],
      ["docs/api.md", 16],
      ["docs/clients.md", 1],
    ]);
  });

  test.each(withQuestions)("%s", async (_path, page) => {
    const app = await startApp();
    for (const { command, answer } of questionsOf(page)) {
      const said = await answerTo(app, command, answer.includes("UNAVAILABLE"));
      // An answer that is cut short ends with dots.
      if (answer.includes("…")) {
        const [expected, status] = answer.replace(/,\s*…/, "").split("\n");
        const [body, saidStatus] = said.split("\n");
        expect([JSON.parse(body ?? ""), saidStatus]).toMatchObject([JSON.parse(expected ?? ""), status]);
      } else expect(said).toBe(answer);
    }
    await app.close();
  });
});

const answerTo = async (app: TestApp, command: string, isLocked: boolean): Promise<string> => {
  const other = isLocked ? new Database(app.databaseFile) : null;
  other?.exec("begin immediate");
  try {
    const { stdout } = await promisify(execFile)("sh", ["-c", command.replaceAll("http://localhost:3000", app.url)]);
    return stdout.trim();
  } finally {
    other?.close();
  }
};

/** What stands after `npm start --`, with the settings before it. */
const commandsOf = (page: string): readonly (readonly string[])[] =>
  examplesIn(page, "sh")
    .flatMap((example) => example.split("\n"))
    .flatMap((line) => /^(?:[A-Z_]+=\S+ )?npm start -- ([^#]+)/.exec(line)?.[1] ?? [])
    .map(
      (words) =>
        words
          .trim()
          .match(/'[^']*'|\S+/g)
          ?.map((word) => word.replaceAll("'", "")) ?? [],
    );

test("every command of the program that a page names is one, and is given what it takes", () => {
  const commands = Object.values(pages).flatMap(commandsOf);
  expect(commands.length).toBeGreaterThan(10);
  for (const args of commands) expect(parseCommand(args).name).not.toBe("help");
  for (const [, words = ""] of all.matchAll(/npm run drill -- ([^#\n]+)/g))
    expect(parseDrill(words.trim().split(" "))).toMatchObject({ backend: expect.any(String) });
});

test("the commands of the guides do what is said, one after the other, beside a server and without", {
  timeout: 180_000,
}, async () => {
  const app = await startApp();
  await app.ingest({ client: "kiosk-7", metric: "sale", amount: 5, timestamp: "2026-01-31T12:00:00Z" });
  const folder = temporaryFolder();
  const restored = temporaryFile("restored.db");
  const ids = { made: "" };
  const run = async (args: readonly string[]): Promise<string> => {
    const [name = ""] = args;
    const placed = args.map((word) =>
      word
        .replace("http://localhost:3000", app.url)
        .replace(/^\/backups\/|^(?=(january|checkpoint)\.)/, `${folder}/`)
        .replace(/^ID$/, ids.made),
    );
    const isOffline = name === "restore" || name === "rebuild-rollups";
    const { output, complaint, exitCode } = await runCommand(isOffline ? restored : app.databaseFile, ...placed);
    if (args[1] === "create") ids.made = output.split("_")[1] ?? "";
    return exitCode === 0 ? "" : `${args.join(" ")}: ${exitCode} ${complaint}`;
  };
  const named = (page: string, ...names: readonly string[]) =>
    commandsOf(pageOf(page)).filter(([name = ""]) => names.includes(name));
  for (const args of [
    ...named("docs/operations.md", "backup", "restore"),
    ...named("docs/exactness.md", "verify", "checkpoint", "rebuild-rollups"),
    ...named("docs/api.md", "export"),
    ...named("docs/security.md", "token"),
  ])
    expect(await run(args)).toBe("");
  await app.close();
});

test("every link of a page leads somewhere", () => {
  const anchorsOf = (page: string) =>
    [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replaceAll(" ", "-"),
    );
  for (const [path, page] of Object.entries(pages))
    for (const [, target = "", anchor = ""] of page.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const file = new URL(target || path.replace(/^.*\//, ""), new URL(`../../${path}`, import.meta.url));
      expect([path, target, existsSync(file)]).toEqual([path, target, true]);
      if (anchor !== "") expect(anchorsOf(readFileSync(file, "utf8"))).toContain(anchor);
    }
});

test.runIf(hasNats)("the guide's producer gets its event counted", async () => {
  const nats = await startNats();
  const app = await startApp({}, { queueUrl: nats.url });
  const [, code = ""] = /```js\n([\s\S]*?)```/.exec(pageOf("docs/operations.md")) ?? [];
  const { host } = new URL(nats.url);
  const run = () =>
    promisify(execFile)(process.execPath, ["--input-type=module", "-e", code.replaceAll("localhost:4222", host)]);
  // Until the server has made the stream, nobody takes what is published.
  await expect
    .poll(
      () =>
        run().then(
          () => true,
          () => false,
        ),
      { timeout: 30_000 },
    )
    .toBe(true);
  const events = "{ events { edges { node { client amount idempotencyKey } } } }";
  await expect
    .poll(async () => (await app.ask(events)).events.edges)
    .toEqual([{ node: { client: "kiosk-7", amount: "12.5", idempotencyKey: "order-4711" } }]);
  await app.close();
  await nats.stop();
});

test("the README's table of settings is the one that the program prints", () => {
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| ([^\s`]+) \| (.*) \|$/gm)].map(([, name, fallback, meaning]) => [
    name,
    fallback,
    meaning,
  ]);
  expect(rows).toEqual(settingsTable());
});

test("the README's table of exit codes is the one that the program prints", () => {
  const rows = [...readme.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(rows).toEqual(exitCodes);
});

test("every script that a page names exists", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    scripts: object;
  };
  for (const [, name] of all.matchAll(/npm run ([a-z:]+)/g)) expect(Object.keys(scripts)).toContain(name);
});
