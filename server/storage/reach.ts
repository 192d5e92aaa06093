// How far an answer about rollups reaches in time. It follows from the range that is asked for, and from where the data end.
import type { EventFilter } from "../domain/filter.ts";
import type { Span } from "../domain/grain.ts";

/** When the events are by which an answer changes. */
export interface Reach {
  /** Inclusive; all time before where it is left out, as below. */
  readonly fromUs: number | undefined;
  /** Exclusive. */
  readonly toUs: number | undefined;
}

/**
 * Where the data end within the range that is asked for, the largest buckets may be read whole: beyond there is nothing to
 * count. But their revisions tell of what has been there, and so such an answer has no end on that side.
 */
export const reachOf = ({ fromUs, toUs }: EventFilter, data: Span): Reach => ({
  fromUs: fromUs === undefined || fromUs <= data.fromUs ? undefined : fromUs,
  toUs: toUs === undefined || toUs >= data.toUs ? undefined : toUs,
});

export const isSameReach = (left: Reach, right: Reach): boolean =>
  left.fromUs === right.fromUs && left.toUs === right.toUs;
