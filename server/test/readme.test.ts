// Runs what README tells a newcomer to run, and compares what comes back with what README says comes back.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { exitCodes } from "../commands/help.ts";
import { settingsTable } from "../config.ts";
import { startApp } from "./app.ts";
import { pageOf, pages } from "./guides.ts";
import { hasNats, startNats } from "./nats.ts";

const readme = pageOf("README.md");
const all = Object.values(pages).join("\n");

test("each curl command of the README answers what stands below it", async () => {
  const app = await startApp();
  const examples = [...all.matchAll(/```sh\n(curl [\s\S]*?)```[\s\S]*?```json\n([\s\S]*?)```/g)];
  expect(examples).toHaveLength(7);
  for (const [, command = "", answer = ""] of examples) {
    const { stdout } = await promisify(execFile)("sh", ["-c", command.replaceAll("http://localhost:3000", app.url)]);
    // An answer that is cut short in the README ends with dots.
    const isCut = answer.includes("…");
    const expected = JSON.parse(isCut ? answer.replace(/,\s*…/, "") : answer);
    if (isCut) expect(JSON.parse(stdout)).toMatchObject(expected);
    else expect(JSON.parse(stdout)).toEqual(expected);
  }
  await app.close();
});

test.runIf(hasNats)("the README's producer gets its event counted", async () => {
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

test("every command that the README names exists", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    scripts: object;
  };
  for (const [, name] of all.matchAll(/npm run ([a-z:]+)/g)) expect(Object.keys(scripts)).toContain(name);
});
