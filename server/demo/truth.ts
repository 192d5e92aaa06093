// What must be on the server when everything has arrived, from the plan alone.
import type { Lane } from "./plan.ts";

export interface SeriesName {
  readonly client: string;
  readonly metric: string;
  readonly unit: string | null;
}

export interface SeriesTruth extends SeriesName {
  readonly count: bigint;
  /** The exact sum, in billionths. */
  readonly sum: bigint;
}

export interface ClientTruth {
  readonly client: string;
  readonly accepted: bigint;
  /** Different events that failed. */
  readonly failures: bigint;
  /** Those of them whose sale arrived in the end. */
  readonly resolved: bigint;
}

export interface Truth {
  readonly clients: readonly ClientTruth[];
  readonly series: readonly SeriesTruth[];
  /** Failed events that do not say whose they are. */
  readonly nobodysFailures: bigint;
}

/** Names a series among all others. */
export const seriesKey = ({ client, metric, unit }: SeriesName): string => JSON.stringify([client, metric, unit]);

export const truthOf = (lanes: readonly Omit<Lane, "steps">[]): Truth => {
  const series = new Map<string, SeriesTruth>();
  for (const { client, metric, unit, amount } of lanes.flatMap(({ sales }) => sales)) {
    const key = seriesKey({ client, metric, unit });
    const { count, sum } = series.get(key) ?? { count: 0n, sum: 0n };
    series.set(key, { client, metric, unit, count: count + 1n, sum: sum + amount });
  }
  const failures = lanes.flatMap((lane) => lane.failures);
  return {
    clients: lanes.map(({ client, sales }) => {
      const own = failures.filter((failure) => failure.client === client);
      const resolved = own.filter(({ state }) => state === "RESOLVED");
      return {
        client,
        accepted: BigInt(sales.length),
        failures: BigInt(own.length),
        resolved: BigInt(resolved.length),
      };
    }),
    series: [...series.values()],
    nobodysFailures: BigInt(failures.filter(({ client }) => client === null).length),
  };
};
