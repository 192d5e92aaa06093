// Tokens, signing in and webhooks in the dashboard: the built page, a real browser, the real server. The tests are one
// story, from the first token on.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { violationsEverywhere } from "./axe.ts";
import { openBrowser, openPage } from "./browser.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { isSignedWith, type Receiver, startReceiver } from "./receiver.ts";
import { temporaryFile } from "./temporary.ts";
import { bearer } from "./token-traffic.ts";

const browser: Browser | null = await openBrowser();
if (browser === null)
  console.warn("SKIPPED: this machine has no browser, so tokens, webhooks and signing in are not tested in one.");
const inBrowser = test.skipIf(browser === null);

let server: ServerProcess;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  server = await startProcess({
    ...{ PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db"), WEBHOOKS: "any" },
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server.kill();
  await receiver.close();
});

const faults: string[] = [];
const addresses: string[] = [];
const open = async (path: string): Promise<Page> => {
  const page = await openPage(browser, { url: "about:blank", faults });
  page.on("request", (request) => addresses.push(request.url()));
  await page.goto(`${server.url}${path}`);
  return page;
};
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true }).click();

let owner: Page;
let admin = "";
let reader = "";

const send = async (change: object = {}): Promise<void> => {
  const event = { client: "till", metric: "sale", amount: 1, timestamp: "2026-01-31T12:00:00Z", ...change };
  const query = "mutation ($event: JSON!) { ingestEvent(input: { event: $event }) { outcome } }";
  await fetch(`${server.url}/graphql`, {
    ...{ method: "POST", headers: { "content-type": "application/json", ...bearer(admin) } },
    body: JSON.stringify({ query, variables: { event } }),
  });
};

inBrowser(
  "whoever makes the first token is signed in with it, and sees it this once",
  async () => {
    owner = await open("/tokens");
    await owner.getByText("There are no tokens yet.").waitFor();
    await press(owner, "Make a token");
    await owner.getByLabel("Name", { exact: true }).fill("ops");
    expect(await violationsEverywhere(owner)).toEqual([]);
    await press(owner, "Make it");
    admin = (await owner.locator(".issued-text").textContent()) ?? "";
    expect(admin).toMatch(/^sc_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}$/);
    expect(await violationsEverywhere(owner)).toEqual([]);
    await press(owner, "I have it");
    await owner.reload();
    await owner.locator(".rail-foot .viewer", { hasText: "ops" }).waitFor();
    await owner.locator(".token-table tbody tr", { hasText: "ops" }).waitFor();
    expect(await owner.content()).not.toContain(admin);
    const kept = await owner.evaluate(() =>
      JSON.stringify([document.cookie, location.href, { ...localStorage }, { ...sessionStorage }, history.state]),
    );
    expect(kept).not.toContain(admin.split("_")[2]);
  },
  120_000,
);

inBrowser(
  "a token for a reader of one client is made in the room, and lets in where a wrong one does not",
  async () => {
    await press(owner, "Make a token");
    await owner.getByLabel("Name", { exact: true }).fill("partner");
    await owner.getByRole("checkbox", { name: /^read/ }).check();
    await owner.getByLabel("Bound to clients").fill("till");
    await press(owner, "Make it");
    reader = (await owner.locator(".issued-text").textContent()) ?? "";
    await press(owner, "I have it");
    await send();
    await send({ amount: "many" });
    await send({ client: "other", amount: "few" });

    const page = await open("/failures");
    await page.getByText("This server asks for a token.").waitFor();
    expect(await violationsEverywhere(page)).toEqual([]);
    await page.getByLabel("Token").fill(`${reader.slice(0, -1)}x`);
    await press(page, "Sign in");
    await page.getByRole("alert").filter({ hasText: "This is no token" }).waitFor();
    await page.getByLabel("Token").fill(reader);
    await press(page, "Sign in");

    await page.getByRole("heading", { name: "Failures", level: 1 }).waitFor();
    const rooms = await page.locator(".rooms > a").allTextContents();
    expect(rooms.map((text) => text.replace(/\d.*/, ""))).toEqual([
      ...["Overview", "Live", "Events", "Failures", "Aggregations", "Clients", "API explorer"],
    ]);
    await page
      .getByRole("button", { name: /^Retry/ })
      .first()
      .waitFor();
    const bulk = page.getByRole("button", { name: /^Retry all/ });
    expect([await bulk.getAttribute("aria-disabled"), await bulk.getAttribute("aria-description")]).toEqual([
      ...["true", "This needs the scope operate, which your token does not have."],
    ]);
    await page.goto(`${server.url}/`);
    await page.getByRole("region", { name: "Books" }).getByText("The books balance").waitFor();
    await page.locator('.connection[data-state="live"]').first().waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await page.content()).not.toMatch(/>other</);
    expect(await violationsEverywhere(page)).toEqual([]);

    // It ends while its page is open.
    const row = owner.locator(".token-table tbody tr", { hasText: "partner" });
    await row.getByRole("button", { name: "Rotate" }).click();
    await press(owner, "A day");
    expect(await owner.locator(".issued-text").textContent()).not.toBe(reader);
    await press(owner, "I have it");
    await row.getByRole("button", { name: "Revoke" }).click();
    await press(owner, "Revoke it");
    await page.getByText("This server asks for a token.").waitFor();
    await owner.getByRole("checkbox", { name: /that ended$/ }).check();
    await row.filter({ hasText: "revoked" }).filter({ hasText: "by ops" }).waitFor();
    expect(await violationsEverywhere(owner)).toEqual([]);
    await page.context().close();
  },
  120_000,
);

inBrowser(
  "an endpoint is made, tested, told, told again and stopped",
  async () => {
    await owner.goto(`${server.url}/webhooks`);
    await press(owner, "Make an endpoint");
    await owner.getByLabel("Name", { exact: true }).fill("Alerts");
    await owner.getByLabel("URL", { exact: true }).fill(receiver.url);
    await owner.getByRole("checkbox", { name: /event\.rejected$/ }).check();
    await owner.getByLabel(/counted together/).selectOption("0");
    expect(await violationsEverywhere(owner)).toEqual([]);
    await press(owner, "Make the endpoint");
    const secret = (await owner.locator(".webhook-secret pre").textContent()) ?? "";
    await press(owner, "I have it");
    expect(await owner.content()).not.toContain(secret);

    await press(owner, "Send a test");
    await owner.locator(".delivery-rows li", { hasText: "webhook.test" }).filter({ hasText: "204" }).waitFor();
    receiver.reply((_received, index) => (index === 1 ? 503 : 204));
    await send({ amount: "plenty" });
    const told = owner.locator(".delivery-rows li", { hasText: "event.rejected" });
    await told.locator(".delivery-open").click();
    await told.getByText("HTTP 503", { exact: true }).waitFor();
    expect(await violationsEverywhere(owner)).toEqual([]);
    await told.getByText("HTTP 204", { exact: true }).waitFor();
    await told.getByRole("button", { name: "Send again" }).click();
    await expect.poll(() => receiver.received.length, { timeout: 30_000 }).toBe(4);
    const [, first, second, again] = receiver.received;
    expect([second?.id, again?.id]).toEqual([first?.id, first?.id]);
    expect(receiver.received.every((one) => isSignedWith(secret, one))).toBe(true);

    await press(owner, "Disable");
    await owner.getByLabel("Why?").fill("moving");
    await owner.locator(".reason").getByRole("button", { name: "Disable" }).click();
    await owner.locator("tr[data-endpoint]", { hasText: "disabled" }).waitFor();
    await owner.getByText("moving").waitFor();
  },
  120_000,
);

inBrowser("no secret was in an address, and no script failed", () => {
  for (const token of [admin, reader]) expect(addresses.join("\n")).not.toContain(token.split("_")[2]);
  expect(faults).toEqual([]);
});
