// Group commit: whatever waits when a transaction begins is committed in it, and each caller gets its own answer.
// A caller that comes alone is committed at once; under load the groups grow by themselves.
import { AppError, isUnavailable } from "../domain/error.ts";
import type { Prepared, Result } from "../domain/event.ts";
import type { Appended, AppendOptions, Storage } from "../storage/storage.ts";
import { aside } from "../trail.ts";

interface CommitterDeps {
  readonly storage: Pick<Storage, "append">;
  /** Called after each commit, before its callers are answered. */
  readonly onCommit: (results: readonly Result[]) => void;
  /** Waiting events from which on new ones are turned away. */
  readonly maxWaiting: number;
  /** The same for the length of their raw texts, in UTF-16 units: few large events take more memory than many small. */
  readonly maxWaitingLength: number;
  readonly maxGroup: number;
  /** Length of the raw events of different callers in one transaction, in UTF-16 units. */
  readonly maxGroupLength: number;
}

export interface Committer {
  /**
   * Commits the events, perhaps together with those of other callers.
   * @throws AppError UNAVAILABLE where too many wait or the database cannot write now: send the same events again.
   */
  commit(events: readonly Prepared[], options?: AppendOptions): Promise<Appended>;
  /** Events that wait for their commit, or for its end. */
  readonly waiting: number;
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>;
}

interface Submission {
  readonly events: readonly Prepared[];
  /** Of their raw texts. */
  readonly length: number;
  readonly options: AppendOptions;
  /** Whether the group in which it was has failed. */
  readonly hasFailed?: boolean;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (reason: unknown) => void;
}

export const createCommitter = (deps: CommitterDeps): Committer => {
  const { storage, onCommit, maxWaiting, maxWaitingLength, ...limits } = deps;
  const queue: Submission[] = [];
  let waiting = 0;
  let waitingLength = 0;
  let working: Promise<void> | null = null;

  const commit = (events: readonly Prepared[], options: AppendOptions = {}): Promise<Appended> => {
    const length = lengthOf(events);
    if (waiting + events.length > maxWaiting || (waiting > 0 && waitingLength + length > maxWaitingLength))
      return Promise.reject(isFull());
    take({ events, length });
    return new Promise((resolve, reject) => {
      queue.push({ events, length, options, resolve, reject });
      // It goes on for those who come later.
      working ??= aside(work);
    });
  };

  const take = ({ events, length }: Pick<Submission, "events" | "length">): void => {
    waiting += events.length;
    waitingLength += length;
  };
  const release = ({ events, length }: Pick<Submission, "events" | "length">): void => {
    waiting -= events.length;
    waitingLength -= length;
  };

  const work = async (): Promise<void> => {
    // Requests that were read from the network in the same turn of the event loop come into the first group too.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) await commitGroup(nextGroup(queue, limits));
    working = null;
  };

  const commitGroup = async (group: readonly Submission[]): Promise<void> => {
    const events = group.flatMap((submission) => submission.events);
    try {
      const { kind, results } = await storage.append(events, group[0]?.options);
      group.forEach(release);
      if (kind === "committed") onCommit(results);
      let offset = 0;
      for (const { events: own, resolve } of group) {
        resolve({ kind, results: results.slice(offset, offset + own.length) });
        offset += own.length;
      }
    } catch (error) {
      group.forEach(release);
      giveUp(group, error);
    }
  };

  // The transaction failed as a whole. Where that was one caller's doing, the others must not suffer for it, and each has
  // a transaction of its own next; where the database is not to be had, those who wait behind would wait in vain.
  const giveUp = (group: readonly Submission[], error: unknown): void => {
    const isAway = isUnavailable(error);
    const others = isAway ? queue.splice(0) : [];
    others.forEach(release);
    if (isAway || group.length === 1) {
      for (const { reject } of [...group, ...others]) reject(error);
      return;
    }
    group.forEach(take);
    queue.unshift(...group.map((submission) => ({ ...submission, hasFailed: true })));
  };

  return {
    commit,
    get waiting() {
      return waiting;
    },
    drain: async () => {
      while (working !== null) await working;
    },
  };
};

/** What may have to be undone has a transaction of its own; the rest goes together. */
const isAlone = ({ options, hasFailed = false }: Submission): boolean =>
  hasFailed || Boolean(options.atomic) || Boolean(options.fault);

const lengthOf = (events: readonly Prepared[]): number => events.reduce((sum, { rawText }) => sum + rawText.length, 0);

const isFull = (): AppError =>
  new AppError(
    "UNAVAILABLE",
    "Too many events are waiting to be written. Nothing was written: send the same request again.",
    { retryAfterMs: 1_000 },
  );

type Limits = Pick<CommitterDeps, "maxGroup" | "maxGroupLength">;

const nextGroup = (queue: Submission[], { maxGroup, maxGroupLength }: Limits): readonly Submission[] => {
  const [first] = queue;
  if (first === undefined || isAlone(first)) return queue.splice(0, 1);
  let size = 0;
  let length = 0;
  let end = 0;
  for (const submission of queue) {
    size += submission.events.length;
    length += submission.length;
    if (isAlone(submission) || (end > 0 && (size > maxGroup || length > maxGroupLength))) break;
    end += 1;
  }
  return queue.splice(0, end);
};
