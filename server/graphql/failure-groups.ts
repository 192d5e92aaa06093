// Failed events of one kind together, so that a thousand alike are one thing to look at.
import { AppError } from "../domain/error.ts";
import type { FailureGroup } from "../domain/failure.ts";
import type { FailureFilter } from "../domain/filter.ts";
import { builder } from "./builder.ts";
import { FailedEventFilterInput, FailedEventRef, toFailureFilter } from "./failures.ts";
import { ProblemCodeEnum } from "./problems.ts";

const MAX_GROUPS = 500;
const MAX_SAMPLES = 20;
const HOUR_US = 3_600_000_000;
const TREND_HOURS = 24;

/** A group, and the failures among which it was made. */
type Asked = FailureGroup & { readonly filter: FailureFilter };

const FailureGroupRef = builder.objectRef<Asked>("FailureGroup").implement({
  description:
    "Failed events of one client that have the same problem at the same place. One with several problems is in several groups.",
  fields: (t) => ({
    code: t.expose("code", { type: ProblemCodeEnum, description: "The problem." }),
    path: t.exposeString("path", {
      nullable: true,
      description: "Where in the raw event; null for the event as a whole.",
    }),
    client: t.exposeString("client", {
      nullable: true,
      description: "Who sent them; null where that could not be read.",
    }),
    count: t.expose("count", { type: "SafeInt", description: "How many failed events." }),
    timesSeen: t.expose("timesSeen", { type: "SafeInt", description: "How often they were received, all together." }),
    firstSeenAt: t.expose("firstSeenAtUs", { type: "DateTime", description: "When the first was first received." }),
    lastSeenAt: t.expose("lastSeenAtUs", { type: "DateTime", description: "When one was last received." }),
    trend: t.field({
      type: ["SafeInt"],
      description: "How many were first received in each of the last 24 hours, the oldest hour first, this one last.",
      resolve: ({ trend }) => [...trend],
    }),
    samples: t.field({
      type: [FailedEventRef],
      description: "The newest of them.",
      args: { first: t.arg.int({ defaultValue: 3, description: `At most this many: 0 to ${MAX_SAMPLES}.` }) },
      resolve: async ({ code, path, client, filter }, { first }, { storage }) => {
        const limit = sizeOf(first, MAX_SAMPLES, 3);
        const ofClient = client === null ? { withoutClient: true } : { clients: [client] };
        const ofGroup = { ...filter, ...ofClient, codes: [code], paths: [path ?? ""] };
        return [...(await storage.failures(ofGroup, { order: "descending", limit }))];
      },
    }),
  }),
});

const sizeOf = (first: number | null | undefined, most: number, fallback: number): number => {
  const size = first ?? fallback;
  if (size >= 0 && size <= most) return size;
  throw new AppError("BAD_USER_INPUT", `Ask for 0 to ${most}, not ${size}.`);
};

builder.queryField("failureGroups", (t) =>
  t.field({
    type: [FailureGroupRef],
    description: "Failed events by problem, place and client, the largest groups first.",
    args: {
      filter: t.arg({
        type: FailedEventFilterInput,
        description: "Which failed events; the open, scheduled and dead ones where it is left out.",
      }),
      first: t.arg.int({ defaultValue: 50, description: `At most this many groups: 0 to ${MAX_GROUPS}.` }),
    },
    resolve: async (_root, { filter: input, first }, { storage, now }) => {
      const filter: FailureFilter = input ? toFailureFilter(input) : { states: ["OPEN", "SCHEDULED", "DEAD"] };
      const limit = sizeOf(first, MAX_GROUPS, 50);
      const endUs = Math.floor(now() / HOUR_US + 1) * HOUR_US;
      const trend = { fromUs: endUs - TREND_HOURS * HOUR_US, bucketUs: HOUR_US, buckets: TREND_HOURS };
      const groups = await storage.failureGroups({ filter, limit, trend });
      return groups.map((group) => ({ ...group, filter }));
    },
  }),
);
