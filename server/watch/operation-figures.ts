// What each operation of the API costs, by its name. Names are the clients' to choose, so only those asked most are kept
// apart (top.ts), and all others are counted together.
import { type Buckets, createBuckets } from "./buckets.ts";
import type { Family } from "./exposition.ts";
import { createRecent, type Distribution, type Recent } from "./recent.ts";
import { createTop, OTHER } from "./top.ts";

const MAX_NAMES = 50;
const MAX_NAME_LENGTH = 64;
const MAX_CHANGES = 10;
const PERIOD_MS = 600_000;
/** In seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface OperationFigures {
  readonly name: string;
  /** Since the server started, or since its name was kept apart. */
  readonly requests: number;
  /** Those of them whose answer had errors. */
  readonly errors: number;
  /** In seconds; null where there were none of late. */
  readonly duration: Distribution | null;
}

interface Tally {
  requests: number;
  errors: number;
  readonly buckets: Buckets;
  readonly duration: Recent;
}

/** One operation that was answered. */
export interface Answered {
  readonly name: string;
  readonly seconds: number;
  /** Of the errors in its answer. */
  readonly codes: readonly string[];
}

export interface OperationTallies {
  add(answered: Answered): void;
  /** Those that are asked most come first. */
  figures(): readonly OperationFigures[];
  /** As Prometheus reads them. */
  families(): readonly Family[];
}

interface TalliesDeps {
  readonly maxNames?: number;
  /** A clock that only goes forward. */
  readonly nowMs?: () => number;
}

export const createOperationTallies = ({
  maxNames = MAX_NAMES,
  nowMs = () => performance.now(),
}: TalliesDeps = {}): OperationTallies => {
  const top = createTop<Tally>({
    ...{ maxNames, maxChanges: MAX_CHANGES, periodMs: PERIOD_MS, nowMs },
    create: () => ({ requests: 0, errors: 0, buckets: createBuckets(BOUNDS), duration: createRecent({ nowMs }) }),
    addTo: (others, { requests, errors, buckets }) => {
      others.requests += requests;
      others.errors += errors;
      others.buckets.add(buckets);
    },
  });

  return {
    add: ({ name, seconds, codes }) => {
      const tally = top.of(name.length > MAX_NAME_LENGTH ? OTHER : name);
      tally.requests += 1;
      if (codes.length > 0) tally.errors += 1;
      tally.buckets.observe(seconds);
      tally.duration.record(seconds);
    },
    figures: () =>
      top
        .entries()
        .map(([name, { requests, errors, duration }]) => ({
          ...{ name, requests, errors, duration: duration.distribution() },
        }))
        .sort((left, right) => right.requests - left.requests),
    families: () => familiesOf(top.entries()),
  };
};

const DURATION = "surecount_operation_duration_seconds";

const familiesOf = (entries: readonly (readonly [name: string, tally: Tally])[]): readonly Family[] => {
  const countsOf = (name: string, help: string, countOf: (tally: Tally) => number): Family => ({
    ...{ name, help, type: "counter" },
    samples: entries.map(([operation, tally]) => ({ name, labels: { operation }, value: countOf(tally) })),
  });
  return [
    countsOf("surecount_operations_total", "Queries and mutations answered, by their name.", (tally) => tally.requests),
    countsOf("surecount_operation_errors_total", "Those of them whose answer had errors.", (tally) => tally.errors),
    {
      ...{ name: DURATION, help: "Time that queries and mutations took, by their name.", type: "histogram" },
      samples: entries.flatMap(([operation, { buckets }]) => buckets.samples(DURATION, { operation })),
    },
  ];
};
