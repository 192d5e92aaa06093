// Every room as axe-core, an independent judge of accessibility, sees it: by day and by night, wide and on a phone.
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { openBrowser } from "./browser.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const browser: Browser | null = await openBrowser();
if (browser === null)
  console.warn("SKIPPED: this machine has no browser, so the accessibility of the dashboard is not tested.");

interface Ids {
  readonly event: string;
  readonly failure: string;
}

interface Found {
  readonly edges: readonly { readonly node: { readonly id: string } }[];
}

let server: ServerProcess;
let ids: Ids;
beforeAll(async () => {
  server = await startProcess({ PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") });
  ids = await fill();
});
afterAll(async () => {
  await browser?.close();
  await server.kill();
});

/** Events of every outcome, and a profile. */
const fill = async (): Promise<Ids> => {
  const sale = { client: "till", metric: "sale", amount: "12.50 EUR", timestamp: "2026-01-31T12:00:00Z" };
  const hour = (time: number) => ({ ...sale, client: `kiosk-${time}`, timestamp: `2026-01-31T0${time}:00:00Z` });
  const events = [
    ...[{ event: sale }, { event: { ...sale, shop: 1 } }],
    ...[1, 2, 3, 4].map((time) => ({ event: hour(time) })),
    ...["1", "2"].map((amount) => ({ event: { ...sale, amount }, idempotencyKey: "order-1" })),
    ...["abc", "1,200"].map((amount) => ({ event: { ...sale, amount } })),
  ];
  await server.ask(
    "mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { accepted } }",
    {
      events,
    },
  );
  await server.ask(
    'mutation { setClientProfile(client: "till", profile: { decimalSeparator: DOT }) { profile { version } } }',
  );
  const { events: found, failedEvents } = await server.ask<Record<"events" | "failedEvents", Found>>(
    "{ events(last: 1) { edges { node { id } } } failedEvents(first: 1) { edges { node { id } } } }",
  );
  return { event: String(found.edges[0]?.node.id), failure: String(failedEvents.edges[0]?.node.id) };
};

const places: readonly [string, (ids: Ids) => string][] = [
  ["the overview", () => "/"],
  ["the live feed", () => "/live"],
  ["the events", () => "/events"],
  ["an event", ({ event }) => `/events?event=${encodeURIComponent(event)}`],
  ["the failures by kind", () => "/failures"],
  ["a failed event", ({ failure }) => `/failures?list=1&failure=${encodeURIComponent(failure)}`],
  ["the aggregations", () => "/aggregations?range=all"],
  ["percentiles by time", () => "/aggregations?range=all&figure=p95&table=time&fill=previous"],
  ["the form that sends an event", () => "/submit"],
  ["the place where files are imported", () => "/submit?from=file"],
  ["the clients", () => "/clients"],
  ["a client", () => "/clients?client=till"],
  ["the system", () => "/system"],
];

/** What is wrong, as `rule: where`. */
const violationsOn = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async (): Promise<axe.AxeResults> => Reflect.get(window, "axe").run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
};

test.skipIf(browser === null).each(places)("nothing serious is in the way of anybody in %s", async (_name, pathOf) => {
  const page = await (browser as Browser).newPage();
  page.setDefaultTimeout(20_000);
  const found: string[] = [];
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${server.url}${pathOf(ids)}`);
    await page.getByRole("heading").first().waitFor({ state: "attached" });
    await page.waitForLoadState("networkidle").catch(() => undefined);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const violation of await violationsOn(page)) found.push(`${colorScheme} at ${width}: ${violation}`);
    }
  }
  expect(found).toEqual([]);
  await page.close();
});
