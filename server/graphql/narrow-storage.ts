// The storage as a principal sees it that is bound to clients. Every method is written out, so that one that is added to
// the storage cannot be forgotten here.
import { AppError } from "../domain/error.ts";
import type { Range } from "../domain/filter.ts";
import type { Job } from "../domain/job.ts";
import type { Snapshot, Storage, Totals } from "../storage/storage.ts";
import { type Bounds, isOwnJob, narrowAct, narrowEvents, narrowFailures, narrowLog } from "./bounds.ts";

/** Jobs that are looked at together. */
const JOBS_AT_ONCE = 100;

export const narrowStorage = (storage: Storage, bounds: Bounds): Storage => {
  const { includes, clients, own } = bounds;
  const event: Storage["event"] = async (seq) => {
    const found = await storage.event(seq);
    return found !== null && includes(found.client) ? found : null;
  };
  const failure: Storage["failure"] = async (id) => {
    const found = await storage.failure(id);
    return found !== null && (includes(found.client) || own.has(id)) ? found : null;
  };
  const job: Storage["job"] = async (id) => {
    const found = await storage.job(id);
    return found !== null && isOwnJob(found, bounds) ? found : null;
  };
  const ofEvent = async <T>(seq: number, read: () => Promise<T>): Promise<T | null> =>
    (await event(seq)) === null ? null : read();

  return {
    ...{ backend: storage.backend, databaseId: storage.databaseId },
    head: storage.head,
    event,
    events: (filter, range) => storage.events(narrowEvents(filter, bounds), range),
    countEvents: (filter) => storage.countEvents(narrowEvents(filter, bounds)),
    rawEvent: (seq) => ofEvent(seq, () => storage.rawEvent(seq)),
    rawEvents: (seqs) => Promise.all(seqs.map((seq) => ofEvent(seq, () => storage.rawEvent(seq)))),
    timesSeen: async (seq) => (await ofEvent(seq, () => storage.timesSeen(seq))) ?? 0,
    match: async (prepared) => (includes(prepared.facts.client) ? storage.match(prepared) : { outcome: "ACCEPTED" }),
    entries: (filter, range) => storage.entries(narrowLog(filter, bounds), range),
    failure,
    failures: (filter, range) => storage.failures(narrowFailures(filter, bounds), range),
    countFailures: (filter) => storage.countFailures(narrowFailures(filter, bounds)),
    rawFailure: async (id) => ((await failure(id)) === null ? null : storage.rawFailure(id)),
    failureGroups: (question) =>
      storage.failureGroups({ ...question, filter: narrowFailures(question.filter, bounds) }),
    profileVersions: (client, after) => ownVersions(storage, { client, after, bounds }),
    profiles: (range) => ownProfiles(storage, { range, bounds }),
    job,
    jobs: (range) => ownJobs(storage, { range, bounds }),
    runningJobs: async () => (await storage.runningJobs()).filter((one) => isOwnJob(one, bounds)),
    jobTally: async (id) => ((await job(id)) === null ? {} : storage.jobTally(id)),
    rollups: (question) => storage.rollups({ ...question, filter: narrowEvents(question.filter, bounds) }),
    rollupChanges: (question, since) =>
      storage.rollupChanges({ ...question, filter: narrowEvents(question.filter, bounds) }, since),
    openSnapshot: async () => narrowSnapshot(await storage.openSnapshot(), bounds),
    totals: (client) => ownTotals(storage, { client, bounds }),
    clients: async ({ client, limit }) => {
      const found = await Promise.all(asked(client, bounds).map((one) => storage.clients({ client: one, limit: 1 })));
      return found
        .flat()
        .sort((left, right) => right.received - left.received)
        .slice(0, limit);
    },
    receivedSince: async ({ sinceUs, client }) => {
      const counts = asked(client, bounds).map((one) => storage.receivedSince({ sinceUs, client: one }));
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },
    books: async () => (await storage.books()).filter(({ client }) => includes(client)),
    perform: async (acts) => {
      const subjects = { event, failure, job };
      return storage.perform(await Promise.all(acts.map((act) => narrowAct(act, subjects, bounds))));
    },
    // What is about all clients together, or for the server itself.
    activity: forbidden,
    append: forbidden,
    dueFailures: forbidden,
    advanceJob: forbidden,
    oldEvents: forbidden,
    removeRawEvents: forbidden,
    figures: forbidden,
    checkWritable: forbidden,
    close: forbidden,
    connections: () => [],
    onGrown: () => undefined,
    takeAllowance: null,
    leases: { schedule: forbidden, claim: forbidden, extend: forbidden, settle: forbidden },
    webhooks: {
      ...{ endpoints: forbidden, endpoint: forbidden, due: forbidden, unsent: forbidden, deliveries: forbidden },
      ...{ countDeliveries: forbidden, delivery: forbidden, attempts: forbidden, advance: forbidden },
      ...{ settle: forbidden, addTest: forbidden, requeue: forbidden, skip: forbidden },
    },
    history: { write: forbidden, read: forbidden },
    tokens: {
      ...{ add: forbidden, rotate: forbidden, revoke: forbidden, find: forbidden },
      ...{ list: forbidden, changedSince: forbidden, noteUses: forbidden },
    },
  };

  function forbidden(): Promise<never> {
    return Promise.reject(
      new AppError("FORBIDDEN", `This is about all clients, and your token is bound to ${clients.length}.`),
    );
  }
};

const narrowSnapshot = (snapshot: Snapshot, bounds: Bounds): Snapshot => ({
  ...snapshot,
  events: (filter, after) => snapshot.events(narrowEvents(filter, bounds), after),
  failures: (filter, after) => snapshot.failures(narrowFailures(filter, bounds), after),
});

const asked = (client: string | null, { among }: Bounds): readonly string[] =>
  among(client === null ? undefined : [client]);

const ownVersions = async (
  storage: Pick<Storage, "profileVersions">,
  { client, after, bounds }: { client: string | null; after: number | undefined; bounds: Bounds },
) => {
  const { asOf, versions } = await storage.profileVersions(client, after);
  return { asOf, versions: versions.filter((version) => bounds.includes(version.client)) };
};

/** The last version of each client that has a profile now. */
const ownProfiles = async (
  storage: Pick<Storage, "profileVersions">,
  { range, bounds }: { range: Range; bounds: Bounds },
) => {
  const found = await Promise.all(bounds.clients.map((client) => storage.profileVersions(client)));
  const inForce = found.flatMap(({ versions }) => versions.slice(-1)).filter(({ profile }) => profile !== null);
  return inRange(inForce, range, ({ seq }) => seq);
};

const inRange = <Row>(
  rows: readonly Row[],
  { above = 0, below = Number.POSITIVE_INFINITY, order, limit }: Range,
  positionOf: (row: Row) => number,
): readonly Row[] => {
  const sign = order === "ascending" ? 1 : -1;
  return rows
    .filter((row) => positionOf(row) > above && positionOf(row) < below)
    .sort((left, right) => sign * (positionOf(left) - positionOf(right)))
    .slice(0, limit);
};

/** Jobs are few: they are looked through until there are enough. */
const ownJobs = async (
  storage: Pick<Storage, "jobs">,
  { range, bounds }: { range: Range; bounds: Bounds },
): Promise<readonly Job[]> => {
  const own: Job[] = [];
  for (let rest = range; own.length < range.limit; ) {
    const page = await storage.jobs({ ...rest, limit: JOBS_AT_ONCE });
    own.push(...page.filter((job) => isOwnJob(job, bounds)));
    const last = page.at(-1);
    if (last === undefined || page.length < JOBS_AT_ONCE) break;
    rest = range.order === "ascending" ? { ...rest, above: last.id } : { ...rest, below: last.id };
  }
  return own.slice(0, range.limit);
};

const ownTotals = async (
  storage: Pick<Storage, "totals">,
  { client, bounds }: { client: string | null; bounds: Bounds },
) => {
  const nothing = { received: 0, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 };
  const parts = await Promise.all(asked(client, bounds).map((one) => storage.totals(one)));
  // Read one after the other: they are at least of the earliest of their moments.
  const asOfSeq = Math.min(...parts.map((part) => part.asOfSeq));
  return parts.reduce<Totals & { asOfSeq: number }>((sum, part) => ({ ...added(sum, part), asOfSeq }), {
    ...nothing,
    asOfSeq: parts.length === 0 ? 0 : asOfSeq,
  });
};

const added = (left: Totals, right: Totals): Totals => ({
  received: left.received + right.received,
  accepted: left.accepted + right.accepted,
  duplicates: left.duplicates + right.duplicates,
  conflicts: left.conflicts + right.conflicts,
  rejected: left.rejected + right.rejected,
});
