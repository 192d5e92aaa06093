// What this server has counted and measured since it was started. Nothing of it is ever set back, so whoever remembers
// what it was a while ago knows what came since.
import type { Outcome } from "../domain/event.ts";
import type { CountName, DistributionName } from "./history-figures.ts";
import type { Recent } from "./recent.ts";

export interface Totals {
  readonly counts: Readonly<Record<CountName, number>>;
  /** How many values fell into each bucket. To be read, and not to be kept: they go on. */
  readonly buckets: Readonly<Record<DistributionName, Readonly<Float64Array>>>;
}

interface Counting {
  countOutcome(outcome: Outcome): void;
  countError(): void;
  totals(): Totals;
}

const names = { ACCEPTED: "accepted", DUPLICATE: "duplicates", CONFLICT: "conflicts", REJECTED: "rejected" } as const;

export const createTotals = (measured: Readonly<Record<DistributionName, Recent>>): Counting => {
  const counted = { accepted: 0, duplicates: 0, conflicts: 0, rejected: 0, errors: 0 };
  const { commit, lockWait, group, request, eventLoop } = measured;
  const buckets = {
    ...{ commit: commit.counts, lockWait: lockWait.counts, group: group.counts },
    ...{ request: request.counts, eventLoop: eventLoop.counts },
  };
  return {
    countOutcome: (outcome) => {
      counted[names[outcome]] += 1;
    },
    countError: () => {
      counted.errors += 1;
    },
    totals: () => {
      const { user, system } = process.cpuUsage();
      return { counts: { ...counted, cpuSeconds: (user + system) / 1e6 }, buckets };
    },
  };
};
