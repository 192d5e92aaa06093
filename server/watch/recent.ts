// How something that is measured all the time was distributed over the last minutes. What is older is forgotten, so that
// a slow start does not show for ever. Values fall into buckets that grow by a twentieth: one takes 0.1 µs and no memory,
// and to ask takes 15 µs, where Node's own histograms take 240. Beside them are the counts of all that was ever recorded:
// whoever remembers what they were knows what came since.

const WINDOWS = 5;
const WINDOW_MS = 60_000;
/** How far back it reaches, in all windows together; the oldest is forgotten as a whole. */
export const RECENT_SECONDS = (WINDOWS * WINDOW_MS) / 1_000;
const BUCKETS_PER_E = 1 / Math.log(1.05);
/** In units: a minute in microseconds. What is larger stands in the last bucket. */
const HIGHEST = 60_000_000;
/** How many there are. */
export const BUCKETS = bucketOf(HIGHEST) + 1;
/** A percentile is off by at most this part of itself. */
export const RELATIVE_ERROR = 1 / 40;

export interface Distribution {
  readonly count: number;
  /** Percentiles, to a fortieth. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Recent {
  record(value: number): void;
  /** Null where nothing was recorded of late. */
  distribution(): Distribution | null;
  /** Of all that was ever recorded. */
  total(): { readonly count: number; readonly sum: number };
  /** How many values fell into each bucket since the beginning. To be read, and not to be kept: it goes on. */
  readonly counts: Readonly<Float64Array>;
}

interface RecentDeps {
  /** The smallest that values are told apart by; 1 for what is counted. */
  readonly unit?: number;
  /** A clock that only goes forward. */
  readonly nowMs?: () => number;
}

interface Window {
  readonly startedAtMs: number;
  readonly counts: Uint32Array;
  max: number;
}

export const MICROSECOND = 0.000_001;

export const createRecent = ({ unit = MICROSECOND, nowMs = () => performance.now() }: RecentDeps = {}): Recent => {
  let windows: readonly Window[] = [];
  let [count, sum] = [0, 0];
  const all = new Float64Array(BUCKETS);

  const current = (): Window => {
    const now = nowMs();
    const [newest] = windows;
    if (newest !== undefined && now - newest.startedAtMs < WINDOW_MS) return newest;
    const window = { startedAtMs: now, counts: new Uint32Array(BUCKETS), max: 0 };
    windows = [window, ...windows.slice(0, WINDOWS - 1)];
    return window;
  };

  return {
    record: (value) => {
      const window = current();
      const bucket = Math.min(BUCKETS - 1, bucketOf(value / unit));
      window.counts[bucket] = (window.counts[bucket] ?? 0) + 1;
      all[bucket] = (all[bucket] ?? 0) + 1;
      if (value > window.max) window.max = value;
      count += 1;
      sum += value;
    },
    total: () => ({ count, sum }),
    distribution: () => {
      const since = nowMs() - WINDOWS * WINDOW_MS;
      return distributionOf(
        windows.filter(({ startedAtMs }) => startedAtMs > since),
        unit,
      );
    },
    counts: all,
  };
};

function bucketOf(units: number): number {
  return units <= 1 ? 0 : Math.floor(Math.log(units) * BUCKETS_PER_E);
}

/** The value that stands for all of a bucket: its middle; a whole number where the values are. */
export const valueOfBucket = (bucket: number, unit: number): number => {
  const units = Math.exp((bucket + 0.5) / BUCKETS_PER_E);
  return (unit === 1 ? Math.round(units) : units) * unit;
};

/** The bucket of the value that has this rank. */
const bucketAt = (counts: Float64Array, rank: number): number => {
  let passed = 0;
  return counts.findIndex((inBucket) => {
    passed += inBucket;
    return passed >= rank;
  });
};

const distributionOf = (windows: readonly Window[], unit: number): Distribution | null => {
  const counts = new Float64Array(BUCKETS);
  let count = 0;
  for (const window of windows)
    window.counts.forEach((inBucket, bucket) => {
      counts[bucket] = (counts[bucket] ?? 0) + inBucket;
      count += inBucket;
    });
  if (count === 0) return null;
  const max = Math.max(...windows.map((window) => window.max));
  const percentile = (share: number): number => {
    const bucket = bucketAt(counts, Math.ceil(share * count));
    return Math.min(max, valueOfBucket(bucket, unit));
  };
  return { count, p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99), max };
};
