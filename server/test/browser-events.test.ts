// How counted events are found, explained and taken out of the figures in the dashboard, and what it tells of those who
// send them: the built page, a real browser, the real server.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { openBrowser, openPage } from "./browser.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const browser: Browser | null = await openBrowser();
if (browser === null)
  console.warn("SKIPPED: this machine has no browser, so the rooms of events and clients are not tested.");

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess({ PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") });
});
afterAll(async () => {
  await browser?.close();
  await server.kill();
});

const send = (events: readonly object[]) =>
  server.ask("mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { rejected } }", {
    events: events.map((event) => ({ event })),
  });

const sale = (client: string, amount: string, more: object = {}) => ({
  ...{ client, metric: "sale", amount, unit: "EUR", timestamp: "2026-01-31T12:00:00Z" },
  ...more,
});

const sumOf = async (client: string): Promise<string | undefined> => {
  const query = "query ($filter: EventFilter) { aggregations(filter: $filter) { sum } }";
  const found = await server.ask<{ aggregations: { sum: string }[] }>(query, { filter: { clients: [client] } });
  return found.aggregations[0]?.sum;
};

const open = (faults: string[], path: string): Promise<Page> =>
  openPage(browser, { url: `${server.url}${path}`, faults });

const amountsOf = (page: Page): Promise<readonly string[]> =>
  page.locator(".events td.amount").evaluateAll((cells) => cells.map((cell) => cell.textContent ?? ""));

const copied = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

test.skipIf(browser === null)(
  "an empty room teaches, a filter that admits nothing can be cleared, a fault can be retried",
  async () => {
    const faults: string[] = [];
    const page = await open(faults, "/events");
    await page.getByText("Nothing has arrived yet.").waitFor();
    await send([sale("first", "1")]);
    await page.goto(`${server.url}/events?clients=nobody`);
    await page.getByText("No event was counted of client “nobody”.").waitFor();
    await page.getByRole("button", { name: "Show all events" }).click();
    await page.locator(".events tr[data-id]").waitFor();
    expect(new URL(page.url()).search).toBe("");

    await page.route("**/graphql", (route) => route.abort());
    await page.getByRole("button", { name: "Last hour" }).click();
    const notice = page.locator(".event-list .notice");
    await notice.waitFor();
    await page.unroute("**/graphql");
    await notice.getByRole("button").click();
    await notice.waitFor({ state: "detached" });
    expect(faults).toEqual([]);
    await page.context().close();
  },
);

test.skipIf(browser === null)(
  "by keyboard alone an event is found by what is known of it, explained, voided, and counts again",
  async () => {
    await send([
      { Source: "bakery", payload: { type: "sale", value: "€ 12,75", ts: 1_767_225_600, till: "nine" } },
      { Source: "bakery", payload: { type: "sale", value: "€ 12.75", ts: 1_767_225_600, till: "nine" } },
      sale("bakery", "4.50"),
      sale("butcher", "7"),
    ]);
    const faults: string[] = [];
    const page = await open(faults, "/events");
    const { keyboard } = page;
    await page.locator(".events tr[data-id]").first().waitFor();
    await keyboard.press("f");
    await keyboard.type("bakery");
    await keyboard.press("Enter");
    await page.waitForURL(/clients=bakery/);
    await page.getByText("2 events", { exact: true }).waitFor();
    await keyboard.press("Escape");
    await keyboard.press("/");
    await keyboard.type("NINE");
    await page.waitForURL(/text=NINE/);
    await page.getByText("1 event", { exact: true }).waitFor();
    await keyboard.press("Escape");
    await keyboard.press("j");
    await keyboard.press("Enter");

    const amount = page.locator('.read-facts [data-fact="amount"]');
    await amount.waitFor();
    expect(
      await amount.locator("[data-rule]").evaluateAll((steps) => steps.map((step) => step.getAttribute("data-rule"))),
    ).toEqual(["UNIT_REMOVED", "DECIMAL_COMMA"]);
    const line = page.locator('.raw-lines li[data-path="payload.value"]');
    expect(await line.locator(".raw-fact").allTextContents()).toEqual(["amount", "unit"]);
    expect(await line.textContent()).toContain("was read as a decimal comma");
    await page.getByText("Seen 2 times, 1 of them in another spelling.").waitFor();
    await page.getByRole("button", { name: "copy the fingerprint" }).press("Enter");
    await page.getByText("Copied").waitFor();
    expect(await copied(page)).toMatch(/^[0-9a-f]{64}$/);

    await page.locator(".detail h2").focus();
    await keyboard.press("v");
    await keyboard.type("sold by mistake");
    await keyboard.press("Enter");
    await page.locator('.events tr[data-voided="true"]').waitFor();
    await page.getByText("Does not count.").waitFor();
    expect(await sumOf("bakery")).toBe("4.5");
    await page.locator(".detail h2").focus();
    await keyboard.press("v");
    await keyboard.type("it was right");
    await keyboard.press("Enter");
    await page.locator('.log li[data-action="UNVOIDED"]').waitFor();
    expect(await sumOf("bakery")).toBe("17.25");
    await page.locator(".detail h2").focus();
    await keyboard.press("Escape");
    await page.locator(".detail").waitFor({ state: "detached" });
    expect(new URL(page.url()).search).toBe("?clients=bakery&text=NINE");
    expect(faults).toEqual([]);
    await page.context().close();
  },
);

test.skipIf(browser === null)(
  "what comes in waits and moves no row; what was seen again changes where it stands",
  async () => {
    await send([sale("stand", "1")]);
    const faults: string[] = [];
    const page = await open(faults, "/events?clients=stand");
    await page.locator(".events tr[data-id]").waitFor();
    await page.locator('.connection[data-state="live"]').first().waitFor();
    await send([sale("stand", "2"), sale("stand", "3"), sale("stand", "1"), sale("elsewhere", "9")]);
    await page.getByRole("button", { name: /^Show 2 new/ }).waitFor();
    expect(await amountsOf(page)).toEqual(["1"]);
    await page.locator('.events td[data-label="seen"]').getByText("2", { exact: true }).waitFor();
    await page.keyboard.press("n");
    await page.locator(".events tr[data-id]").nth(2).waitFor();
    expect(await amountsOf(page)).toEqual(["3", "2", "1"]);
    expect(faults).toEqual([]);
    await page.context().close();
  },
);

test.skipIf(browser === null)("a page is the same after a reload, whatever came in", async () => {
  await send(Array.from({ length: 60 }, (_, index) => sale("pages", String(index + 1))));
  const faults: string[] = [];
  const page = await open(faults, "/events?clients=pages");
  await page.getByText("60 events", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Older" }).click();
  await page.waitForURL(/after=/);
  const isSecondPage = () => document.querySelectorAll(".events tbody tr").length === 10;
  await page.waitForFunction(isSecondPage);
  const second = await amountsOf(page);
  expect(second).toEqual(["10", "9", "8", "7", "6", "5", "4", "3", "2", "1"]);
  await send([sale("pages", "61"), sale("pages", "62")]);
  await page.reload();
  await page.waitForFunction(isSecondPage);
  expect(await amountsOf(page)).toEqual(second);
  await page.getByText("62 events", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Newer" }).click();
  await page.waitForURL(/before=/);
  await page.waitForFunction(() => document.querySelectorAll(".events tbody tr").length === 50);
  expect((await amountsOf(page))[0]).toBe("60");
  expect(faults).toEqual([]);
  await page.context().close();
});

test.skipIf(browser === null)(
  "a filter is kept under a name, and an instant is copied as the API writes it",
  async () => {
    await send([sale("views", "5", { timestamp: "2026-01-31T12:00:00.25Z" })]);
    const faults: string[] = [];
    const page = await open(faults, "/events?clients=views&units=EUR");
    await page.getByRole("button", { name: "Save this view" }).click();
    await page.getByLabel("Name of the view").fill("Euros of views");
    await page.keyboard.press("Enter");
    await page.goto(`${server.url}/events`);
    await page.getByRole("button", { name: "Euros of views", exact: true }).click();
    await page.waitForURL(/units=EUR/);
    await page.getByText("1 event", { exact: true }).waitFor();
    await page.locator(".row-open").first().focus();
    const shown = () =>
      page.locator(".events .age:not(.clock)").evaluate((age) => getComputedStyle(age, "::after").content);
    await page.keyboard.press("j");
    expect(await shown()).toMatch(/UTC/);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "copy 2026-01-31T12:00:00.25Z" }).click();
    await page.getByText("Copied").waitFor();
    expect(await copied(page)).toBe("2026-01-31T12:00:00.25Z");
    await page.locator(".log .age-copy").first().focus();
    await page.keyboard.press("Enter");
    await page.getByText(/^Copied 20/).waitFor();
    expect(await copied(page)).toMatch(/^20\d\d-.*Z$/);
    expect(faults).toEqual([]);
    await page.context().close();
  },
);

test.skipIf(browser === null)(
  "a client shows its formats and problems, and a profile being typed outlives one that somebody else saves",
  async () => {
    await send([
      sale("depot", "1,5"),
      { ...sale("depot", "2"), amount: undefined, data: { total: "3" } },
      sale("depot", "1,200"),
    ]);
    const faults: string[] = [];
    const page = await open(faults, "/clients?client=depot");
    await page.locator(".formats").getByText("the comma is the decimal sign").waitFor();
    await page.locator(".formats").getByText("data.total").waitFor();
    expect(await page.locator(".client-shares").textContent()).toContain("66.7%");
    await page.getByLabel("Time zone of times without one").fill("Europe/Berlin");
    await server.ask('mutation { setClientProfile(client: "depot", profile: { allowZero: true }) { openFailures } }');
    await page.getByText("Somebody has saved version 1 meanwhile").waitFor();
    expect(await page.getByLabel("Time zone of times without one").inputValue()).toBe("Europe/Berlin");
    expect(await page.getByRole("button", { name: "Save the profile" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Put my changes upon theirs" }).click();
    await page.getByRole("button", { name: "Save the profile" }).click();
    await page.getByRole("heading", { name: "Profile version 2" }).waitFor();
    expect(await server.ask('{ clientProfile(client: "depot") { timeZone allowZero version } }')).toEqual({
      clientProfile: { timeZone: "Europe/Berlin", allowZero: true, version: 2 },
    });
    await page.getByRole("link", { name: "Number with two readings" }).click();
    await page.locator(".failure-rows li").waitFor();
    expect(new URL(page.url()).search).toContain("of=depot");
    expect(faults).toEqual([]);
    await page.context().close();
  },
);

test.skipIf(browser === null)("no room is wider than a phone", async () => {
  await send([sale("phone", "999999999999999.123456789", { metric: "a metric with quite a long name of its own" })]);
  const page = await open([], "/events?clients=phone");
  await page.setViewportSize({ width: 390, height: 800 });
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  await page.locator(".events tr[data-id]").waitFor();
  expect(await width()).toBeLessThanOrEqual(390);
  await page.getByRole("button", { name: "More filters" }).click();
  expect(await width()).toBeLessThanOrEqual(390);
  await page.locator(".row-open").click();
  await page.locator(".read-facts").waitFor();
  expect(await width()).toBeLessThanOrEqual(390);
  await page.context().close();
});
