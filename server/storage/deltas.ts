// What a group of events adds to the rollups, to the counters and to its minute, summed up so that each row is written once.

import { minuteOf } from "../domain/calendar.ts";
import { billionthsOf, decimalOf } from "../domain/decimal.ts";
import type { Event, Outcome } from "../domain/event.ts";
import { bucketOf } from "../domain/rollup.ts";
import type { ClientTotals, MinuteTotals, Totals } from "./storage.ts";

/** The stored grains of rollups, in minutes: quarters of an hour in UTC, and all time in one bucket that starts at 0. */
export const ALL_TIME = 0;
export const QUARTER_HOUR = 15;

/** What is added to one bucket of one series. */
export interface RollupDelta {
  readonly grainMinutes: number;
  readonly bucketUs: number;
  readonly client: string;
  readonly metric: string;
  /** Empty where the events have no unit: a key cannot hold null. */
  readonly unit: string;
  readonly count: number;
  readonly sum: string;
  readonly min: string;
  readonly max: string;
}

interface Tally {
  count: number;
  /** In billionths, as the extremes are: a text would be parsed again for each event. */
  sum: bigint;
  min: bigint;
  max: bigint;
}

type Bucket = Pick<RollupDelta, "grainMinutes" | "bucketUs" | "client" | "metric" | "unit">;

export const createRollupDeltas = () => {
  const tallies = new Map<string, Bucket & Tally>();

  const addTo = (grainMinutes: number, bucketUs: number, { client, metric, unit }: Event, amount: bigint): void => {
    // Canonical text holds no control characters, so the parts cannot run into each other.
    const key = `${grainMinutes}\n${bucketUs}\n${client}\n${metric}\n${unit ?? ""}`;
    const tally = tallies.get(key);
    if (tally === undefined) {
      const bucket = { grainMinutes, bucketUs, client, metric, unit: unit ?? "" };
      tallies.set(key, { ...bucket, count: 1, sum: amount, min: amount, max: amount });
      return;
    }
    tally.count += 1;
    tally.sum += amount;
    if (amount < tally.min) tally.min = amount;
    if (amount > tally.max) tally.max = amount;
  };

  return {
    add: (event: Event): void => {
      const amount = billionthsOf(event.amount);
      addTo(ALL_TIME, 0, event, amount);
      addTo(QUARTER_HOUR, bucketOf(event.timestampUs), event, amount);
    },
    /** One for each bucket that was touched. */
    deltas: (): RollupDelta[] =>
      Array.from(tallies.values(), (tally) => ({
        ...tally,
        sum: decimalOf(tally.sum),
        min: decimalOf(tally.min),
        max: decimalOf(tally.max),
      })),
    clear: (): void => tallies.clear(),
  };
};

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
