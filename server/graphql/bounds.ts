// The clients that a principal is bound to, and what of a question, a plan or an act is about them. What is not known to
// be theirs is not there for the principal.
import type { Act } from "../domain/act.ts";
import { AppError } from "../domain/error.ts";
import type { Event } from "../domain/event.ts";
import type { Failure } from "../domain/failure.ts";
import type { EventFilter, FailureFilter, LogFilter } from "../domain/filter.ts";
import type { Job, JobPlan } from "../domain/job.ts";
import type { Profile } from "../domain/profile.ts";

export interface Bounds {
  readonly clients: readonly string[];
  /** Those of the clients asked for that it may see; all of its own where none are named. */
  among(clients: readonly string[] | undefined): readonly string[];
  includes(client: string | null): client is string;
  /** Failures that this request itself has made: their sender sees them, also where nobody can say whose they are. */
  readonly own: Set<number>;
}

export const boundsOf = (clients: readonly string[]): Bounds => {
  const set = new Set(clients);
  return {
    clients,
    among: (asked) => (asked === undefined ? clients : asked.filter((client) => set.has(client))),
    includes: (client): client is string => client !== null && set.has(client),
    own: new Set(),
  };
};

export const narrowEvents = (filter: EventFilter, { among }: Bounds): EventFilter => ({
  ...filter,
  clients: among(filter.clients),
});

/** Failures whose client could not be read are nobody's. */
export const narrowFailures = (filter: FailureFilter, { among }: Bounds): FailureFilter => {
  const isOthersAlone = filter.withoutClient === true && filter.clients === undefined;
  return { ...filter, withoutClient: undefined, clients: isOthersAlone ? [] : among(filter.clients) };
};

export const narrowLog = (filter: LogFilter, { among }: Bounds): LogFilter => ({
  ...filter,
  clients: among(filter.clients),
});

/** What of a plan is about the principal's clients. @throws AppError FORBIDDEN where it names another's. */
const narrowPlan = (plan: JobPlan, bounds: Bounds): JobPlan => {
  if (plan.kind === "REPROCESS") return { ...plan, filter: narrowEvents(plan.filter, bounds) };
  if (plan.kind === "RETRY" && plan.client !== undefined) expectOwn(plan.client, bounds);
  return { ...plan, filter: narrowFailures(plan.filter, bounds) };
};

/** Whether all that a job does is about the principal's clients. */
export const isOwnJob = ({ plan: { filter } }: Pick<Job, "plan">, { includes }: Bounds): boolean => {
  const isForOthers = "withoutClient" in filter && filter.withoutClient === true;
  return !isForOthers && filter.clients !== undefined && filter.clients.every(includes);
};

const expectOwn = (client: string, { includes }: Bounds): void => {
  if (!includes(client)) throw new AppError("FORBIDDEN", "Your token is bound to other clients.");
};

/** With names of its own for the client, a profile would turn the events of one client into those of another. */
const expectNoClientNames = (profile: Profile | null): void => {
  if (profile !== null && profile.aliases.client.length > 0)
    throw new AppError("FORBIDDEN", "A token that is bound to clients cannot say where else the client is named.");
};

/** The rows that an act is about, seen through the window. */
export interface Subjects {
  readonly event: (seq: number) => Promise<Event | null>;
  readonly failure: (id: number) => Promise<Failure | null>;
  readonly job: (id: number) => Promise<Job | null>;
}

const gone = (): AppError => new AppError("BAD_USER_INPUT", "There is nothing like that among your clients.");

/** The act as far as the principal may do it. @throws AppError where it may not. */
export const narrowAct = async (act: Act, subjects: Subjects, bounds: Bounds): Promise<Act> => {
  switch (act.action) {
    case "VOIDED":
    case "UNVOIDED":
    case "REPROCESSED":
      if ((await subjects.event(act.event)) === null) throw gone();
      return act;
    case "RETRIED":
    case "DISCARDED":
    case "REOPENED":
      if ((await subjects.failure(act.failure)) === null) throw gone();
      return act;
    case "PROFILE_SET":
    case "PROFILE_DELETED":
      expectOwn(act.client, bounds);
      expectNoClientNames(act.profile);
      return act;
    case "JOB_STARTED":
      return { ...act, plan: narrowPlan(act.plan, bounds) };
    case "JOB_ENDED":
      if ((await subjects.job(act.job)) === null) throw gone();
      return act;
    case "FAULTED":
    case "WEBHOOK_CREATED":
    case "WEBHOOK_CHANGED":
    case "WEBHOOK_ROTATED":
    case "WEBHOOK_ENABLED":
    case "WEBHOOK_DISABLED":
    case "WEBHOOK_DELETED":
      throw gone();
    default:
      return act satisfies never;
  }
};
