// The feed as the screen sees it: one follower of the log for the whole page, drawn a few times a second, and not at
// all while nobody looks.
import { type Client, stringifyDocument } from "@urql/core";
import { type Accessor, createContext, createSignal, useContext } from "solid-js";
import type { Api } from "./client.ts";
import { isCursorRefused } from "./fault.ts";
import { type Connection, type Follower, followLog, type LogBatch, type LogSource } from "./follow.ts";
import { type Batch, type Entry, FeedSubscription, RecentQuery } from "./operations.ts";
import { createPainter } from "./painter.ts";
import { createTail, type Tail } from "./tail.ts";

const RECENT_ENTRIES = 50;

export interface Listener {
  onBatch(batch: LogBatch<Entry>): void;
  onReset(): void;
}

export interface Live {
  readonly connection: Accessor<Connection>;
  /** What is held, as of the last drawing: always the same tail, told anew whenever it has changed. */
  readonly tail: Accessor<Tail<Entry>>;
  /** When anything last came from the feed, heartbeats included; null before that. */
  readonly heardAt: Accessor<number | null>;
  /** When the last entries came from the feed; null before that. */
  readonly receivedAt: Accessor<number | null>;
  /** Whether the server turned out to hold another log than the one on screen. */
  readonly wasReset: Accessor<boolean>;
  retryNow(): void;
  /** Tells of every batch as it comes, drawn or not, and of a log begun anew; until the function given back is called. */
  listen(listener: Listener): () => void;
  close(): void;
}

interface LiveDeps {
  readonly api: Api;
  /** Whether the viewer may see the log at all. */
  readonly isAllowed: boolean;
}

/** Follows the log from now on; `close` ends it. */
export const createLive = ({ api, isAllowed }: LiveDeps): Live => {
  const tail = createTail<Entry>();
  let isFresh = true;
  const [shown, show] = createSignal(tail, { equals: false });
  const [connection, setConnection] = createSignal<Connection>({ kind: "connecting" });
  const [heardAt, setHeardAt] = createSignal<number | null>(null);
  const [receivedAt, setReceivedAt] = createSignal<number | null>(null);
  const [wasReset, setWasReset] = createSignal(false);
  const listeners = new Set<Listener>();
  const painter = createPainter(() => show(tail));

  const follower = (isAllowed ? followLog<Entry> : followNothing)({
    source: createSource(api),
    onConnection: setConnection,
    onBatch: (batch) => {
      setHeardAt(Date.now());
      if (batch.entries.length > 0) setReceivedAt(isFresh ? Date.parse(batch.entries.at(-1)?.at ?? "") : Date.now());
      isFresh = false;
      tail.extend(batch.entries);
      for (const listener of listeners) listener.onBatch(batch);
      painter.request();
    },
    onReset: () => {
      tail.clear();
      isFresh = true;
      show(tail);
      setWasReset(true);
      for (const listener of listeners) listener.onReset();
    },
    isCursorRefused,
    now: Date.now,
    random: Math.random,
  });

  const retryNow = () => follower.retryNow();
  window.addEventListener("online", retryNow);

  return {
    connection,
    tail: shown,
    heardAt,
    receivedAt,
    wasReset,
    retryNow,
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      window.removeEventListener("online", retryNow);
      follower.close();
      painter.close();
    },
  };
};

const followNothing = (): Follower => ({ retryNow: () => undefined, close: () => undefined });

const LiveContext = createContext<Live>();
export const LiveProvider = LiveContext.Provider;

/** The page's feed. */
export const useLive = (): Live => {
  const live = useContext(LiveContext);
  if (!live) throw new Error("useLive needs a LiveProvider above it.");
  return live;
};

const createSource = (api: Api): LogSource<Entry> => ({
  recent: () => recentEntries(api.client),
  subscribe: (after, sink) =>
    api.socket.subscribe<{ feed: Batch }>(
      {
        query: stringifyDocument(FeedSubscription),
        // A getter: should graphql-ws ever subscribe again by itself, it sends the cursor of that moment.
        variables: {
          get after() {
            return after();
          },
        },
      },
      {
        next: ({ data, errors }) => (data ? sink.next(data.feed) : sink.error(errors)),
        error: sink.error,
        complete: sink.complete,
      },
    ),
});

const recentEntries = async (client: Client): Promise<readonly Entry[]> => {
  const { data, error } = await client.query(RecentQuery, { last: RECENT_ENTRIES }).toPromise();
  if (!data) throw error ?? new Error("The log could not be read.");
  return data.log.edges.map(({ node }) => node);
};
