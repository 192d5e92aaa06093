// Instants in fields for date and time, which know no zone: theirs is the one that the viewer has chosen.
import type { TimeZone } from "../times.ts";

/** The instant that a field says; null where it says none. */
export const instantOf = ({ text, zone }: { text: string; zone: TimeZone }): string | null => {
  const date = new Date(zone === "UTC" ? `${text}Z` : text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace(".000Z", "Z");
};

/** What a field says for an instant, to the second; empty for none. */
export const fieldOf = ({ at, zone }: { at: string | null; zone: TimeZone }): string => {
  if (at === null) return "";
  const offsetMs = zone === "UTC" ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  return new Date(Date.parse(at) - offsetMs).toISOString().slice(0, 19);
};
