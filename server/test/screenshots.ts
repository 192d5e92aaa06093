// Pictures of every room of the dashboard, wide and narrow, light and dark, as README shows them: npm run screenshots.
// Starts a server of its own on a scratch database, with a clock that an hour can be made of in seconds; the rooms are
// those that the page's own navigation names.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { buildDashboard } from "../../web/build.ts";
import { createApp } from "../app.ts";
import { readConfig } from "../config.ts";
import { openBrowser } from "./browser.ts";
import { stockServer } from "./stock.ts";

const target = fileURLToPath(new URL("../../web/screenshots/", import.meta.url));

const HOUR_MS = 3_600_000;

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
const schemes = ["light", "dark"] as const;

/** What a room is asked, where the usual shows less of it. */
const questions: Readonly<Record<string, string>> = {
  "/aggregations": "?by=client&compare=1&range=30d",
  "/failures": "?code=AMBIGUOUS_NUMBER&path=amount&of=till",
};

interface Room {
  readonly path: string;
  readonly name: string;
}

const roomsOf = async (browser: Browser, url: string): Promise<readonly Room[]> => {
  const page = await browser.newPage();
  await page.goto(url);
  const paths = await page
    .locator("nav a:not([href='/graphql'])")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? "/"));
  await page.close();
  return [...new Set(paths)].map((path) => ({ path, name: path === "/" ? "overview" : path.slice(1) }));
};

/** Until nothing is being asked for. Figures are drawn a few times a second: two such moments later all are there. */
const settle = async (page: Page): Promise<void> => {
  await page.locator('.connection[data-state="live"]').first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
  await page.waitForTimeout(1_000);
};

const takeAll = async (browser: Browser, url: string): Promise<void> => {
  for (const { path, name } of await roomsOf(browser, url))
    for (const { width, height } of sizes)
      for (const scheme of schemes) {
        const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, locale: "en-GB" });
        await page.goto(`${url}${path}${questions[path] ?? ""}`);
        await settle(page);
        const file = `${name}-${width}-${scheme}.png`;
        await page.screenshot({ path: join(target, file), animations: "disabled" });
        await page.close();
        process.stdout.write(`${file}\n`);
      }
};

const run = async (): Promise<0 | 1> => {
  const browser = await openBrowser();
  if (browser === null) {
    process.stderr.write("This machine has no browser that can be used: no picture was taken.\n");
    return 1;
  }
  const folder = await mkdtemp(join(tmpdir(), "surecount-"));
  let behindMs = HOUR_MS;
  const app = await createApp({
    config: readConfig({ PORT: "0", LOG_LEVEL: "warn", DATABASE_URL: join(folder, "surecount.db") }),
    dashboard: await buildDashboard(),
    now: () => (Date.now() - behindMs) * 1_000,
  });
  try {
    await stockServer({
      url: app.url,
      nowMs: Date.now(),
      setClock: (atMs) => {
        behindMs = Date.now() - atMs;
      },
    });
    await mkdir(target, { recursive: true });
    await takeAll(browser, app.url);
    return 0;
  } finally {
    await browser.close();
    await app.close();
    await rm(folder, { recursive: true, force: true });
  }
};

process.exitCode = await run();
