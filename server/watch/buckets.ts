// A histogram that can be added to another, as those of names are that lose their place (top.ts).
import type { Sample } from "./exposition.ts";

export interface Buckets {
  observe(value: number): void;
  /** Adds what another with the same bounds has counted. */
  add(other: Buckets): void;
  /** As Prometheus has them: each bucket with those below it, then the sum and the count. */
  samples(name: string, labels: Sample["labels"]): readonly Sample[];
  /** How many were in each bucket alone, the last without an upper bound, and the sum of all. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** `bounds`: the upper bounds of the buckets, each part of its bucket, in growing order. */
export const createBuckets = (bounds: readonly number[]): Buckets => {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let sum = 0;
  const addTo = (bucket: number, count: number): void => {
    counts[bucket] = (counts[bucket] ?? 0) + count;
  };
  return {
    observe: (value) => {
      const bucket = bounds.findIndex((bound) => value <= bound);
      addTo(bucket === -1 ? bounds.length : bucket, 1);
      sum += value;
    },
    add: (other) => {
      other.counts.forEach((count, bucket) => {
        addTo(bucket, count);
      });
      sum += other.sum;
    },
    samples: (name, labels) => {
      let count = 0;
      const buckets = counts.map((inBucket, bucket): Sample => {
        count += inBucket;
        return { name: `${name}_bucket`, labels: { ...labels, le: bounds[bucket] ?? "+Inf" }, value: count };
      });
      return [...buckets, { name: `${name}_sum`, labels, value: sum }, { name: `${name}_count`, labels, value: count }];
    },
    counts,
    get sum() {
      return sum;
    },
  };
};
