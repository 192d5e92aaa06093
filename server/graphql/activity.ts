// Activity: what was received lately, minute by minute.
import { MINUTE_US, type Micros, minuteOf } from "../domain/calendar.ts";
import { AppError } from "../domain/error.ts";
import type { MinuteTotals } from "../storage/storage.ts";
import { builder } from "./builder.ts";
import { OutcomeCountsRef } from "./stats.ts";

const MAX_MINUTES = 1_440;

const ActivityBucketRef = builder.objectRef<MinuteTotals>("ActivityBucket").implement({
  description: "How many events were received in one minute, by outcome.",
  interfaces: [OutcomeCountsRef],
  fields: (t) => ({
    from: t.expose("minuteUs", { type: "DateTime", description: "When the minute begins." }),
  }),
});

interface Activity {
  readonly asOfSeq: number;
  readonly buckets: readonly MinuteTotals[];
}

const ActivityRef = builder.objectRef<Activity>("Activity").implement({
  description: "What was received lately, minute by minute, as the log has it.",
  fields: (t) => ({
    asOfSeq: t.expose("asOfSeq", {
      type: "SafeInt",
      description: "The last entry of the log that the figures include.",
    }),
    buckets: t.field({
      type: [ActivityBucketRef],
      description: "One for each minute, oldest first and without gaps. The last is the minute in progress.",
      resolve: ({ buckets }) => [...buckets],
    }),
  }),
});

const nothing = { received: 0, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 };

interface Asked {
  readonly nowUs: Micros;
  readonly length: number;
}

/** Where the log is ahead of the clock, it ends with the minute of its last event. */
const bucketsOf = (minutes: readonly MinuteTotals[], { nowUs, length }: Asked): readonly MinuteTotals[] => {
  const found = new Map(minutes.map((minute) => [minute.minuteUs, minute]));
  const lastUs = Math.max(minuteOf(nowUs), minutes.at(-1)?.minuteUs ?? 0);
  return Array.from({ length }, (_, index) => {
    const minuteUs = lastUs - (length - 1 - index) * MINUTE_US;
    return found.get(minuteUs) ?? { ...nothing, minuteUs };
  });
};

builder.queryField("activity", (t) =>
  t.field({
    type: ActivityRef,
    description: "How many events of each outcome were received in each of the last minutes, by the server's clock.",
    args: {
      minutes: t.arg.int({
        defaultValue: 60,
        description: "So many minutes, the one in progress included: 1 to 1,440.",
      }),
    },
    resolve: async (_root, args, { storage, now }) => {
      const length = args.minutes ?? 60;
      if (length < 1 || length > MAX_MINUTES)
        throw new AppError("BAD_USER_INPUT", `Ask for 1 to ${MAX_MINUTES} minutes, not ${length}.`);
      const nowUs = now();
      const { asOfSeq, minutes } = await storage.activity({ nowUs, minutes: length });
      return { asOfSeq, buckets: bucketsOf(minutes, { nowUs, length }) };
    },
  }),
);
