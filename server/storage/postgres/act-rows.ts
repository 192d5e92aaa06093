// The rows that a batch of acts is about: all are looked up at once, each act finds them as those before it have left
// them, and what has changed by the end is written at once. So a batch costs the same few round trips however many acts
// it has, while all who want to write wait for it.
import type { Act } from "../../domain/act.ts";
import type { Event } from "../../domain/event.ts";
import type { Failure } from "../../domain/failure.ts";
import type { Job } from "../../domain/job.ts";
import type { ProfileVersion } from "../../domain/profile.ts";
import type { WebhookEndpoint } from "../../domain/webhook.ts";
import { asIdentity, type Changes, type Found, identityAfter } from "../acts.ts";
import type { WebhookWrite } from "../webhook-acts.ts";
import type { Queries } from "./drizzle.ts";
import { eventsOf } from "./events.ts";
import { failuresOf, rawFailuresOf } from "./failures.ts";
import { holdersOf, identityOf } from "./identity.ts";
import { jobsOf } from "./jobs.ts";
import { lastProfileVersionsOf } from "./profiles.ts";
import { endpointsOf } from "./webhooks.ts";

type NewFailure = NonNullable<Changes["newFailure"]>;

/** An event that acts have changed: before the first and after the last of them. */
export interface ChangedEvent {
  readonly before: Event;
  readonly after: Event;
}

export interface ActRows {
  find(act: Act): Found;
  keep(changes: Changes): void;
  /** What there is to write. */
  readonly changed: {
    readonly events: ReadonlyMap<number, ChangedEvent>;
    readonly failures: ReadonlyMap<number, Failure>;
    /** Those that were not there before, by their id. */
    readonly newFailures: ReadonlyMap<number, NewFailure>;
    readonly profiles: readonly ProfileVersion[];
    readonly jobs: ReadonlyMap<number, Job>;
    /** In the order of the acts. */
    readonly webhooks: readonly WebhookWrite[];
  };
}

/** Looks up what the acts are about. All questions go at once, to a connection that answers them in order. */
export const readActRows = async (db: Queries, acts: readonly Act[]): Promise<ActRows> => {
  const pick = <T>(of: (act: Act) => T | null): readonly T[] => acts.map(of).filter((one) => one !== null);
  const [events, readings, failures, rawTexts, profiles, jobs, endpoints] = await Promise.all([
    eventsOf(
      db,
      pick((act) => ("event" in act ? act.event : null)),
    ),
    holdersOf(
      db,
      pick((act) => ("reading" in act ? act.reading : null)),
    ),
    failuresOf(db, {
      ids: pick((act) => ("failure" in act ? act.failure : null)),
      identities: pick((act) => ("identity" in act ? act.identity : null)),
    }),
    rawFailuresOf(
      db,
      pick((act) => (act.action === "RETRIED" ? act.failure : null)),
    ),
    lastProfileVersionsOf(
      db,
      pick((act) => ("profile" in act ? act.client : null)),
    ),
    jobsOf(
      db,
      pick((act) => (act.action === "JOB_ENDED" ? act.job : null)),
    ),
    endpointsOf(
      db,
      pick((act) => ("endpoint" in act ? act.endpoint : null)),
    ),
  ]);
  const known = byKey(events, ({ seq }) => seq);
  const back = pick((act) => ("reading" in act ? null : identityAfter(act, eventIn(known, act))));
  const holders = [...readings, ...(await holdersOf(db, back))];
  return createActRows({
    events: known,
    holders: new Map(Array.from(holders, ([identity, { event }]) => [identity, event.seq])),
    failures: byKey(
      failures.map(({ failure }) => failure),
      ({ id }) => id,
    ),
    failureIds: new Map(failures.map(({ identity, failure }) => [identity, failure.id])),
    rawTexts: new Map(rawTexts.map(({ id, raw }) => [id, raw])),
    profiles: byKey(profiles, ({ client }) => client),
    jobs: byKey(jobs, ({ id }) => id),
    endpoints: byKey(endpoints, ({ id }) => id),
  });
};

const byKey = <K, T>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T> =>
  new Map(rows.map((row) => [keyOf(row), row]));

/** The rows as they are now, by what acts name them by. */
interface Rows {
  readonly events: Map<number, Event>;
  /** The seq of the event that has an identity. */
  readonly holders: Map<string, number>;
  readonly failures: Map<number, Failure>;
  /** The id of the failure that has an identity. */
  readonly failureIds: Map<string, number>;
  readonly rawTexts: Map<number, string>;
  /** The last version of each client's. */
  readonly profiles: Map<string, ProfileVersion>;
  readonly jobs: Map<number, Job>;
  readonly endpoints: Map<number, WebhookEndpoint>;
}

const createActRows = (rows: Rows): ActRows => {
  const changed = {
    events: new Map<number, ChangedEvent>(),
    failures: new Map<number, Failure>(),
    newFailures: new Map<number, NewFailure>(),
    profiles: [] as ProfileVersion[],
    jobs: new Map<number, Job>(),
    webhooks: [] as WebhookWrite[],
  };

  const keepEvent = ({ before, after }: ChangedEvent): void => {
    const { seq } = after;
    rows.events.set(seq, after);
    const former = identityOf(asIdentity(before));
    if (rows.holders.get(former) === seq) rows.holders.delete(former);
    if (after.sameAs === null) rows.holders.set(identityOf(asIdentity(after)), seq);
    changed.events.set(seq, { before: changed.events.get(seq)?.before ?? before, after });
  };

  const keepFailure = (failure: Failure): void => {
    rows.failures.set(failure.id, failure);
    changed.failures.set(failure.id, failure);
  };

  const keepNewFailure = ({ identity, rawText, ...failure }: NewFailure): void => {
    rows.failureIds.set(identity, failure.id);
    rows.rawTexts.set(failure.id, rawText);
    changed.newFailures.set(failure.id, { ...failure, identity, rawText });
    keepFailure(failure);
  };

  const keepWebhook = (write: WebhookWrite): void => {
    if (write.kind === "remove") rows.endpoints.delete(write.endpoint.id);
    else rows.endpoints.set(write.endpoint.id, write.endpoint);
    changed.webhooks.push(write);
  };

  return {
    changed,
    find: (act) => findIn(rows, act),
    keep: ({ event, failure, newFailure, profile, job, webhook }) => {
      if (event !== undefined) keepEvent(event);
      if (failure !== undefined) keepFailure(failure);
      if (newFailure !== undefined) keepNewFailure(newFailure);
      if (profile !== undefined) {
        rows.profiles.set(profile.client, profile);
        changed.profiles.push(profile);
      }
      if (job !== undefined) {
        rows.jobs.set(job.id, job);
        changed.jobs.set(job.id, job);
      }
      if (webhook !== undefined) keepWebhook(webhook);
    },
  };
};

const findIn = (rows: Rows, act: Act): Found => {
  const { events, holders, failures, failureIds, rawTexts, profiles, jobs, endpoints } = rows;
  const event = eventIn(events, act);
  const identity = identityAfter(act, event);
  const failure = "failure" in act ? act.failure : "identity" in act ? failureIds.get(act.identity) : undefined;
  return {
    ...{ event, holder: (identity === null ? null : holders.get(identityOf(identity))) ?? null },
    failure: (failure === undefined ? null : failures.get(failure)) ?? null,
    rawText: (act.action === "RETRIED" ? rawTexts.get(act.failure) : null) ?? null,
    profile: ("profile" in act ? profiles.get(act.client) : null) ?? null,
    job: (act.action === "JOB_ENDED" ? jobs.get(act.job) : null) ?? null,
    webhook: ("endpoint" in act ? endpoints.get(act.endpoint) : null) ?? null,
  };
};

const eventIn = (events: ReadonlyMap<number, Event>, act: Act): Event | null =>
  ("event" in act ? events.get(act.event) : null) ?? null;
