// What a group of events adds to the rollups, to the counters and to its minute, summed up so that each row is written once.
import { type Bins, binOf, encodeBins } from "../domain/bins.ts";
import { minuteOf } from "../domain/calendar.ts";
import { billionthsOf, decimalOf } from "../domain/decimal.ts";
import type { Event, Outcome } from "../domain/event.ts";
import { bucketStart, QUARTER, QUARTER_US } from "../domain/grain.ts";
import type { Tally } from "../domain/rollup.ts";
import type { ClientTotals, MinuteTotals, Totals } from "./storage.ts";

/** What is stored of the events of a series in a bucket. */
export interface StoredTally extends Tally {
  /** How many of them were received after their quarter of an hour had ended. */
  readonly late: number;
  /** The last entry that changed it. */
  readonly revision: number;
  readonly bins: Bins;
}

export interface Series {
  readonly client: string;
  readonly metric: string;
  /** Empty where the events have no unit: a key cannot hold null. */
  readonly unit: string;
}

/** What a group of events has added to a quarter of an hour of one series. */
export interface RollupDelta extends Series, StoredTally {
  readonly bucketUs: number;
}

/** What counts of an event. */
type Countable = Pick<Event, "client" | "metric" | "unit" | "amount" | "timestampUs" | "receivedAtUs">;

interface Sum extends Series {
  readonly bucketUs: number;
  count: number;
  /** In billionths, as the extremes are: a text would be parsed again for each event. */
  sum: bigint;
  min: bigint;
  max: bigint;
  late: number;
  revision: number;
  readonly bins: Map<number, number>;
}

export const createRollupDeltas = () => {
  const sums = new Map<string, Sum>();

  const sumFor = (bucketUs: number, { client, metric, unit }: Countable, amount: bigint): Sum => {
    // Canonical text holds no control characters, so the parts cannot run into each other.
    const key = `${bucketUs}\n${client}\n${metric}\n${unit ?? ""}`;
    const known = sums.get(key);
    if (known !== undefined) return known;
    const series = { bucketUs, client, metric, unit: unit ?? "" };
    const sum = {
      ...{ ...series, count: 0, sum: 0n, min: amount, max: amount },
      ...{ late: 0, revision: 0, bins: new Map<number, number>() },
    };
    sums.set(key, sum);
    return sum;
  };

  return {
    /** `revision`: the entry by which the event counts, or does not count any more. */
    add: (event: Countable, revision: number): void => {
      const amount = billionthsOf(event.amount);
      const bucketUs = bucketStart(QUARTER, event.timestampUs);
      const sum = sumFor(bucketUs, event, amount);
      sum.count += 1;
      sum.sum += amount;
      if (amount < sum.min) sum.min = amount;
      if (amount > sum.max) sum.max = amount;
      if (isLate(event.receivedAtUs, bucketUs)) sum.late += 1;
      if (revision > sum.revision) sum.revision = revision;
      const bin = binOf(amount);
      sum.bins.set(bin, (sum.bins.get(bin) ?? 0) + 1);
    },
    /** One for each bucket that was touched. */
    deltas: (): RollupDelta[] =>
      Array.from(sums.values(), (sum) => ({
        ...sum,
        ...{ sum: decimalOf(sum.sum), min: decimalOf(sum.min), max: decimalOf(sum.max) },
        bins: encodeBins(sum.bins),
      })),
    clear: (): void => sums.clear(),
  };
};

/** Whether the quarter of an hour that begins then had ended before. */
export const isLate = (receivedAtUs: number, bucketUs: number): boolean => receivedAtUs >= bucketUs + QUARTER_US;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const counterOf = {
  ACCEPTED: "accepted",
  DUPLICATE: "duplicates",
  CONFLICT: "conflicts",
  REJECTED: "rejected",
} as const satisfies Record<Outcome, keyof ClientTotals>;

const none: Totals = { received: 0, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 };

/** The deltas of all clients together, as what their minute gets: a group is received at one instant. */
export const minutesOf = (deltas: readonly ClientTotals[]): readonly MinuteTotals[] => {
  const [first] = deltas;
  return first === undefined ? [] : [{ ...deltas.reduce(addTotals, none), minuteUs: minuteOf(first.lastSeenAtUs) }];
};

const addTotals = (left: Totals, right: Totals): Totals => ({
  received: left.received + right.received,
  accepted: left.accepted + right.accepted,
  duplicates: left.duplicates + right.duplicates,
  conflicts: left.conflicts + right.conflicts,
  rejected: left.rejected + right.rejected,
});

export const createCounterDeltas = () => {
  const totals = new Map<string, Mutable<ClientTotals>>();
  return {
    /** Null: the client could not be read. Its name is empty then, as a key cannot hold null. */
    add: (client: string | null, outcome: Outcome, lastSeenAtUs: number): void => {
      const name = client ?? "";
      const total = totals.get(name) ?? { ...none, client: name, lastSeenAtUs };
      total.received += 1;
      total[counterOf[outcome]] += 1;
      totals.set(name, total);
    },
    /** One for each client that sent something. */
    deltas: (): ClientTotals[] => [...totals.values()],
    clear: (): void => totals.clear(),
  };
};
