// Many readers of the live feed, each on a WebSocket of its own: counts what reaches each of them, and how late.
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { serveParent } from "../parent.ts";
import type { Latency } from "../statistics.ts";
import { createFrameReader, type Frame } from "./frames.ts";
import { closedWith, openGraphQLSocket } from "./lanes.ts";

export type SubscribersJob =
  | { readonly kind: "open"; readonly url: string; readonly count: number; readonly headSeq: number }
  | { readonly kind: "close"; readonly lastSeq: number; readonly patienceMs: number }
  | { readonly kind: "receive"; readonly url: string; readonly count: number; readonly durationMs: number };

export interface FeedReport extends Latency {
  /** Entries that reached a subscriber, summed up over all of them. */
  readonly delivered: number;
  readonly messages: number;
  /** Subscribers that did not get every entry, each once and in order. */
  readonly incomplete: number;
}

export interface ReceivedReport {
  readonly deliveriesPerSecond: number;
}

const FEED = JSON.stringify({
  query: "subscription { feed { cursor entries { seq at action client event { metric amount unit timestamp } } } }",
});
const OPENED_TOGETHER = 50;
const POLL_MS = 20;

interface Subscriber {
  lastSeq: number;
  isInOrder: boolean;
}

let sockets: WebSocket[] = [];
let subscribers: Subscriber[] = [];
let delivered = 0;
let messages = 0;
/** How many deliveries were late by so many milliseconds. */
let delays: number[] = [];

const answer = (job: SubscribersJob): Promise<object> => {
  if (job.kind === "open") return open(job);
  return job.kind === "close" ? close(job) : receive(job);
};

const open = async ({ url, count, headSeq }: Extract<SubscribersJob, { kind: "open" }>): Promise<object> => {
  [sockets, subscribers, delivered, messages, delays] = [[], [], 0, 0, []];
  const read = createFrameReader();
  while (sockets.length < count) {
    const missing = Math.min(OPENED_TOGETHER, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: missing }, () => subscribe(url, { headSeq, read })))));
  }
  return {};
};

interface Reading {
  readonly headSeq: number;
  readonly read: (message: Buffer) => Frame | null;
}

/** Resolves when the first message has come, which has no entries. @throws Error where the server closes before. */
const subscribe = async (url: string, { headSeq, read }: Reading): Promise<WebSocket> => {
  const socket = await openGraphQLSocket(new URL(url));
  const subscriber: Subscriber = { lastSeq: headSeq, isInOrder: true };
  subscribers.push(subscriber);
  socket.send(`{"id":"1","type":"subscribe","payload":${FEED}}`);
  await new Promise<void>((resolve, reject) => {
    socket.once("close", (code) => reject(closedWith(code)));
    socket.on("message", (message: Buffer) => {
      resolve();
      const frame = read(message);
      if (frame !== null) count(frame, subscriber);
    });
  });
  return socket;
};

const count = ({ firstSeq, lastSeq, atsMs, isGapless }: Frame, subscriber: Subscriber): void => {
  const now = Date.now();
  if (!isGapless || firstSeq !== subscriber.lastSeq + 1) subscriber.isInOrder = false;
  subscriber.lastSeq = lastSeq;
  messages += 1;
  delivered += atsMs.length;
  for (const atMs of atsMs) {
    const late = Math.max(0, now - atMs);
    delays[late] = (delays[late] ?? 0) + 1;
  }
};

/** Waits until everyone has everything, or patience ends. */
const close = async ({ lastSeq, patienceMs }: Extract<SubscribersJob, { kind: "close" }>): Promise<FeedReport> => {
  const startedAt = Date.now();
  const isMissing = ({ lastSeq: seq }: Subscriber): boolean => seq !== lastSeq;
  while (subscribers.some(isMissing) && Date.now() - startedAt < patienceMs) await delay(POLL_MS);
  for (const socket of sockets) socket.terminate();
  const incomplete = subscribers.filter((subscriber) => isMissing(subscriber) || !subscriber.isInOrder).length;
  return { delivered, messages, incomplete, p50Ms: delayAt(0.5), p99Ms: delayAt(0.99), maxMs: delays.length - 1 };
};

const delayAt = (share: number): number => {
  let left = delivered * share;
  return delays.findIndex((number = 0) => {
    left -= number;
    return left <= 0;
  });
};

/** Takes in all that a server sends to plain sockets. */
const receive = async ({
  url,
  count: number,
  durationMs,
}: Extract<SubscribersJob, { kind: "receive" }>): Promise<ReceivedReport> => {
  let received = 0;
  const opening = Array.from({ length: number }, async () => {
    const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
    socket.on("message", () => {
      received += 1;
    });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return socket;
  });
  sockets = await Promise.all(opening);
  const [startedAt, before] = [performance.now(), received];
  await delay(durationMs);
  const deliveriesPerSecond = ((received - before) * 1_000) / (performance.now() - startedAt);
  for (const socket of sockets) socket.terminate();
  return { deliveriesPerSecond };
};

serveParent({}, answer);
