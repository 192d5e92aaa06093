// Follows the log for as long as the page lives: none missed, none repeated, whatever happens to the connection.
//
//   connecting --first batch--> live --end of the connection--> waiting --time, or retryNow()--> connecting
//   live --the server refuses the cursor--> connecting, anew from the newest entries
//
// The one position is the cursor of the last batch received; every attempt goes on from there.

export interface Positioned {
  readonly seq: number;
  readonly cursor: string;
}

export interface LogBatch<E> {
  readonly entries: readonly E[];
  readonly cursor: string;
}

/** Where the log is read from. */
export interface LogSource<E> {
  /** The newest entries, oldest of them first. */
  recent(): Promise<readonly E[]>;
  /** Every entry after the cursor, then live. Asks for the cursor each time that it has to subscribe. */
  subscribe(after: () => string | undefined, sink: LogSink<E>): () => void;
}

export interface LogSink<E> {
  readonly next: (batch: LogBatch<E>) => void;
  readonly error: (cause: unknown) => void;
  readonly complete: () => void;
}

export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "waiting"; readonly untilAt: number };

export interface FollowDeps<E> {
  readonly source: LogSource<E>;
  readonly onConnection: (connection: Connection) => void;
  readonly onBatch: (batch: LogBatch<E>) => void;
  /** The position is of another database: what was read so far means nothing any more. */
  readonly onReset: () => void;
  readonly isCursorRefused: (cause: unknown) => boolean;
  readonly now: () => number;
  readonly random: () => number;
}

export interface Follower {
  retryNow(): void;
  close(): void;
}

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;
/** The server speaks at least every 15 s; three silences are a dead connection. */
const MAX_SILENCE_MS = 45_000;

/** Starts to follow at once; ends with `close`. */
export const followLog = <E extends Positioned>(deps: FollowDeps<E>): Follower => {
  let cursor: string | undefined;
  let failures = 0;
  let isClosed = false;
  let wake = () => {};
  let leave = () => {};

  const receive = (batch: LogBatch<E>) => {
    if (isClosed) return;
    cursor = batch.cursor;
    failures = 0;
    deps.onBatch(batch);
    deps.onConnection({ kind: "live" });
  };

  const attempt = async () => {
    deps.onConnection({ kind: "connecting" });
    if (cursor === undefined) {
      const opening = await openLog(deps.source);
      if (isClosed) return;
      cursor = opening.cursor;
      deps.onBatch(opening);
    }
    const reading = read(deps.source, () => cursor, receive);
    leave = reading.stop;
    await reading.ended;
  };

  const rest = async () => {
    const delayMs = retryDelayMs(failures++, deps.random);
    deps.onConnection({ kind: "waiting", untilAt: deps.now() + delayMs });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };

  const run = async () => {
    while (!isClosed) {
      const cause = await attempt().catch((error: unknown) => error);
      if (isClosed) return;
      const isRefused = cursor !== undefined && deps.isCursorRefused(cause);
      if (isRefused) {
        cursor = undefined;
        deps.onReset();
      }
      // A first refusal is answered at once; a server that refuses its own cursors is not asked in a tight loop.
      if (!isRefused || failures > 0) await rest();
      else failures += 1;
    }
  };

  void run();
  return {
    retryNow: () => wake(),
    close: () => {
      isClosed = true;
      leave();
      wake();
    },
  };
};

/** Exponential with jitter: half a second, doubled with each failure, at most ten seconds. */
export const retryDelayMs = (failures: number, random: () => number): number =>
  Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 10)) * (0.5 + random() / 2);

/**
 * The newest entries and a position right after them. An empty log has no entry to take the position from: then it
 * comes from the feed's first message, and the entries are asked for again, so that none falls between the two.
 */
const openLog = async <E extends Positioned>(source: LogSource<E>): Promise<LogBatch<E>> => {
  const early = await source.recent();
  const newest = early.at(-1);
  if (newest) return { entries: early, cursor: newest.cursor };
  const start = await firstBatch(source);
  const entries = await source.recent();
  return { entries, cursor: entries.at(-1)?.cursor ?? start.cursor };
};

const firstBatch = async <E>(source: LogSource<E>): Promise<LogBatch<E>> => {
  let first: LogBatch<E> | undefined;
  const reading = read(
    source,
    () => undefined,
    (batch) => {
      first ??= batch;
      reading.stop();
    },
  );
  await reading.ended;
  if (!first) throw new Error("The feed ended before its first message.");
  return first;
};

interface Reading {
  /** Resolves when the feed ends or is stopped; rejects with what broke it. */
  readonly ended: Promise<void>;
  stop(): void;
}

const read = <E>(
  source: LogSource<E>,
  after: () => string | undefined,
  onBatch: (batch: LogBatch<E>) => void,
): Reading => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const watch = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => reject(new Error("The feed fell silent.")), MAX_SILENCE_MS);
  };
  watch();
  const unsubscribe = source.subscribe(after, {
    next: (batch) => {
      watch();
      onBatch(batch);
    },
    error: reject,
    complete: resolve,
  });
  const stop = () => {
    clearTimeout(watchdog);
    unsubscribe();
    resolve();
  };
  return { ended: promise.finally(stop), stop };
};
