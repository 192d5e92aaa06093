// Failures of one kind together, from the rows that either backend counts them in.
import type { FailureGroup } from "../domain/failure.ts";
import type { ProblemCode } from "../domain/problem.ts";

interface Kind {
  readonly code: string;
  /** Empty where the problem is that of the whole event. */
  readonly path: string;
  readonly client: string | null;
}

type GroupRow = Kind & Omit<FailureGroup, "code" | "path" | "trend">;

/** Failures of one kind that were first seen in one bucket, the oldest bucket being 0. */
interface TrendRow extends Kind {
  readonly bucket: number;
  readonly count: number;
}

/** The groups with their trends. A row beyond the last bucket counts in none. */
export const withTrends = (
  groups: readonly GroupRow[],
  { rows, buckets }: { readonly rows: readonly TrendRow[]; readonly buckets: number },
): readonly FailureGroup[] => {
  const trends = Map.groupBy(rows, keyOf);
  return groups.map(({ code, path, ...group }) => {
    const trend = new Array<number>(buckets).fill(0);
    for (const { bucket, count } of trends.get(keyOf({ ...group, code, path })) ?? [])
      if (bucket < buckets) trend[bucket] = count;
    return { ...group, code: code as ProblemCode, path: path === "" ? null : path, trend };
  });
};

const keyOf = ({ code, path, client }: Kind): string => JSON.stringify([code, path, client]);
