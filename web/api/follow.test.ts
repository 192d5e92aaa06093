import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Connection, followLog, type LogSink, retryDelayMs } from "./follow.ts";

interface Entry {
  readonly seq: number;
  readonly cursor: string;
}

const entry = (seq: number): Entry => ({ seq, cursor: `c${seq}` });
const REFUSED = "refused";

/** A log in memory behind a connection that can be cut. */
const createLog = () => {
  const log = {
    entries: [] as Entry[],
    isReachable: true,
    isCursorKnown: true,
    cursors: [] as (string | undefined)[],
    sink: undefined as LogSink<Entry> | undefined,
    recent: async () => {
      if (!log.isReachable) throw new Error("unreachable");
      return log.entries.slice(-2);
    },
    subscribe: (after: () => string | undefined, sink: LogSink<Entry>) => {
      const cursor = after();
      log.cursors.push(cursor);
      queueMicrotask(() => {
        if (!log.isReachable) return sink.error(new Error("unreachable"));
        if (cursor && !log.isCursorKnown) return sink.error(REFUSED);
        log.sink = sink;
        const from = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor.slice(1));
        sink.next({ entries: log.entries.filter(({ seq }) => seq > from), cursor: log.head() });
      });
      return () => {
        if (log.sink === sink) log.sink = undefined;
      };
    },
    head: () => log.entries.at(-1)?.cursor ?? "c0",
    append: (...seqs: number[]) => {
      const added = seqs.map(entry);
      log.entries.push(...added);
      log.sink?.next({ entries: added, cursor: log.head() });
    },
    cut: () => {
      log.isReachable = false;
      const { sink } = log;
      log.sink = undefined;
      sink?.error(new Error("cut"));
    },
  };
  return log;
};

const follow = (log: ReturnType<typeof createLog>) => {
  const seen: number[] = [];
  const states: Connection["kind"][] = [];
  let resets = 0;
  const follower = followLog<Entry>({
    source: log,
    onConnection: ({ kind }) => states.push(kind),
    onBatch: ({ entries }) => seen.push(...entries.map(({ seq }) => seq)),
    onReset: () => {
      resets += 1;
      log.isCursorKnown = true;
    },
    isCursorRefused: (cause) => cause === REFUSED,
    now: Date.now,
    random: () => 1,
  });
  return { follower, seen, states, resets: () => resets };
};

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("it begins with the newest entries and goes on right after them", async () => {
  const log = createLog();
  log.append(1, 2, 3);
  const { seen, states } = follow(log);
  await settle();
  log.append(4);
  expect(seen).toEqual([2, 3, 4]);
  expect(log.cursors).toEqual(["c3"]);
  expect(states.at(-1)).toBe("live");
});

test("an event that arrives while an empty log is being opened is not missed", async () => {
  const log = createLog();
  const recent = log.recent;
  log.recent = async () => {
    const entries = await recent();
    if (log.entries.length === 0) log.append(1);
    return entries;
  };
  const { seen } = follow(log);
  await settle();
  log.append(2);
  expect(seen).toEqual([1, 2]);
});

test("after a cut it comes back from the last cursor: none missed, none repeated", async () => {
  const log = createLog();
  log.append(1);
  const { seen, states } = follow(log);
  await settle();
  log.append(2, 3);
  log.cut();
  log.append(4, 5);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(states.at(-1)).toBe("waiting");
  log.isReachable = true;
  await vi.advanceTimersByTimeAsync(10_000);
  log.append(6);
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new Set(log.cursors)).toEqual(new Set(["c1", "c3"]));
});

test("a server that is away at first is asked until it is there", async () => {
  const log = createLog();
  log.append(1);
  log.isReachable = false;
  const { seen, states } = follow(log);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(states.at(-1)).toBe("waiting");
  log.isReachable = true;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen).toEqual([1]);
});

test("retrying now does not wait for the delay", async () => {
  const log = createLog();
  log.append(1);
  log.isReachable = false;
  const { follower, seen } = follow(log);
  await settle();
  log.isReachable = true;
  follower.retryNow();
  await settle();
  expect(seen).toEqual([1]);
});

test("a feed that falls silent is left and taken up again", async () => {
  const log = createLog();
  log.append(1);
  const { seen } = follow(log);
  await settle();
  log.sink = undefined;
  log.append(2);
  await vi.advanceTimersByTimeAsync(46_000);
  expect(seen).toEqual([1, 2]);
});

test("a refused cursor begins the log anew", async () => {
  const log = createLog();
  log.append(7, 8);
  const { seen, resets } = follow(log);
  await settle();
  log.entries = [entry(1)];
  log.isCursorKnown = false;
  log.sink?.error(new Error("restart"));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(resets()).toBe(1);
  expect(seen).toEqual([7, 8, 1]);
});

test("closing ends it", async () => {
  const log = createLog();
  const { follower, states } = follow(log);
  await settle();
  follower.close();
  const before = states.length;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(states.length).toBe(before);
  expect(log.sink).toBeUndefined();
});

test("delays double from half a second to ten, and chance takes up to half of them", () => {
  expect([0, 1, 2, 3, 4, 5, 50].map((failures) => retryDelayMs(failures, () => 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
  ]);
  expect(retryDelayMs(50, () => 0)).toBe(5_000);
});
