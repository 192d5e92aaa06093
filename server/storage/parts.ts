// Where the figures of an aggregation come from: whole buckets from the rollups, and only the two ends of a range that
// cut a bucket in two from the events.
import type { EventFilter } from "../domain/filter.ts";
import { QUARTER_HOUR_US } from "../domain/rollup.ts";

export interface Part {
  readonly from: "rollups" | "events";
  readonly filter: EventFilter;
}

/** Divides a range into the whole buckets in its middle and the events at its ends. */
export const partsOf = (filter: EventFilter): readonly Part[] => {
  const { fromUs, toUs, text } = filter;
  if (text !== undefined) return [{ from: "events", filter }];
  const innerFromUs = fromUs === undefined ? undefined : Math.ceil(fromUs / QUARTER_HOUR_US) * QUARTER_HOUR_US;
  const innerToUs = toUs === undefined ? undefined : Math.floor(toUs / QUARTER_HOUR_US) * QUARTER_HOUR_US;
  if (innerFromUs !== undefined && innerToUs !== undefined && innerFromUs >= innerToUs)
    return [{ from: "events", filter }];
  const parts: Part[] = [{ from: "rollups", filter: { ...filter, fromUs: innerFromUs, toUs: innerToUs } }];
  if (fromUs !== innerFromUs) parts.push({ from: "events", filter: { ...filter, toUs: innerFromUs } });
  if (toUs !== innerToUs) parts.push({ from: "events", filter: { ...filter, fromUs: innerToUs } });
  return parts;
};
