// The SQLite backend: one file, one writer, everything durable when it is answered. No connection is on the main
// thread: the writer has a thread of its own, short reads another, and questions that may take long a third. On two
// cores this is also faster than one thread for all: 1.2 times with 1 or 64 events in flight, 1.0 with 256, 1.2 in
// batches of 500.
import { AppError } from "../../domain/error.ts";
import type { Log } from "../../log.ts";
import { isSelective, type Snapshot, type Storage } from "../storage.ts";
import { lastingFaultOf, toAppError } from "./faults.ts";
import { type Ownership, ownFile } from "./owner.ts";
import { refuseLoss, watchPlace } from "./place.ts";
import type { Reader } from "./reader.ts";
import { takenBy } from "./size.ts";
import { startThread, type Task } from "./thread.ts";
import type { Writer } from "./writer.ts";

interface SqliteOptions {
  /** Path of the database file; it is created where there is none. */
  readonly file: string;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
  /** Where the server will listen, for whoever wants to know who has the file. */
  readonly url?: string | null;
  readonly log?: Pick<Log, "error" | "warn"> | undefined;
  /** Called with how long each group of events waited for the lock that lets it write. */
  readonly onLocked?: ((seconds: number) => void) | undefined;
  /** Called once, when nothing can be written any more in this process. `mustEnd`: nor may it go on reading. */
  readonly onLost?: (loss: { readonly error: AppError; readonly mustEnd: boolean }) => void;
}

/**
 * Opens the database and owns it until it is closed. @throws Error where the file cannot be opened, belongs to another
 * server, is damaged, of a newer version, or has lost what was in it.
 */
export const createSqliteStorage = async (options: SqliteOptions): Promise<Storage> => {
  const { file, url = null, now, log } = options;
  const owner = ownFile({ file, url, now, log });
  try {
    refuseLoss(owner.place, owner);
    return await openStorage({ ...options, file: owner.place }, owner);
  } catch (error) {
    owner.release();
    throw error;
  }
};

const openStorage = async ({ file, now, log, onLost, onLocked }: SqliteOptions, owner: Ownership): Promise<Storage> => {
  let loss: AppError | null = null;
  const onErrorOf =
    (role: Task["role"]) =>
    (error: unknown): void => {
      const fault = lastingFaultOf(error);
      // Whether a disk that fails to read something still writes is for the writer to find out.
      if (loss !== null || fault === null || (role === "reader" && fault === "failing")) return;
      loss = error as AppError;
      onLost?.({ error: loss, mustEnd: fault === "failing" });
    };
  let expectInPlace = (): void => {};
  // Another file in its place would be opened as well as this one, and an empty one be made.
  const onRestart = (): void => {
    try {
      expectInPlace();
    } catch (error) {
      throw toAppError(error);
    }
  };
  const threadOf = (role: Task["role"]) =>
    [
      { role, file },
      { log, onError: onErrorOf(role), onRestart, onLocked },
    ] as const;
  const writing = startThread<Writer>(...threadOf("writer"));
  const writer: Pick<typeof writing, "call"> = {
    call: (...call) => (loss === null ? writing.call(...call) : Promise.reject(loss)),
  };
  const databaseId = await writing.call("databaseId").catch(async (error: unknown) => {
    await writing.close();
    throw error;
  });
  owner.tellMade(databaseId);
  expectInPlace = watchPlace(file);
  // Their work is bounded by an index and a limit or by the number of clients, and the live feed waits for it.
  const lookups = startThread<Reader>(...threadOf("reader"));
  const questions = startThread<Reader>(...threadOf("reader"));
  // What they have open they can read, whatever becomes of the file.
  await Promise.all([lookups.call("head"), questions.call("head")]);

  return {
    backend: "SQLITE",
    databaseId,
    append: (events, options) => writer.call("append", events, now(), options),
    perform: (acts) => writer.call("perform", now(), acts),
    advanceJob: (progress) => writer.call("advanceJob", progress),
    checkWritable: () => writer.call("checkWritable", now()),
    match: (prepared) => lookups.call("match", prepared),
    head: () => lookups.call("head"),
    event: (seq) => lookups.call("event", seq),
    rawEvent: (seq) => lookups.call("rawEvent", seq),
    rawEvents: (seqs) => lookups.call("rawEvents", seqs),
    timesSeen: (seq) => lookups.call("timesSeen", seq),
    failure: (id) => lookups.call("failure", id),
    rawFailure: (id) => lookups.call("rawFailure", id),
    dueFailures: (options) => lookups.call("dueFailures", options),
    profileVersions: (client, after) => lookups.call("profileVersions", client, after),
    profiles: (range) => lookups.call("profiles", range),
    job: (id) => lookups.call("job", id),
    jobs: (range) => lookups.call("jobs", range),
    runningJobs: () => lookups.call("runningJobs"),
    jobTally: (id) => questions.call("jobTally", id),
    failureGroups: (question) => questions.call("failureGroups", question),
    totals: (client) => lookups.call("totals", client),
    clients: (options) => lookups.call("clients", options),
    activity: (options) => lookups.call("activity", options),
    entries: (filter, range) => (isSelective(filter) ? questions : lookups).call("entries", filter, range),
    events: (filter, range) => questions.call("events", filter, range),
    countEvents: (filter) => questions.call("countEvents", filter),
    failures: (filter, range) => questions.call("failures", filter, range),
    countFailures: (filter) => questions.call("countFailures", filter),
    rollups: (question) => questions.call("rollups", question),
    rollupChanges: (question, since) => lookups.call("rollupChanges", question, since),
    receivedSince: (options) => (options.client === null ? lookups : questions).call("receivedSince", options),
    books: () => questions.call("books"),
    leases: {
      schedule: (work, delayMs) => writer.call("schedule", now(), work, delayMs),
      claim: (options) => writer.call("claim", now(), options),
      extend: (claim, leaseMs) => writer.call("extend", now(), claim, leaseMs),
      settle: (claim, next) => writer.call("settle", now(), claim, next),
    },
    oldEvents: (options) => questions.call("oldEvents", options),
    openSnapshot: () => openSnapshot(file, log),
    tokens: {
      add: (token) => writer.call("addToken", token),
      rotate: (rotation) => writer.call("rotateToken", rotation),
      revoke: (revocation) => writer.call("revokeToken", revocation),
      noteUses: (uses) => writer.call("noteTokenUses", uses),
      find: (id) => lookups.call("findToken", id),
      list: (range) => lookups.call("listTokens", range),
      changedSince: (revision) => lookups.call("tokensChangedSince", revision),
    },
    takeAllowance: null,
    webhooks: {
      endpoints: () => lookups.call("webhookEndpoints"),
      endpoint: (id) => lookups.call("webhookEndpoint", id),
      due: (nowUs) => lookups.call("dueEndpoints", nowUs),
      unsent: (endpoint) => lookups.call("unsentDeliveries", endpoint),
      deliveries: (filter, range) => lookups.call("webhookDeliveries", filter, range),
      countDeliveries: (filter) => lookups.call("countDeliveries", filter),
      delivery: (id) => lookups.call("webhookDelivery", id),
      attempts: (of, limit) => lookups.call("webhookAttempts", of, limit),
      advance: (step) => writer.call("advanceWebhook", step),
      settle: (outcome) => writer.call("settleDelivery", outcome),
      addTest: (delivery, outcome) => writer.call("addTestDelivery", delivery, outcome),
      requeue: (filter) => writer.call("requeueDeliveries", filter),
      skip: (delivery, atUs) => writer.call("skipDelivery", delivery, atUs),
    },
    history: {
      write: (rows, outdated) => writer.call("writeHistory", rows, outdated),
      read: (question) => questions.call("history", question),
    },
    removeRawEvents: (options) => writer.call("removeRawEvents", options),
    // One server owns the file.
    onGrown: () => {},
    connections: () => [],
    figures: async () => ({ ...(await lookups.call("held", now())), ...(await takenBy(file)) }),
    close: async () => {
      // The last to close copies the log into the file and cleans up, which only the writer can. After a loss it must not:
      // with the gaps filled by what is in the log, nobody would see that there were any.
      if (loss !== null) await writing.close();
      await Promise.all([lookups.close(), questions.close()]);
      await writing.close();
      owner.release();
    },
  };
};

/** A thread that has died cannot be started anew: the state that it saw is gone with it. */
const openSnapshot = async (file: string, log: SqliteOptions["log"]): Promise<Snapshot> => {
  const onRestart = (): never => {
    throw new AppError("UNAVAILABLE", "What was read of the database is lost. Ask again.", { retryAfterMs: 1_000 });
  };
  const reader = startThread<Reader>({ role: "reader", file }, { log, onRestart, youngGenerationMb: 4 });
  try {
    const asOfSeq = await reader.call("beginSnapshot");
    return {
      asOfSeq,
      events: (filter, after) => reader.call("eventPortion", filter, { after, asOfSeq }),
      failures: (filter, after) => reader.call("failurePortion", filter, { after, asOfSeq }),
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
};
