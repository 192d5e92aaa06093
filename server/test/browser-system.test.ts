// The room of the system: the built page, a real browser, the real server.
import BetterSqlite from "better-sqlite3";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { openBrowser } from "./browser.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const browser: Browser | null = await openBrowser();
if (browser === null) console.warn("SKIPPED: this machine has no browser, so the room of the system is not tested.");

let server: ServerProcess;
const file = temporaryFile("surecount.db");
beforeAll(async () => {
  server = await startProcess({ PORT: await freePort(), DATABASE_URL: file });
});
afterAll(async () => {
  await browser?.close();
  await server.kill();
});

const SEND = "mutation Sending($event: JSON!) { ingestEvent(input: { event: $event }) { outcome } }";

const send = (amount: number) => {
  const event = { client: "till", metric: "sale", amount, timestamp: "2026-01-31T12:00:00Z" };
  return fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: SEND, variables: { event } }),
  });
};

const setHidden = (page: Page, isHidden: boolean) =>
  page.evaluate((isHidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, value: isHidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);

test.skipIf(browser === null)(
  "an operator sees live whether the server is ready, what it does, and why it is not ready",
  async () => {
    const faults: string[] = [];
    const page = await (browser as Browser).newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => faults.push(error.message));
    let asked = 0;
    page.on("request", (request) => {
      if (request.postData()?.includes("query System")) asked += 1;
    });
    await page.clock.install();
    await page.goto(`${server.url}/system`);
    await page.locator('.glance[data-state="ready"]').filter({ hasText: "Nothing was committed" }).waitFor();

    // The figures move by themselves.
    await send(1);
    await send(1);
    await page.locator(".glance").filter({ hasText: "Commits in " }).waitFor();
    const sending = page.locator('tr[data-operation="Sending"]');
    await sending.locator('[data-label="answered"]').filter({ hasText: /^2$/ }).waitFor();
    expect(await sending.locator('[data-label="with errors"]').textContent()).toBe("0");
    expect(await page.locator('tr[data-measure="Commit"] td').nth(1).textContent()).toMatch(/^\d.* (µs|ms|s)$/);
    expect(await page.locator('tr[data-measure="Free disk"] td').last().textContent()).toMatch(/^\d.* [MGT]B$/);
    await page.locator('tr[data-measure="Subscribers"] td').last().filter({ hasText: /^1$/ }).waitFor();

    // What was, over a time that stands in the address, as chart and as table.
    await page.getByRole("button", { name: "6 h" }).click();
    await page.waitForURL(/[?]range=6h$/);
    await page.locator('[data-chart="Events"]').waitFor();

    // Nobody looks, so nothing is asked: what is asked next comes with the next look.
    await setHidden(page, true);
    const before = asked;
    await send(2);
    await page.clock.runFor(10_000);
    expect(asked).toBe(before);
    await setHidden(page, false);
    await sending.locator('[data-label="answered"]').filter({ hasText: /^3$/ }).waitFor();

    const other = new BetterSqlite(file);
    other.exec("begin immediate");
    await page
      .locator('.glance[data-state="not-ready"]')
      .filter({ hasText: "The database has not answered for a second." })
      .waitFor();
    other.exec("rollback");
    other.close();
    await page.locator('.glance[data-state="ready"]').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  },
);
