// Jobs whose server is killed again and again: each item is done once, however often the work begins anew.
import { test } from "vitest";
import { freePort } from "../bench/program.ts";
import { createRandom } from "../demo/random.ts";
import { ask } from "./cluster.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const ITEMS = 1_500;
const KILLS = Number(process.env.JOB_KILLS ?? 2);
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
const JOB = "query ($id: ID!) { job(id: $id) { state done total } }";
const INGEST =
  "mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { accepted rejected } }";
const SET = `mutation ($profile: ClientProfileInput!) { setClientProfile(client: "kiosk", profile: $profile) { openFailures } }`;

interface JobState {
  readonly job: { readonly state: string; readonly done: number };
}

interface Kind {
  readonly name: string;
  readonly start: string;
  /** The amount of each item, by its number. */
  readonly amountOf: (item: number) => string;
  readonly actions: string;
  readonly profile: object;
  readonly aggregations: readonly object[];
}

const sumOf = (amountOf: (item: number) => number): string =>
  String(Array.from({ length: ITEMS }, (_, item) => amountOf(item)).reduce((sum, amount) => sum + amount, 0));

const kinds: readonly Kind[] = [
  {
    ...{ name: "retry", start: "mutation { started: retryFailedEvents { job { id } } }" },
    ...{ amountOf: (item) => `${(item % 9) + 1},200`, actions: "[ACCEPTED]", profile: { decimalSeparator: "DOT" } },
    aggregations: [{ count: ITEMS, sum: sumOf((item) => ((item % 9) + 1) * 1_000 + 200) }],
  },
  {
    ...{ name: "discard", start: `mutation { started: discardFailedEvents(reason: "noise") { job { id } } }` },
    ...{ amountOf: () => "?", actions: "[DISCARDED]", profile: { decimalSeparator: "DOT" }, aggregations: [] },
  },
  {
    ...{ name: "reprocess", start: "mutation { started: applyReprocess { id } }", amountOf: () => "1" },
    ...{ actions: "[REPROCESSED]", profile: { timeZone: "America/New_York" } },
    aggregations: [{ count: ITEMS, sum: String(ITEMS) }],
  },
];

/** One reading an hour, so that each takes the place of another when the time zone changes. */
const eventOf = (item: number, amount: string): object => ({
  ...{ client: "kiosk", metric: "sale", amount },
  timestamp: new Date(Date.UTC(2025, 0, 1, item)).toISOString().slice(0, 16).replace("T", " "),
});

// At the same time, since most of it is waiting for the lease of the dead.
test.concurrent.for(kinds)(
  "a job to $name does each item once, however often its server is killed",
  { timeout: 240_000 },
  async (kind, { expect, onTestFinished }) => {
    const random = createRandom(SEED);
    const settings = { DATABASE_URL: temporaryFile("surecount.db"), PORT: await freePort(), LOG_LEVEL: "silent" };
    let server: ServerProcess = await startProcess(settings);
    onTestFinished(() => server.kill());
    for (let from = 0; from < ITEMS; from += 500) {
      const events = Array.from({ length: 500 }, (_, index) => ({
        event: eventOf(from + index, kind.amountOf(from + index)),
      }));
      await ask(server.url, INGEST, { events });
    }
    await ask(server.url, SET, { profile: kind.profile });
    const { started } = await ask<{ started: { id?: string; job?: { id: string } } }>(server.url, kind.start);
    const id = started.id ?? started.job?.id;
    for (let kill = 0; kill < KILLS; kill++) {
      const { done } = await look(server.url, id);
      const hasMoved = async (): Promise<boolean> => {
        const job = await look(server.url, id);
        return job.done > done || job.state !== "RUNNING";
      };
      // It waits until the lease of the dead server has ended.
      await expect.poll(hasMoved, { timeout: 60_000, interval: 20 }).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, random.int(0, 300)));
      await server.kill();
      server = await startProcess(settings);
    }
    await expect
      .poll(() => look(server.url, id), { timeout: 150_000, interval: 250 })
      .toMatchObject({ state: "DONE", total: ITEMS });
    const seen: string[] = [];
    for (let after: string | null = null, hasMore = true; hasMore; ) {
      const { log }: { log: LogPage } = await ask<{ log: LogPage }>(server.url, logOf(kind.actions), { id, after });
      seen.push(...log.edges.map(({ node }) => node.failure?.id ?? node.event?.id ?? ""));
      [after, hasMore] = [log.pageInfo.endCursor, log.pageInfo.hasNextPage];
    }
    expect({ seed: SEED, items: new Set(seen).size, entries: seen.length }).toEqual({
      seed: SEED,
      items: ITEMS,
      entries: ITEMS,
    });
    expect(await ask(server.url, "{ books { balanced } aggregations { count sum } }")).toEqual({
      ...{ books: { balanced: true }, aggregations: kind.aggregations },
    });
  },
);

const look = async (url: string, id: string | undefined) => (await ask<JobState>(url, JOB, { id })).job;

interface LogPage {
  readonly edges: readonly {
    readonly node: { readonly failure: { id: string } | null; readonly event: { id: string } | null };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

const logOf = (actions: string): string => `query ($id: ID!, $after: String) {
  log(first: 500, after: $after, filter: { job: $id, actions: ${actions} }) {
    edges { node { failure { id } event { id } } } pageInfo { hasNextPage endCursor }
  }
}`;
