// The rollups of all grains, counted anew from the events that count. These come in order of time, so that only the
// buckets that are being filled are held, and no rollup is read or written twice.
import type { Micros } from "../domain/calendar.ts";
import type { Event } from "../domain/event.ts";
import { bucketStart, type Grain, grains, QUARTER } from "../domain/grain.ts";
import { createRollupDeltas } from "./deltas.ts";
import { asRollups, keyOf, mergeStored, type StoredRollup } from "./rollup-work.ts";

export interface CountedEvent
  extends Pick<Event, "client" | "metric" | "unit" | "amount" | "timestampUs" | "receivedAtUs"> {
  /** The last entry that changed it. */
  readonly revision: number;
}

/** A rollup that was not what it should be; null: it was not there, or should not be. */
export interface RollupDifference {
  readonly stored: StoredRollup | null;
  readonly counted: StoredRollup | null;
}

/** What a rebuild has found, and put right. */
export interface RebuildReport {
  /** The first of the differences. */
  readonly differences: readonly RollupDifference[];
  /** How many there are in all. */
  readonly count: number;
  readonly rollups: number;
}

/** Is told how far it is. */
export interface RecountWatch {
  begin(totalEvents: number): void;
  add(events: number): void;
}

export interface Recount {
  /** Gives the rollups that no later event can touch. */
  add(event: CountedEvent): readonly StoredRollup[];
  /** Gives all others. */
  end(): readonly StoredRollup[];
}

export const createRecount = (): Recount => {
  const quarter = createRollupDeltas();
  const open = new Map<Grain, Map<string, StoredRollup>>(grains.map((grain) => [grain, new Map()]));
  let atUs: Micros | null = null;

  /** Closes the buckets that do not reach to the next event; null where there is none. */
  const close = (nextUs: Micros | null): readonly StoredRollup[] => {
    const done: StoredRollup[] = [];
    let finer: readonly StoredRollup[] = asRollups(quarter.deltas(), QUARTER);
    quarter.clear();
    for (const grain of grains) {
      const rows = open.get(grain) as Map<string, StoredRollup>;
      for (const row of asRollups(finer, grain)) {
        const known = rows.get(keyOf(row));
        rows.set(keyOf(row), known === undefined ? row : { ...row, ...mergeStored(known, row) });
      }
      if (nextUs !== null && atUs !== null && bucketStart(grain, nextUs) === bucketStart(grain, atUs)) break;
      finer = [...rows.values()];
      done.push(...finer);
      rows.clear();
    }
    return done;
  };

  return {
    add: (event) => {
      const isBehind = atUs !== null && bucketStart(QUARTER, atUs) !== bucketStart(QUARTER, event.timestampUs);
      const done = isBehind ? close(event.timestampUs) : [];
      atUs = event.timestampUs;
      quarter.add(event, event.revision);
      return done;
    },
    end: () => close(null),
  };
};
