// What was distributed how over the last minutes, as Prometheus reads it: percentiles of late, sum and count since the start.
import type { Family } from "./exposition.ts";
import { RECENT_SECONDS, type Recent } from "./recent.ts";

const OF_LATE = `over the last ${RECENT_SECONDS / 60} minutes`;
const quantiles = { 0.5: "p50", 0.95: "p95", 0.99: "p99", 1: "max" } as const;

export const summaryOf = (name: string, help: string, recent: Recent): Family => {
  const distribution = recent.distribution();
  const { count, sum } = recent.total();
  return {
    ...{ name, help: `${help}, ${OF_LATE}.`, type: "summary" },
    samples: [
      ...Object.entries(quantiles).map(([quantile, field]) => ({
        ...{ name, labels: { quantile }, value: distribution?.[field] ?? Number.NaN },
      })),
      { name: `${name}_sum`, labels: {}, value: sum },
      { name: `${name}_count`, labels: {}, value: count },
    ],
  };
};
