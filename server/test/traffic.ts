// What goes on while something fails: senders who repeat each event until it is acknowledged, and a subscriber of the
// live feed. The server may say that it cannot now; it may not lose, repeat, contradict itself or end a subscription.
import { expect } from "vitest";
import { readFeed } from "../drill/feed.ts";
import { sale, type TestApp } from "./app.ts";

export interface Traffic {
  /** How often the server said UNAVAILABLE. */
  readonly refusals: number;
  /** Resolves when so many more events have been acknowledged. */
  progress(events: number): Promise<void>;
  /** Ends it, and expects that every event was counted once and every entry told to the subscriber. */
  end(): Promise<void>;
  /** Ends it where the test has failed. */
  abandon(): void;
}

const INGEST = `mutation ($input: IngestEventInput!) { ingestEvent(input: $input) { outcome receipt { seq } } }`;
const SENDERS = 4;
const PAUSE_MS = 10;

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

/** `client` names its events, and must be new. */
export const startTraffic = async (app: TestApp, client: string): Promise<Traffic> => {
  const subscriber = await subscribe(app.url);
  const wrong: string[] = [];
  let refusals = 0;
  let acknowledged = 0;
  let isOver = false;
  let isAbandoned = false;

  const send = async (amount: number): Promise<void> => {
    while (!isAbandoned) {
      const { status, headers, body } = await app.post(INGEST, { input: { event: sale({ client, amount }) } });
      if (status === 200 && /ACCEPTED|DUPLICATE/.test(body.data?.ingestEvent.outcome)) return;
      const isRefusal =
        status === 503 && body.errors[0].extensions.code === "UNAVAILABLE" && headers.has("retry-after");
      if (!isRefusal) wrong.push(JSON.stringify({ status, body }));
      refusals += 1;
      await pause(PAUSE_MS);
    }
  };
  const runSender = async (sender: number): Promise<void> => {
    for (let turn = 0; !isOver; turn++) {
      await send(1 + sender + turn * SENDERS);
      acknowledged += 1;
      await pause(PAUSE_MS);
    }
  };
  const sending = Promise.all(Array.from({ length: SENDERS }, (_, sender) => runSender(sender)));
  // Looked at in the end; until then it is nobody's unhandled rejection.
  sending.catch(() => undefined);
  return {
    get refusals() {
      return refusals;
    },
    progress: async (events) => {
      for (const aim = acknowledged + events; acknowledged < aim; ) await pause(PAUSE_MS);
    },
    end: async () => {
      isOver = true;
      await sending;
      expect(wrong).toEqual([]);
      const { books, aggregations } = await app.ask(
        `query ($client: String!) { books { balanced } aggregations(filter: { clients: [$client] }) { count } }`,
        { client },
      );
      expect({ books, aggregations }).toEqual({ books: { balanced: true }, aggregations: [{ count: acknowledged }] });
      await expect.poll(() => subscriber.seen.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(acknowledged);
      await subscriber.end();
    },
    abandon: () => {
      isOver = true;
      isAbandoned = true;
    },
  };
};

/** Reads the feed on one connection that must not end. */
const subscribe = async (url: string) => {
  const seen: number[] = [];
  const feed = readFeed(url, null);
  const first = await feed.next();
  if (first.done) throw new Error("The feed ended.");
  const { cursor: start } = first.value;
  let isOver = false;
  const reading = (async () => {
    for await (const { entries } of feed) {
      seen.push(...entries.map(({ seq }) => seq));
      if (isOver) return;
    }
  })();
  // Looked at in the end; until then it is nobody's unhandled rejection.
  reading.catch(() => undefined);
  return {
    seen,
    /** Expects that nothing was missed or repeated, by another reader from the same cursor. */
    end: async () => {
      isOver = true;
      await reading;
      const all: number[] = [];
      for await (const { entries } of readFeed(url, start)) {
        all.push(...entries.map(({ seq }) => seq));
        if (entries.length === 0 || all.length >= seen.length) break;
      }
      expect(seen).toEqual(all.slice(0, seen.length));
    },
  };
};
