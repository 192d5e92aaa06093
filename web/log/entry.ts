// What an entry of the log says of the event that came, as a row of a list has it.

import type { Entry } from "../api/operations.ts";
import { actOf } from "./acts.ts";

type Fact = "metric" | "amount" | "unit" | "timestamp";

type Told = Pick<Entry, "action" | "event" | "differences">;

/** A fact of the event that came: of a conflict the event at hand is the older one, and the difference has the new. */
export const factOf = ({ action, event, differences }: Told, fact: Fact): string | null | undefined => {
  const difference = action === "CONFLICT" ? differences.find(({ path }) => path === fact) : undefined;
  if (!difference) return event?.[fact];
  return typeof difference.received === "string" ? difference.received : null;
};

/** What there is to say of a duplicate or a conflict: the event that it met. */
export const noteOf = ({ action, event, differences }: Told): string | undefined => {
  if (action === "DUPLICATE") return `same as #${event?.seq}`;
  if (action === "CONFLICT") return `key of #${event?.seq}, other ${differences.map(({ path }) => path).join(", ")}`;
  return undefined;
};

/** When it happened: an act when it was done, an event when its sender says. */
export const timeOf = (entry: Pick<Entry, "at"> & Told): string | null | undefined =>
  actOf(entry.action) === undefined ? factOf(entry, "timestamp") : entry.at;

/** Whether it is about a job, which is of no client. */
export const isOfJob = ({ action }: Pick<Entry, "action">): boolean =>
  action === "JOB_STARTED" || action === "JOB_ENDED";

/** What can be opened of an entry: the event that counts, or the failure; neither for an act about a profile or a job. */
export const subjectOf = ({
  action,
  event,
  failure,
}: Pick<Entry, "action" | "event" | "failure">): { readonly event?: string; readonly failure?: string } => {
  const isOfFailure = action === "CONFLICT" || event === null;
  if (isOfFailure && failure) return { failure: failure.id };
  return event ? { event: event.id } : {};
};
