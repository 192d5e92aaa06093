// What an answer about rollups was read from. Whatever changes rollups leaves its seq in deltas, which are of the last entries,
// or with the days that it has changed (rollup-work.ts): so two short looks tell whether an answer still holds, however old
// it is, as long as it reaches as far as it did (reach.ts). A day that was changed in another series makes it be read again,
// which costs time and is never wrong.
import type { EventFilter } from "../domain/filter.ts";
import { bucketStart, DAY, QUARTER } from "../domain/grain.ts";
import type { Reach } from "./reach.ts";
import type { AggregationQuestion } from "./summing.ts";

/** How often the rollups were counted anew and differed: that changes them without an entry. */
export const REBUILDS = "rollup_rebuilds";

export interface Reads {
  /** Of the quarters of an hour, inclusive; of all where it is left out, as below. */
  readonly fromUs: number | undefined;
  readonly fromDayUs: number | undefined;
  /** Exclusive. */
  readonly toUs: number | undefined;
  /** Of which series, within that time. */
  readonly series: Pick<EventFilter, "clients" | "metrics" | "units">;
  /** Whose events matter whenever they were. */
  readonly alwaysClients: readonly string[] | undefined;
}

/** Not for a search for text, which is read from raw events. */
export const readsOf = ({ filter, percentiles = [] }: AggregationQuestion, { fromUs, toUs }: Reach): Reads => {
  const { clients, metrics, units } = filter;
  const span = {
    fromUs: fromUs === undefined ? undefined : bucketStart(QUARTER, fromUs),
    fromDayUs: fromUs === undefined ? undefined : bucketStart(DAY, fromUs),
    toUs,
  };
  if (percentiles.length === 0) return { ...span, series: { clients, metrics, units }, alwaysClients: undefined };
  // Whether they are exact follows from the number of all events in the range, or of all that its clients ever sent.
  return { ...span, series: {}, alwaysClients: clients };
};
