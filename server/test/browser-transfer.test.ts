// How files come in and go out through the dashboard: the built page, a real browser, the real server.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { openBrowser, openPage } from "./browser.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const browser: Browser | null = await openBrowser();
if (browser === null) console.warn("SKIPPED: this machine has no browser, so files on a page are not tested.");

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess({ PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") });
});
afterAll(async () => {
  await browser?.close();
  await server.kill();
});

const lineOf = (client: string, amount: string): string =>
  JSON.stringify({ client, metric: "sale", amount, unit: "EUR", timestamp: "2026-01-31T12:00:00Z" });
const FILE = [lineOf("kiosk-1", "5"), lineOf("kiosk-2", "1,200"), "", lineOf("kiosk-3", "7.5"), "{broken"].join("\n");

const choose = (page: Page, name: string, buffer: Buffer): Promise<void> =>
  page.locator("input[type=file]").setInputFiles({ name, mimeType: "application/octet-stream", buffer });

const countsOn = async (page: Page): Promise<readonly string[]> => {
  const counts = page.locator('.import-run [aria-label="Outcomes of the lines"] li');
  return (await counts.allTextContents()).map((text) => text.trim());
};

const WAIT = { timeout: 20_000 };

test.skipIf(browser === null)(
  "a packed file is imported, each line that was not counted is shown, and importing it again counts nothing twice",
  async () => {
    const faults: string[] = [];
    const page = await openPage(browser, { url: `${server.url}/submit?from=file`, faults });
    await choose(page, "sales.ndjson.gz", gzipSync(FILE));
    await page.locator(".import-pace").getByText("Imported: 4 lines").waitFor();
    expect(await countsOn(page)).toEqual(["2 accepted", "0 duplicates", "0 conflicts", "2 rejected"]);
    const rejected = page.locator(".rejected-lines tbody tr");
    await expect.poll(() => rejected.locator("td").first().textContent(), WAIT).toBe("2");
    expect(await rejected.nth(1).textContent()).toContain("NOT_AN_OBJECT");

    await page.getByRole("button", { name: "Import it again" }).click();
    await expect.poll(() => countsOn(page), WAIT).toEqual(["0 accepted", "2 duplicates", "0 conflicts", "2 rejected"]);
    await rejected.first().getByRole("link", { name: "Correct it" }).click();
    await page.locator(".detail").getByText("1,200").first().waitFor();
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)(
  "a file whose name says nothing is not sent, and the names that do are told",
  async () => {
    const faults: string[] = [];
    const page = await openPage(browser, { url: `${server.url}/submit?from=file`, faults });
    await choose(page, "sales.xlsx", Buffer.from("no table"));
    expect(await page.getByRole("alert").textContent()).toContain(".ndjson");
    expect(await page.locator(".import-run").count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)("what is exported is what the filter on the screen admits", async () => {
  const faults: string[] = [];
  const page = await openPage(browser, { url: `${server.url}/events?clients=kiosk-3`, faults });
  await page.locator("table.events tbody tr").first().waitFor();
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /^NDJSON/ }).click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line)).map(({ client, amount }) => [client, amount])).toEqual([
    ["kiosk-3", "7.5"],
  ]);
  expect(faults).toEqual([]);
  await page.close();
});
