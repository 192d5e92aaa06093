// What a reading connection can do: the reads of the Storage interface, without the waiting.
import type { Micros } from "../../domain/calendar.ts";
import type { PreparedEvent } from "../../domain/event.ts";
import type { EventFilter, FailureFilter, LogFilter, Range } from "../../domain/filter.ts";
import type { DeliveryFilter } from "../../domain/webhook.ts";
import type { HistoryQuestion } from "../history.ts";
import type { GroupsQuestion, Match, Storage } from "../storage.ts";
import type { Webhooks } from "../webhooks.ts";
import { books } from "./books.ts";
import { openReadOnly } from "./database.ts";
import { countVoided, event, events, rawEvent, rawEventsOf, timesSeen } from "./events.ts";
import { failureGroups } from "./failure-groups.ts";
import { countFailures, dueFailures, failure, failures, rawFailure } from "./failures.ts";
import { heldIn } from "./figures.ts";
import { history } from "./history.ts";
import { createIdentityLookup } from "./identity.ts";
import { job, jobs, jobTally, runningJobs } from "./jobs.ts";
import { createHead, entries } from "./log.ts";
import { profiles, profileVersions } from "./profiles.ts";
import { oldEvents } from "./retention.ts";
import { createRollupChanges } from "./rollup-changes.ts";
import { createRollupReader } from "./rollups.ts";
import { beginSnapshot, eventPortion, failurePortion, type Place } from "./snapshot.ts";
import { activity, clients, receivedSince, totals } from "./stats.ts";
import { findToken, listTokens, tokensChangedSince } from "./tokens.ts";
import * as webhooks from "./webhooks.ts";

/** Opens a database that a writer has made. @throws Error where that is not possible. */
export const openReader = (file: string) => {
  const db = openReadOnly(file);
  const { holderOf, earlierHolderOf } = createIdentityLookup(db);
  const { rollups, countCounted } = createRollupReader(db);

  const match = (prepared: PreparedEvent): Match => {
    const earlier = earlierHolderOf(prepared);
    if (earlier !== undefined) return { outcome: "DUPLICATE", event: earlier };
    const event = holderOf(prepared);
    if (event === undefined) return { outcome: "ACCEPTED" };
    return { outcome: event.fingerprint === prepared.fingerprint ? "DUPLICATE" : "CONFLICT", event };
  };

  return {
    match,
    head: createHead(db),
    entries: (filter: LogFilter, range: Range) => entries(db, filter, range),
    event: (seq: number) => event(db, seq),
    events: (filter: EventFilter, range: Range) => events(db, filter, range),
    countEvents: (filter: EventFilter) => countCounted(filter) + countVoided(db, filter),
    rawEvents: (seqs: readonly number[]) => rawEventsOf(db, seqs),
    rawEvent: (seq: number) => rawEvent(db, seq),
    timesSeen: (seq: number) => timesSeen(db, seq),
    failure: (id: number) => failure(db, id),
    failures: (filter: FailureFilter, range: Range) => failures(db, filter, range),
    countFailures: (filter: FailureFilter) => countFailures(db, filter),
    rawFailure: (id: number) => rawFailure(db, id),
    dueFailures: (options: Parameters<Storage["dueFailures"]>[0]) => dueFailures(db, options),
    failureGroups: (question: GroupsQuestion) => failureGroups(db, question),
    profileVersions: (client: string | null, after?: number) => profileVersions(db, client, after),
    profiles: (range: Range) => profiles(db, range),
    job: (id: number) => job(db, id),
    jobs: (range: Range) => jobs(db, range),
    runningJobs: () => runningJobs(db),
    jobTally: (id: number) => jobTally(db, id),
    rollups,
    rollupChanges: createRollupChanges(db),
    oldEvents: (options: Parameters<Storage["oldEvents"]>[0]) => oldEvents(db, options),
    totals: (client: string | null) => totals(db, client),
    clients: (options: Parameters<Storage["clients"]>[0]) => clients(db, options),
    activity: (options: Parameters<Storage["activity"]>[0]) => activity(db, options),
    receivedSince: (options: Parameters<Storage["receivedSince"]>[0]) => receivedSince(db, options),
    books: () => books(db),
    findToken: (id: string) => findToken(db, id),
    listTokens: (range: Range) => listTokens(db, range),
    tokensChangedSince: (revision: number) => tokensChangedSince(db, revision),
    webhookEndpoints: () => webhooks.endpoints(db),
    webhookEndpoint: (id: number) => webhooks.endpoint(db, id),
    dueEndpoints: (nowUs: Micros) => webhooks.dueEndpoints(db, nowUs),
    unsentDeliveries: (endpoint: number) => webhooks.unsentDeliveries(db, endpoint),
    webhookDeliveries: (...asked: Parameters<Webhooks["deliveries"]>) => webhooks.deliveries(db, ...asked),
    countDeliveries: (filter: DeliveryFilter) => webhooks.countDeliveries(db, filter),
    webhookDelivery: (id: string) => webhooks.delivery(db, id),
    webhookAttempts: (...asked: Parameters<Webhooks["attempts"]>) => webhooks.attempts(db, ...asked),
    history: (question: HistoryQuestion) => history(db, question),
    held: (nowUs: Micros) => heldIn(db, nowUs),
    beginSnapshot: () => beginSnapshot(db),
    eventPortion: (filter: EventFilter, place: Place) => eventPortion(db, filter, place),
    failurePortion: (filter: FailureFilter, place: Place) => failurePortion(db, filter, place),
    close: () => {
      db.$client.close();
    },
  };
};

export type Reader = ReturnType<typeof openReader>;
