// How operators put failures right in the dashboard: the built page, a real browser, the real server.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { openBrowser, openPage } from "./browser.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const browser: Browser | null = await openBrowser();
if (browser === null)
  console.warn("SKIPPED: this machine has no browser, so repairing in the dashboard is not tested.");

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess({ PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") });
});
afterAll(async () => {
  await browser?.close();
  await server.kill();
});

interface Sent {
  readonly event: object;
  readonly idempotencyKey?: string;
}

const send = (events: readonly Sent[]) =>
  server.ask("mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { rejected } }", {
    events,
  });

const sale = (client: string, amount: string, more: object = {}): Sent => ({
  event: { client, metric: "sale", amount, timestamp: "2026-01-31T12:00:00Z", ...more },
});

const sumOf = async (client: string): Promise<string | undefined> => {
  const query = "query ($filter: EventFilter) { aggregations(filter: $filter) { sum } }";
  const found = await server.ask<{ aggregations: { sum: string }[] }>(query, { filter: { clients: [client] } });
  return found.aggregations[0]?.sum;
};

const openFailures = async (client: string): Promise<number> => {
  const query = "query ($filter: FailedEventFilter) { failedEvents(first: 0, filter: $filter) { totalCount } }";
  const filter = { clients: [client], states: ["OPEN"] };
  return (await server.ask<{ failedEvents: { totalCount: number } }>(query, { filter })).failedEvents.totalCount;
};

const open = (faults: string[], path: string): Promise<Page> =>
  openPage(browser, { url: `${server.url}${path}`, faults });

const stateOf = (page: Page, state: string) => page.locator(`.failure-facts .failure-state[data-state="${state}"]`);

test.skipIf(browser === null)(
  "an operator says what 1,200 means, and all that waited for this answer is counted",
  async () => {
    await send([sale("till", "1,200"), sale("till", "2,500"), sale("till", "12,345"), sale("till", "abc")]);
    const faults: string[] = [];
    const page = await open(faults, "/failures?client=till");
    const group = page.locator('tr[data-code="AMBIGUOUS_NUMBER"]');
    expect(await group.textContent()).toContain("Number with two readings");
    expect(await group.getByRole("img").getAttribute("aria-label")).toMatch(/^3 failed events in the last 24 hours/);
    await group.getByRole("button").click();

    await page.locator(".reading").filter({ hasText: "the comma groups thousands" }).click();
    await page
      .locator('.forecast-counts li[data-outcome="ACCEPTED"]')
      .filter({ hasText: "3 would be counted" })
      .waitFor();
    expect(await openFailures("till")).toBe(4);
    // Looking at one of them meanwhile takes nothing of this away.
    await page.locator(".failure-open").first().click();
    await page.locator(".raw-lines").waitFor();
    await page.getByRole("button", { name: /Save the rule and retry/ }).click();

    await page.locator('.job[data-kind="RETRY"][data-state="DONE"]').filter({ hasText: "3 succeeded" }).waitFor();
    await page.locator('.failure-rows li[data-state="RESOLVED"]').nth(2).waitFor();
    expect(await sumOf("till")).toBe("16045");
    expect(await openFailures("till")).toBe(1);
    const profile = '{ clientProfile(client: "till") { decimalSeparator version } }';
    expect(await server.ask(profile)).toEqual({ clientProfile: { decimalSeparator: "DOT", version: 1 } });
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)("by keyboard alone a failed event is found, edited, previewed and counted", async () => {
  await send([sale("keyboard", "12abc")]);
  const faults: string[] = [];
  const page = await open(faults, "/failures?client=keyboard");
  const { keyboard } = page;
  await page.locator("tr[data-id]").waitFor();
  await keyboard.press("j");
  await keyboard.press("Enter");
  await page.locator(".failure-rows li").waitFor();
  await keyboard.press("j");
  await keyboard.press("Enter");
  await page.locator('.raw-lines li[data-path="amount"] li[data-code="NOT_A_NUMBER"]').waitFor();
  await keyboard.press("e");
  await page.locator("textarea:focus").waitFor();
  await keyboard.press("Control+a");
  await keyboard.insertText('{"client":"keyboard","metric":"sale","amount":"12","timestamp":"2026-01-31T12:00:00Z"}');
  await page.locator('.would-be[data-outcome="ACCEPTED"]').waitFor();
  await keyboard.press("Control+Enter");
  await page.locator('.answered[data-outcome="ACCEPTED"]').waitFor();
  await stateOf(page, "RESOLVED").waitFor();
  expect(await page.getByRole("button", { name: /^Retry r/ }).getAttribute("aria-description")).toContain("resolved");
  expect(await sumOf("keyboard")).toBe("12");

  await keyboard.press("Escape");
  await page.locator(".detail").waitFor({ state: "detached" });
  await keyboard.press("Escape");
  await page.getByRole("heading", { name: "Failures" }).waitFor();
  expect(new URL(page.url()).search).toBe("?client=keyboard");
  await keyboard.press("?");
  await page.getByRole("dialog").getByText("Search in failures").waitFor();
  // Whoever types fast has pressed the next key before the browser has drawn the page without the dialog.
  await Promise.all([keyboard.press("Escape"), keyboard.press("/")]);
  await page.locator("input:focus").waitFor();
  await keyboard.type("jjj");
  await page.waitForURL(/text=jjj/);
  await page.getByText("Nothing matches.").waitFor();
  expect(faults).toEqual([]);
  await page.close();
});

test.skipIf(browser === null)("a conflict is counted under a key of its own, with its lineage in the log", async () => {
  const keyed = (amount: string): Sent => ({ ...sale("shop", amount), idempotencyKey: "order-1" });
  await send([keyed("5"), keyed("7")]);
  const page = await open([], "/failures?client=shop&list=1");
  await page.locator(".failure-open").click();
  await page.getByRole("button", { name: /^Edit and retry/ }).click();
  await page.getByRole("button", { name: "Make a new key" }).click();
  await page.getByRole("button", { name: "Retry edited" }).click();
  await page.locator('.answered[data-outcome="ACCEPTED"]').waitFor();
  await page.locator('.log li[data-action="ACCEPTED"]').waitFor();
  expect(await sumOf("shop")).toBe("12");
  await page.close();
});

test.skipIf(browser === null)("what was discarded says why, cannot be retried, and can be reopened", async () => {
  await send([sale("kiosk", "abc")]);
  const page = await open([], "/failures?client=kiosk&list=1");
  await page.locator(".failure-open").click();
  await page.getByRole("button", { name: /^Discard d/ }).click();
  await page.getByLabel("Why?").fill("a test of the supplier");
  await page.getByRole("button", { name: "Discard", exact: true }).click();
  await stateOf(page, "DISCARDED").waitFor();
  expect(await page.locator('.log li[data-action="DISCARDED"]').textContent()).toContain("a test of the supplier");
  const retry = page.getByRole("button", { name: /^Retry r/ });
  expect(await retry.getAttribute("aria-disabled")).toBe("true");
  expect(await openFailures("kiosk")).toBe(0);

  await page.reload();
  await page.getByRole("button", { name: /^Reopen/ }).click();
  await stateOf(page, "OPEN").waitFor();
  expect(await openFailures("kiosk")).toBe(1);
  await page.close();
});

test.skipIf(browser === null)("a job is counted first, and is found again after a reload to be cancelled", async () => {
  for (let batch = 0; batch < 4; batch++) {
    const serials = Array.from({ length: 1_000 }, (_, index) => batch * 1_000 + index);
    await send(serials.map((serial) => sale("bulk", "abc", { serial })));
  }
  const faults: string[] = [];
  const page = await open(faults, "/failures?client=bulk");
  await page.getByRole("button", { name: "Retry these…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("4\u202f000 would still fail").waitFor();
  await dialog.getByRole("button", { name: "Retry 4\u202f000 failed events" }).click();
  const running = page.locator('.job[data-state="RUNNING"]').filter({ hasText: "4\u202f000" });
  await running.waitFor();
  await page.reload();
  await running.waitFor();
  await page.waitForFunction(() => (document.querySelector<HTMLProgressElement>(".job progress")?.value ?? 0) > 0);
  await running.getByRole("button", { name: "Cancel" }).click();
  await page.locator('.job[data-state="CANCELLED"]').waitFor();
  expect(faults).toEqual([]);
  await page.close();
});

test.skipIf(browser === null)(
  "a profile is tried, refused at its field, saved, and what was counted is read again with it",
  async () => {
    await send([sale("store", "1,5"), sale("store", "0")]);
    const faults: string[] = [];
    const page = await open(faults, "/clients?client=store");
    await page.getByLabel("Time zone of times without one").fill("Mars/Olympus");
    await page.getByLabel("zero").check();
    await page.getByRole("button", { name: "Save the profile" }).click();
    await page.locator(".flaw").filter({ hasText: "IANA name" }).waitFor();
    await page.getByLabel("Time zone of times without one").fill("");
    await page.getByRole("button", { name: "Try it on open failures" }).click();
    await page
      .locator('.forecast-counts li[data-outcome="ACCEPTED"]')
      .filter({ hasText: "1 would be counted" })
      .waitFor();
    await page.getByRole("button", { name: "Save the profile" }).click();
    await page.locator('.job[data-state="DONE"]').filter({ hasText: "1 succeeded" }).waitFor();
    await page.getByRole("heading", { name: "Profile version 1" }).waitFor();
    expect(await openFailures("store")).toBe(0);

    await page.getByRole("button", { name: "See what would change" }).click();
    await page.getByText(/^Of 2 events: 0 would say something else/).waitFor();
    await page.getByRole("button", { name: "Delete…" }).click();
    await page.getByRole("button", { name: "Delete the profile" }).click();
    await page.getByRole("heading", { name: "Profile none yet" }).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)("an event of the feed is explained, voided and counts again", async () => {
  await send([sale("void", "8.50")]);
  const faults: string[] = [];
  const page = await open(faults, "/");
  await page.locator(".entry[data-seq]").filter({ hasText: "void" }).first().click();
  await page.getByRole("button", { name: /^Void…/ }).click();
  await page.getByLabel("Why?").fill("sold by mistake");
  await page.getByRole("button", { name: "Void", exact: true }).click();
  await page.getByText("Does not count.").waitFor();
  expect(await sumOf("void")).toBeUndefined();
  await page.getByRole("button", { name: /^Let it count again/ }).click();
  await page.getByLabel("Why?").fill("it was right");
  await page.getByRole("button", { name: "Let it count again", exact: true }).click();
  await page.locator('.log li[data-action="UNVOIDED"]').filter({ hasText: "it was right" }).waitFor();
  expect(await sumOf("void")).toBe("8.5");
  await page.goto(server.url);
  await page.locator(".entry[data-seq] .act").filter({ hasText: "Unvoided" }).waitFor();
  expect(faults).toEqual([]);
  await page.close();
});

test.skipIf(browser === null)("no room is wider than a phone, and a detail lies over its list there", async () => {
  await send([sale("phone", "abc")]);
  const page = await open([], "/failures?client=phone&list=1");
  await page.setViewportSize({ width: 390, height: 800 });
  await page.locator(".failure-open").click();
  await page.locator(".raw-lines").waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await page.locator(".detail").evaluate((detail) => getComputedStyle(detail).position)).toBe("fixed");
  await page.goto(`${server.url}/clients?client=phone`);
  await page.getByRole("heading", { name: /^Profile/ }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.close();
});
