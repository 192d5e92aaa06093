// What the dashboard says about sums: the built page, a real browser, the real server.
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { openBrowser, openPage } from "./browser.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const browser: Browser | null = await openBrowser();
if (browser === null) console.warn("SKIPPED: this machine has no browser, so aggregations on a page are not tested.");

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess({ PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") });
  await send([
    ...sales("northwind", ["999999999999999.000000001", "0.000000002", "17.25"]),
    ...sales("contoso", ["0.1", "0.2"]),
    ...sales("contoso", ["5"], { unit: "USD" }),
    ...sales("northwind", ["3"], { timestamp: "2026-01-08T12:00:00Z" }),
    ...sales("=cmd()", ["4"]),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await server.kill();
});

const RANGE = "range=2026-01-10T00:00Z..2026-01-12T00:00Z";

const send = (events: readonly object[]) =>
  server.ask("mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { accepted } }", {
    events,
  });

const sales = (client: string, amounts: readonly string[], more: object = {}): readonly object[] =>
  amounts.map((amount, index) => ({
    event: { client, metric: "sale", amount, unit: "EUR", timestamp: `2026-01-10T1${index}:05:00Z`, ...more },
  }));

interface Sums {
  readonly aggregations: readonly { readonly client: string; readonly unit: string; readonly sum: string }[];
}

/** What the API says of each client, in euros. */
const sumsInApi = async (): Promise<Readonly<Record<string, string>>> => {
  const filter = { from: "2026-01-10T00:00:00Z", to: "2026-01-12T00:00:00Z", units: ["EUR"] };
  const query = "query ($filter: EventFilter) { aggregations(filter: $filter, groupBy: [CLIENT]) { client unit sum } }";
  const { aggregations } = await server.ask<Sums>(query, { filter });
  return Object.fromEntries(aggregations.map(({ client, sum }) => [client, sum]));
};

/** Each figure comes when its question is answered. */
const WAIT = { timeout: 20_000 };

const open = async (faults: string[], query: string): Promise<Page> => {
  const page = await openPage(browser, { url: `${server.url}/aggregations?${query}`, faults });
  await page.locator(".chart-plot canvas").waitFor();
  return page;
};

/** A figure of each group on the screen, without the spaces between its digits. */
const figuresOnPage = (page: Page, figure: string): Promise<Readonly<Record<string, string>>> =>
  page
    .locator(".figures-table tbody tr")
    .evaluateAll(
      (rows, name) =>
        Object.fromEntries(
          rows.map((row) => [
            row.querySelector("th")?.textContent?.trim() ?? "",
            (row.querySelector(`[data-figure="${name}"]`)?.firstChild?.textContent ?? "").replaceAll("\u202f", ""),
          ]),
        ),
      figure,
    );

const fileOf = async (page: Page, format: RegExp): Promise<string> => {
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: format }).click(),
  ]);
  return readFile(await download.path(), "utf8");
};

const namesOnPage = (page: Page): Promise<readonly string[]> =>
  page.locator(".figures-table tbody th").evaluateAll((heads) => heads.map((head) => head.textContent?.trim() ?? ""));

test.skipIf(browser === null)(
  "sums on the page are those of the API digit for digit, each unit for itself",
  async () => {
    const faults: string[] = [];
    const page = await open(faults, `${RANGE}&by=client`);
    await expect.poll(() => figuresOnPage(page, "sum"), WAIT).toEqual(await sumsInApi());
    expect(await sumsInApi()).toEqual({ "=cmd()": "4", contoso: "0.3", northwind: "1000000000000016.250000003" });
    await page.getByRole("button", { name: /^USD/ }).click();
    await page.locator('.figures-table [data-figure="sum"]').getByText("5", { exact: true }).first().waitFor();
    await expect.poll(() => figuresOnPage(page, "sum"), WAIT).toEqual({ contoso: "5" });
    expect(page.url()).toContain("unit=USD");
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)("an event that is counted elsewhere moves the figures and keeps the focus", async () => {
  const faults: string[] = [];
  const page = await open(faults, `${RANGE}&by=client&client=till&client=contoso`);
  await page.locator(".figures-table tbody tr").filter({ hasText: "contoso" }).waitFor();
  await page.locator(".sort").getByText("Largest").focus();
  await send(sales("till", ["0.05", "0.06"]));
  await page.locator(".figures-table tbody tr").filter({ hasText: "till" }).getByText("0.11").waitFor();
  await page.locator(".chart-end").filter({ hasText: "till" }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe("Largest");
  expect(faults).toEqual([]);
  await page.close();
});

test.skipIf(browser === null)(
  "the period before is compared exactly, and the file has what the screen has",
  async () => {
    const faults: string[] = [];
    const page = await open(faults, `${RANGE}&by=client&compare=1&client=northwind&client=%3Dcmd()`);
    await page.locator('.figures-table [data-figure="difference"]').first().waitFor();
    await expect.poll(() => figuresOnPage(page, "before"), WAIT).toEqual({ "=cmd()": "0", northwind: "3" });
    await expect
      .poll(() => figuresOnPage(page, "difference"), WAIT)
      .toEqual({
        "=cmd()": "+4",
        northwind: "+1000000000000013.250000003",
      });
    const [head = "", ...rows] = (await fileOf(page, /^CSV/)).trimEnd().split("\r\n");
    const column = head.split(",").indexOf("sum");
    expect(rows.map((row) => row.split(",")[column])).toEqual(["1000000000000016.250000003", "4"]);
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)("percentiles are exact or say how exact they are, as are own ones", async () => {
  const faults: string[] = [];
  const page = await open(faults, `${RANGE}&by=client&client=northwind&figure=p50`);
  await expect.poll(() => figuresOnPage(page, "p50"), WAIT).toEqual({ northwind: "17.25" });
  await page.getByLabel("Percentiles").fill("99.9, 50");
  await page.keyboard.press("Enter");
  await page.waitForURL(/percentiles=99.9%2C50/);
  await expect.poll(() => figuresOnPage(page, "p99.9"), WAIT).toEqual({ northwind: "999999999999999.000000001" });
  expect(await page.getByText("of the exact amount").count()).toBe(0);
  expect(faults).toEqual([]);
  await page.close();
});

test.skipIf(browser === null)("what hours without events tell is chosen, and said where it is drawn", async () => {
  const faults: string[] = [];
  const page = await open(faults, `${RANGE}&by=client&client=contoso`);
  const lastWords = async (fill: string): Promise<string> => {
    await page.getByLabel("No event").selectOption(fill);
    await page.locator('.drawn[aria-busy="false"]').waitFor();
    await page.locator(".chart-plot").focus();
    await page.keyboard.press("End");
    return (await page.locator(".chart-tooltip dd").textContent()) ?? "";
  };
  await expect.poll(() => lastWords("as zero"), WAIT).toBe("0");
  await expect.poll(() => lastWords("as a gap"), WAIT).toBe("no event");
  await expect.poll(() => lastWords("as before"), WAIT).toBe("0.2, as before");
  await expect.poll(() => lastWords("left out"), WAIT).toBe("0.2");
  expect(faults).toEqual([]);
  await page.close();
});

test.skipIf(browser === null)(
  "of many groups the first are told apart, and stand still until somebody wants them in order",
  async () => {
    const faults: string[] = [];
    await send([1, 2, 3, 4, 5, 6, 7].flatMap((size) => sales(`shop-${size}`, [String(size)], { metric: "visit" })));
    const page = await open(faults, `${RANGE}&by=client&metric=visit&top=5`);
    const before = ["shop-7", "shop-6", "shop-5", "shop-4", "shop-3", "All others"];
    await expect.poll(() => namesOnPage(page), WAIT).toEqual(before);
    await expect.poll(async () => (await figuresOnPage(page, "sum"))["All others"], WAIT).toBe("3");
    await send(sales("shop-3", ["100"], { metric: "visit", timestamp: "2026-01-11T12:00:00Z" }));
    await expect.poll(async () => (await figuresOnPage(page, "sum"))["shop-3"], WAIT).toBe("103");
    expect(await namesOnPage(page)).toEqual(before);
    await page.getByRole("button", { name: "Put in order" }).click();
    await expect
      .poll(() => namesOnPage(page), WAIT)
      .toEqual([...["shop-3", "shop-7", "shop-6", "shop-5", "shop-4", "All others"]]);
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)(
  "a range is zoomed into with the mouse or by keyboard, and there is a way back",
  async () => {
    const faults: string[] = [];
    const page = await open(faults, `${RANGE}&by=client`);
    const plot = page.locator(".chart-plot");
    const area = await page.locator(".u-over").boundingBox();
    if (area === null) throw new Error("The chart has no area.");
    await page.mouse.move(area.x + area.width * 0.2, area.y + 40);
    await page.mouse.down();
    await page.mouse.move(area.x + area.width * 0.3, area.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/was=2026-01-10T00/);
    const zoomed = new URL(page.url()).searchParams.get("range") ?? "";
    expect(zoomed).toMatch(/^2026-01-10T09:00Z\.\.2026-01-10T15:00Z$/);

    await plot.focus();
    const said = page.locator("[role=status]").filter({ hasText: "northwind" });
    // The lines before stay until those of the range are there.
    const firstPoint = async (): Promise<string | null> => {
      await page.keyboard.press("Home");
      return said.textContent();
    };
    await expect.poll(firstPoint, WAIT).toContain("2026-01-10 09:00");
    await page.locator(".chart-tooltip").getByText("2026-01-10 09:00").waitFor();
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Enter");
    await page.waitForURL(/range=2026-01-10T09%3A00Z\.\.2026-01-10T09%3A30Z/);
    await page.getByRole("button", { name: /^Back to/ }).click();
    await page.waitForURL((url) => url.searchParams.get("range") === RANGE.slice(6) && !url.searchParams.has("was"));
    expect(faults).toEqual([]);
    await page.close();
  },
);
