// The live feed under load and over accidents: the built page, a real browser, the real server.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { openBrowser, openPage } from "./browser.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const browser: Browser | null = await openBrowser();
if (browser === null) console.warn("SKIPPED: this machine has no browser, so the live feed is not tested.");

const BATCH_EVENTS = 1_000;
const BURST_BATCHES = 20;
const MAX_BATCHES = 60;
/** As live.css has it. */
const ROW_PX = 32;
/** A screen of rows, and those kept ready above and below it. */
const MAX_DRAWN_ROWS = 80;

let server: ServerProcess;
let settings: Record<string, string>;
let sent = 0;
beforeAll(async () => {
  settings = { PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db") };
  server = await startProcess(settings);
});
afterAll(async () => {
  await browser?.close();
  await server.kill();
});

/** Each is a new event, and so one entry of the log; the log has none but these. */
const send = async (count: number): Promise<void> => {
  const events = Array.from({ length: count }, () => {
    sent += 1;
    const event = { client: `till-${sent % 5}`, metric: "sale", amount: sent, timestamp: "2026-01-31T12:00:00Z" };
    return { event };
  });
  const query = "mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { accepted } }";
  expect(await server.ask(query, { events })).toEqual({ ingestEvents: { accepted: count } });
};

const openLive = async (faults: string[], search = ""): Promise<Page> => {
  const page = await openPage(browser, { url: `${server.url}/live${search}`, faults });
  await isLive(page);
  return page;
};
const isLive = (page: Page): Promise<void> => page.locator('.connection[data-state="live"]').waitFor();
const row = (page: Page, seq: number) => page.locator(`.entry[data-seq="${seq}"]`);
const pauseButton = (page: Page) => page.locator("button.pause");
const scrollTo = (page: Page, top: number) =>
  page.locator(".entry-rows").evaluate((list, offset) => list.scrollTo(0, offset), top);

/** The seqs drawn, newest first, wherever the list is scrolled to. */
const drawnSeqs = async (page: Page): Promise<readonly number[]> => {
  const seqs = await page
    .locator(".entry[data-seq]")
    .evaluateAll((rows) => rows.map((one) => Number(one.getAttribute("data-seq"))));
  return seqs.sort((one, other) => other - one);
};

/** Looks at the list in many places: the row at each must be the one that an unbroken list from `newest` down has there. */
const expectUnbroken = async (page: Page, { newest, oldest }: { newest: number; oldest: number }): Promise<void> => {
  await page
    .locator(".live-foot")
    .getByText(`${newest - oldest + 1}`.replace(/\B(?=(\d{3})+$)/g, "\u202f"))
    .waitFor();
  const places = 12;
  for (let place = 0; place <= places; place += 1) {
    const index = Math.round(((newest - oldest) * place) / places);
    await scrollTo(page, index * ROW_PX);
    await row(page, newest - index).waitFor();
    const seqs = await drawnSeqs(page);
    expect(seqs).toEqual(seqs.map((_, offset) => (seqs[0] ?? 0) - offset));
  }
};

test.skipIf(browser === null)(
  "paused, the rows stand still and what comes in is counted; resumed, nothing is missing",
  async () => {
    const faults: string[] = [];
    await send(60);
    const page = await openLive(faults);
    await row(page, 60).waitFor();
    await pauseButton(page).click();
    await send(37);
    await page.getByRole("button", { name: "Paused, 37 new" }).waitFor();
    expect((await drawnSeqs(page))[0]).toBe(60);
    await pauseButton(page).click();
    await row(page, 97).waitFor();
    await expectUnbroken(page, { newest: 97, oldest: 1 });

    // Scrolled away from the top by now, it has paused by itself; back at the top it goes on by itself.
    await send(3);
    await page.getByRole("button", { name: "Paused, 3 new" }).waitFor();
    await scrollTo(page, 0);
    await row(page, 100).waitFor();
    expect(await pauseButton(page).getAttribute("aria-pressed")).toBe("false");
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)(
  "after the server was killed and started again no entry is missing or twice",
  async () => {
    const faults: string[] = [];
    const page = await openLive(faults);
    await row(page, 100).waitFor();
    await server.kill();
    await page.locator('.connection[data-state="reconnecting"]').waitFor();
    server = await startProcess(settings);
    await send(40);
    await isLive(page);
    await row(page, 140).waitFor();
    await expectUnbroken(page, { newest: 140, oldest: 1 });
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)(
  "an entry opens beside the list and closes by keyboard without losing the place, and its address leads there again",
  async () => {
    const faults: string[] = [];
    const page = await openLive(faults, "?client=till-3");
    await row(page, 138).waitFor();
    for (const key of ["j", "j", "Enter"]) await page.keyboard.press(key);
    await page.getByRole("heading", { name: "Event #133" }).waitFor();
    await page.keyboard.press("j");
    await page.getByRole("heading", { name: "Event #128" }).waitFor();
    expect(new URL(page.url()).searchParams.get("entry")).toBe("128");
    await page.reload();
    await page.getByRole("heading", { name: "Event #128" }).waitFor();
    await row(page, 128).and(page.locator("[aria-current]")).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".detail").waitFor({ state: "detached" });
    expect(new URL(page.url()).search).toBe("?client=till-3");
    expect((await drawnSeqs(page)).every((seq) => seq % 5 === 3)).toBe(true);
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)(
  "a burst of 20,000 events: each is held once and in order, few are drawn, and every key is answered meanwhile",
  async () => {
    const faults: string[] = [];
    const page = await openLive(faults);
    await row(page, 140).waitFor();
    let isOver = false;
    let answeredKeys = 0;
    const burst = (async () => {
      // On a machine that takes all of it before a key can be pressed it goes on until one was.
      for (let batch = 0; batch < BURST_BATCHES || (answeredKeys === 0 && batch < MAX_BATCHES); batch += 1)
        await send(BATCH_EVENTS);
      isOver = true;
    })();
    while (!isOver) {
      await page.keyboard.press("p");
      await page.locator('.pause[aria-pressed="true"]').waitFor();
      await page.keyboard.press("p");
      await page.locator('.pause[aria-pressed="false"]').waitFor();
      if (!isOver) answeredKeys += 2;
      expect((await drawnSeqs(page)).length).toBeLessThanOrEqual(MAX_DRAWN_ROWS);
    }
    await burst;
    expect(answeredKeys).toBeGreaterThan(0);
    await row(page, sent).waitFor();
    await expectUnbroken(page, { newest: sent, oldest: 1 });
    expect(faults).toEqual([]);
    await page.close();
  },
);

test.skipIf(browser === null)("all that is stored can be scrolled through, back to the first of the log", async () => {
  const faults: string[] = [];
  const page = await openLive(faults);
  await row(page, sent).waitFor();
  const foot = page.locator(".live-foot");
  while (!(await foot.textContent())?.includes("back to the first of the log"))
    await page.locator(".entry-rows").evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expectUnbroken(page, { newest: sent, oldest: 1 });
  expect(faults).toEqual([]);
  await page.close();
});
