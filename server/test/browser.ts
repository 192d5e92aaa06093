// A real browser for tests: the Chromium inside the npm package on Linux, an installed Chrome elsewhere.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import chromium, { inflate } from "@sparticuz/chromium";
import { type Browser, chromium as launcher, type Page } from "playwright-core";

const ARGUMENTS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Null where this machine has no browser that can be used: then the test that asked must say so. */
export const openBrowser = async (): Promise<Browser | null> => {
  if (process.platform === "linux" && process.arch === "x64") return openPackaged();
  return launcher.launch({ channel: "chrome", args: ARGUMENTS }).catch(() => null);
};

const WAIT_LIMIT_MS = 30_000;

/** A wide page that may use the clipboard. What its scripts throw is added to the faults. */
export const openPage = async (
  browser: Browser | null,
  { url, faults }: { readonly url: string; readonly faults: string[] },
): Promise<Page> => {
  if (browser === null) throw new Error("There is no browser.");
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_LIMIT_MS);
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(url);
  return page;
};

const openPackaged = async (): Promise<Browser> => {
  const folder = join(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))), "../bin");
  // A small machine lacks libraries that the browser needs; the package brings them along.
  const libraries = join(await inflate(join(folder, "al2023.tar.br")), "lib");
  return launcher.launch({
    executablePath: await chromium.executablePath(folder),
    args: ARGUMENTS,
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
  });
};
