// Local times of an IANA time zone as instants. The zone data is the runtime's.
import { IANAZone } from "luxon";
import { SECONDS_PER_DAY } from "./calendar.ts";

/** True for a zone that local times can be read in. */
export const isTimeZone = (name: string): boolean => IANAZone.create(name).isValid;

/**
 * The instants at which the clocks of a zone show a local time, given as if it were UTC: one as a rule, none where the
 * clocks skipped it, two where they went back over it. In seconds since 1970, earliest first.
 */
export function instantsOf(localSeconds: number, timeZone: string): readonly number[] {
  const zone = IANAZone.create(timeZone);
  const offsetAt = (seconds: number): number => Math.round(zone.offset(seconds * 1000) * 60);
  // No zone is a day from UTC: one of the offsets in force a day around is the right one.
  const before = offsetAt(localSeconds - SECONDS_PER_DAY);
  const after = offsetAt(localSeconds + SECONDS_PER_DAY);
  if (before === after) return [localSeconds - before];
  const candidates = [Math.max(before, after), Math.min(before, after)];
  return candidates
    .filter((offset) => offsetAt(localSeconds - offset) === offset)
    .map((offset) => localSeconds - offset);
}
