// How events are sent by hand, and copied for other places, in the dashboard: the built page, a real browser, the real
// server, and a real shell.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { openBrowser, openPage } from "./browser.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const run = promisify(execFile);
const browser: Browser | null = await openBrowser();
if (browser === null) console.warn("SKIPPED: this machine has no browser, so the room for sending is not tested.");
const hasCurl = await run("curl", ["--version"]).then(
  () => true,
  () => false,
);
if (!hasCurl) console.warn("SKIPPED: this machine has no curl, so the command that is copied is not run.");

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess({ PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") });
});
afterAll(async () => {
  await browser?.close();
  await server.kill();
});

const open = (faults: string[], path = "/submit"): Promise<Page> =>
  openPage(browser, { url: `${server.url}${path}`, faults });

const send = async (page: Page, outcome: string): Promise<string> => {
  await page.getByRole("button", { name: /^Send (event|batch)/ }).click();
  // The answer before stays until the next is there.
  await page.locator('.answer[aria-busy="false"]').waitFor();
  const answer = page.locator(`.answered[data-outcome=${outcome}]`).first();
  await answer.waitFor();
  return (await answer.textContent()) ?? "";
};

const rawTextOf = async (text: string): Promise<string> => {
  const found = await server.ask<{ events: { edges: { node: { id: string } }[] } }>(
    "query ($text: String) { events(first: 1, filter: { text: $text }) { edges { node { id } } } }",
    { text },
  );
  const explained = await server.ask<{ explainEvent: { rawText: string } }>(
    "query ($id: ID!) { explainEvent(id: $id) { rawText } }",
    { id: found.events.edges[0]?.node.id },
  );
  return explained.explainEvent.rawText;
};

test.skipIf(browser === null)(
  "each sample teaches what it says, and a duplicate leads to the event that was counted",
  async () => {
    const faults: string[] = [];
    const page = await open(faults);
    const choose = (name: string) => page.getByRole("button", { name, exact: true }).click();
    expect(await send(page, "ACCEPTED")).toContain("Counted once as #1.");
    await choose("Other spelling");
    await page.locator('.would-be[data-outcome="DUPLICATE"]').waitFor();
    expect(await send(page, "DUPLICATE")).toMatch(/Already counted as #1, first seen \d+ s ago/);
    await choose("Duplicate");
    expect(await send(page, "DUPLICATE")).toContain("#1");
    await choose("With a key");
    await send(page, "ACCEPTED");
    await choose("Same key, other amount");
    expect(await send(page, "CONFLICT")).toContain("Nothing was overwritten");
    await choose("Ambiguous number");
    expect(await send(page, "REJECTED")).toContain("AMBIGUOUS_NUMBER");
    await choose("Garbage");
    expect(await send(page, "REJECTED")).toContain("NOT_A_NUMBER");
    await choose("Batch");
    await page.getByRole("button", { name: "Send batch of 5" }).waitFor();
    await send(page, "REJECTED");
    expect(await page.locator(".batch .answered").count()).toBe(5);
    await choose("Duplicate");
    await send(page, "DUPLICATE");
    await page.locator(".answered").getByRole("link", { name: "#1" }).click();
    await page.getByRole("heading", { name: "Event #1" }).waitFor();
    await page.locator('.log li[data-action="DUPLICATE"]').first().waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  },
);

test.skipIf(browser === null)(
  "a failure after the commit is told for what it is, and sending again counts nothing twice",
  async () => {
    const faults: string[] = [];
    const page = await open(faults);
    await page
      .locator("textarea")
      .fill('{"client":"lost","metric":"sale","amount":1,"timestamp":"2026-01-31T12:00:00Z"}');
    await page.getByLabel("After the commit").check();
    await page.getByText(/^Proves that a lost answer is harmless/).waitFor();
    await page.getByRole("button", { name: "Send event" }).click();
    await page.getByText(/the event is counted, only the answer was lost/).waitFor();
    await page.getByRole("button", { name: "Send again" }).click();
    await page.locator(".answered[data-outcome=DUPLICATE]").waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  },
);

test.skipIf(browser === null || !hasCurl)("the copied command, run in a shell, does what the form does", async () => {
  const faults: string[] = [];
  const page = await open(faults);
  const event = {
    ...{
      client: "it's $HOME",
      metric: '`id` "quoted" \\ back\\\\slash',
      amount: "1.5",
      timestamp: "2026-01-31T12:00:00Z",
    },
    note: "line\nend\ttab $(reboot) !! é漢😀 %s '\\''",
  };
  const text = `{"digits": 12345678901234567890, ${JSON.stringify(event, null, 2).slice(1)}`;
  await page.locator("textarea").fill(text);
  await page.getByLabel("Idempotency key (optional)").fill('it\'s "7"');
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await page.getByText("Copied").waitFor();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const { stdout } = await run("sh", ["-c", command]);
  expect(JSON.parse(stdout).data.ingestEvent).toMatchObject({ outcome: "ACCEPTED" });
  // The form sends the same: nothing differs, the spelling included.
  expect(await send(page, "DUPLICATE")).not.toContain("differently");

  await page.getByRole("button", { name: "GraphQL", exact: true }).click();
  const document = await page.locator("pre[data-language=GraphQL]").textContent();
  expect(await server.ask(document ?? "")).toMatchObject({ ingestEvent: { outcome: "DUPLICATE" } });
  expect(faults).toEqual([]);
  await page.context().close();
});

test.skipIf(browser === null)(
  "an event is sent as it was typed, and digits that no number keeps are told before",
  async () => {
    const faults: string[] = [];
    const page = await open(faults);
    const facts = '"timestamp":"2026-01-31T12:00:00Z","metric":"typed","client":"typist"';
    await page.locator("textarea").fill(`{"z":1,"toJSON":true,"amount":123456789012.12345678,${facts}}`);
    await page.locator(".lost-digits").getByText("it is read as 123456789012.12346").waitFor();
    await page.locator(".preview").getByText("PRECISION_AT_RISK").waitFor();
    await send(page, "ACCEPTED");
    expect(await rawTextOf("typed")).toBe(`{"z":1,"toJSON":true,"amount":123456789012.12346,${facts}}`);

    // No number at all is another fault than none.
    await page.locator("textarea").fill(`{"amount":1e400,${facts}}`);
    expect(await send(page, "REJECTED")).toContain("NOT_FINITE");
    await page.locator(".answered").getByRole("link", { name: "failure" }).click();
    await page.getByRole("button", { name: /^Edit and retry/ }).click();
    await page.locator("textarea").fill(`{"z":2,"amount":"17",${facts}}`);
    await page.getByRole("button", { name: "Retry edited" }).click();
    await page.locator('.answered[data-outcome="ACCEPTED"]').waitFor();
    expect(await rawTextOf('"amount":"17"')).toBe(`{"z":2,"amount":"17",${facts}}`);
    expect(faults).toEqual([]);
    await page.context().close();
  },
);

test.skipIf(browser === null)("what is being typed is there after a look into another room", async () => {
  const page = await open([]);
  await page.locator("textarea").fill('{"half":');
  await page.getByText("A value is missing, or").or(page.locator("#event-json-state button")).first().waitFor();
  await page.getByRole("link", { name: "Events", exact: true }).click();
  await page.getByRole("heading", { name: "Events" }).waitFor();
  await page.getByRole("link", { name: "Submit", exact: true }).click();
  expect(await page.locator("textarea").inputValue()).toBe('{"half":');
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.context().close();
});
