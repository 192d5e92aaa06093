// The minutes, computed anew from the log. Both come oldest first, so that only one minute is held.
import type { Micros } from "../domain/calendar.ts";
import { formatMicros } from "../domain/timestamp.ts";
import type { MinuteTotals } from "../storage/storage.ts";
import type { VerifySource } from "../storage/verification.ts";
import { createCursor } from "./cursor.ts";
import type { Findings } from "./findings.ts";
import type { Tallies } from "./tallies.ts";

const TABLE = "activity";

interface ActivityDeps {
  readonly source: Pick<VerifySource, "activity" | "minutesOfLog">;
  readonly findings: Findings;
  readonly tallies: Pick<Tallies, "addMinute">;
}

/** Gives the number of minutes in which something was received. */
export const verifyActivity = async ({ source, findings, tallies }: ActivityDeps): Promise<number> => {
  const stored = createCursor(source.activity(), ({ minuteUs }) => minuteUs);
  await stored.start();
  let count = 0;

  const pass = async (minute: MinuteTotals): Promise<void> => {
    count += 1;
    tallies.addMinute(minute);
    await stored.next();
  };

  /** Passes the minutes before this one, in which the log has nothing. */
  const passBefore = async (minuteUs: Micros): Promise<void> => {
    for (let head = stored.head; head !== undefined && head.minuteUs < minuteUs; head = stored.head) {
      findings.add(TABLE, nameOf(head), "counts events that are not in the log");
      await pass(head);
    }
  };

  const compare = async (computed: MinuteTotals): Promise<void> => {
    await passBefore(computed.minuteUs);
    const { head } = stored;
    if (head?.minuteUs !== computed.minuteUs)
      return findings.add(TABLE, nameOf(computed), `is missing, and the log has ${computed.received} events of it`);
    for (const name of ["received", "accepted", "duplicates", "conflicts", "rejected"] as const)
      findings.compare([TABLE, nameOf(head)], name, head[name], computed[name]);
    await pass(head);
  };

  for await (const minutes of source.minutesOfLog()) for (const minute of minutes) await compare(minute);
  await passBefore(Number.POSITIVE_INFINITY);
  return count;
};

const nameOf = ({ minuteUs }: MinuteTotals): string => `minute ${formatMicros(minuteUs)}`;
