// The dashboard as its users meet it: the built page, a real browser, the real server, also across its restart.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { openBrowser } from "./browser.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const browser: Browser | null = await openBrowser();
if (browser === null) console.warn("SKIPPED: this machine has no browser, so the dashboard is not tested.");

let server: ServerProcess;
let settings: Record<string, string>;
beforeAll(async () => {
  settings = { PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") };
  server = await startProcess(settings);
});
afterAll(async () => {
  await browser?.close();
  await server.kill();
});

const openDashboard = async (faults: string[], path = "/"): Promise<Page> => {
  const page = await (browser as Browser).newPage({ viewport: { width: 1440, height: 1000 } });
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) faults.push(message.text());
  });
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (/^(http|ws)/.test(protocol) && host !== new URL(server.url).host) faults.push(`loads ${request.url()}`);
  });
  await page.goto(`${server.url}${path}`);
  return page;
};

const isLive = async (page: Page): Promise<void> => {
  await page.locator('.connection[data-state="live"]').waitFor();
};
const rowsOf = (page: Page): Promise<readonly (readonly [string | null, string | null])[]> =>
  page
    .locator(".entry[data-seq]")
    .evaluateAll((rows) =>
      rows.map((row) => [row.getAttribute("data-seq"), row.getAttribute("data-outcome")] as const),
    );
const sendAnd = async (page: Page, outcome: string): Promise<string> => {
  await page.getByRole("button", { name: "Send event" }).click();
  const answer = page.locator(`.answered[data-outcome=${outcome}]`);
  await answer.waitFor();
  return answer.textContent().then(String);
};

test.skipIf(browser === null)(
  "from the first sample on, what is sent on one page arrives live on others, is a duplicate the second time, and all go on after a restart",
  async () => {
    const faults: string[] = [];
    const overview = await openDashboard(faults);
    const sender = await openDashboard(faults, "/submit");
    const watcher = await openDashboard(faults, "/live");
    await Promise.all([overview, sender, watcher].map(isLive));

    await overview.getByRole("button", { name: "Send a sample" }).click();
    await watcher.locator('[data-seq="1"][data-outcome="ACCEPTED"]').waitFor();
    await sender.getByRole("button", { name: "With a key" }).click();
    expect(await sendAnd(sender, "ACCEPTED")).toContain("#2");
    await watcher.locator('[data-seq="2"][data-outcome="ACCEPTED"]').waitFor();
    expect(await sendAnd(sender, "DUPLICATE")).toContain("#2");
    await watcher.locator('[data-seq="3"][data-outcome="DUPLICATE"]').waitFor();
    await overview.locator('[data-seq="3"][data-outcome="DUPLICATE"]').waitFor();
    expect(await overview.locator('.term[data-term="received"]').textContent()).toContain("3");

    await server.kill();
    await watcher.locator('.connection:not([data-state="live"])').waitFor();
    server = await startProcess(settings);
    await Promise.all([overview, sender, watcher].map(isLive));
    await sender.getByRole("button", { name: "Garbage" }).click();
    await sendAnd(sender, "REJECTED");
    await watcher.locator('[data-seq="4"][data-outcome="REJECTED"]').waitFor();
    expect(await rowsOf(watcher)).toEqual([
      ["4", "REJECTED"],
      ["3", "DUPLICATE"],
      ["2", "ACCEPTED"],
      ["1", "ACCEPTED"],
    ]);
    await overview.locator('.balance[data-balance="balanced"]').waitFor();
    expect(faults).toEqual([]);
    await Promise.all([overview, sender, watcher].map((page) => page.close()));
  },
);

test.skipIf(browser === null)(
  "a simulated failure after the commit loses only the answer, as the second sending shows",
  async () => {
    const faults: string[] = [];
    const page = await openDashboard(faults, "/submit");
    await isLive(page);
    await page
      .getByLabel("Event (JSON)")
      .fill('{"client":"till","metric":"sale","amount":7,"timestamp":"2026-01-31T12:00:00Z"}');
    await page.getByRole("radio", { name: "After the commit" }).check();
    await page.getByRole("button", { name: "Send event" }).click();
    await page.getByRole("button", { name: "Send again" }).click();
    await page.locator(".answered[data-outcome=DUPLICATE]").waitFor();
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)(
  "GraphiQL runs its first operation and a subscription without anything from elsewhere",
  async () => {
    const faults: string[] = [];
    const page = await openDashboard(faults, "/graphql");
    for (const [operation, answer] of [
      ["Send", "ACCEPTED"],
      ["Follow", "cursor"],
    ] as const) {
      await page.getByRole("button", { name: /execute/i }).click();
      await page.getByRole("menuitem", { name: operation, exact: true }).click();
      await page.locator(".graphiql-response").getByText(answer).first().waitFor();
    }
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)("a phone-sized page has nothing wider than the screen", async () => {
  const page = await openDashboard([]);
  await page.setViewportSize({ width: 390, height: 800 });
  await isLive(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.close();
});
