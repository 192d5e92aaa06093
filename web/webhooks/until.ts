// How long it is until something happens.
import { now } from "../clock.ts";
import { formatLasting } from "../format.ts";

/** Null where it is not going to. */
export const untilText = (at: string | null): string | null => {
  if (at === null) return null;
  const leftMs = Date.parse(at) - now();
  return leftMs <= 0 ? "now" : `in ${formatLasting(leftMs)}`;
};
