// The way in: one or many raw events, one result each. Reading them is pure and comes first; the commit decides.
import { backoffMs } from "../domain/backoff.ts";
import { AppError, isUnavailable } from "../domain/error.ts";
import type { FailurePoint, Normalization, Prepared, PreparedEvent, Result, Submitted } from "../domain/event.ts";
import { keyReusedProblem, keyReusedWithin, mismatchProblems, RETRY_BACKOFF } from "../domain/failure.ts";
import { failureIdentity, isIdempotencyKey, preimage } from "../domain/fingerprint.ts";
import { rawText } from "../domain/json.ts";
import type { Problem } from "../domain/problem.ts";
import type { ProfileBook } from "../domain/profile-book.ts";
import type { Log } from "../log.ts";
import { failAt } from "../storage/fault.ts";
import type { Appended, AppendOptions, Match, Storage } from "../storage/storage.ts";
import type { Committer } from "./committer.ts";
import { prepareCounted } from "./counted.ts";
import { type Asked, clientSender, type Limiter, type RateLimits, tokenSender } from "./limiter.ts";
import { prepare } from "./prepare.ts";
import type { Profiles } from "./profiles.ts";

/** How often an event is read again because a profile was changed meanwhile. */
const MAX_READINGS = 10;

interface IngestDeps {
  readonly committer: Pick<Committer, "commit">;
  readonly storage: Pick<Storage, "match" | "perform">;
  readonly profiles: Profiles;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
  /** Whether callers may ask for simulated faults. */
  readonly faultsAllowed: boolean;
  /** What each may send; left out where there are no limits. */
  readonly limits?: RateLimits & Pick<Limiter, "take" | "giveBack">;
  readonly log: Pick<Log, "error">;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

export interface IngestOptions {
  /** All or nothing. */
  readonly atomic?: boolean;
  readonly fault?: FailurePoint | null;
  /** Of events that wait elsewhere for as long as need be, such as in a queue. */
  readonly isUnlimited?: boolean;
  /** The id of the token that they come by. */
  readonly token?: string | null;
}

/** What `ingest` would answer now, and how it reads the event. */
export interface Preview {
  readonly normalization: Normalization;
  readonly match: Match | { readonly outcome: "REJECTED" };
  readonly problems: readonly Problem[];
  readonly fingerprint: string | null;
  readonly preimage: string | null;
  /** The version of the client's profile that it was read with; 0 without one. */
  readonly profileVersion: number;
  /** Null where it cannot be normalised. */
  readonly prepared: PreparedEvent | null;
}

export interface Ingest {
  /**
   * Counts each event exactly once. One result for each, in the order given.
   * @throws AppError BAD_USER_INPUT, FORBIDDEN, ATOMIC_REFUSED, SIMULATED_FAILURE, UNAVAILABLE; and anything else that was
   * unexpected: the events that met it are kept, and tried again by themselves.
   */
  ingest(events: readonly Submitted[], options?: IngestOptions): Promise<readonly Result[]>;
  /** Reads the event, with these profiles or those in force, and looks whether it would be new; stores nothing. */
  preview(event: Submitted, book?: ProfileBook): Promise<Preview>;
  /** Commits what `toPrepared` makes of the profiles in force: again, where one is changed at the same time. */
  commit(toPrepared: (book: ProfileBook) => readonly Prepared[], options?: AppendOptions): Promise<Appended>;
}

export const createIngest = (deps: IngestDeps): Ingest => {
  const { committer, storage, profiles, now, faultsAllowed, limits } = deps;

  const commit: Ingest["commit"] = async (toPrepared, options) => {
    for (let reading = 1; reading <= MAX_READINGS; reading++) {
      const appended = await committer.commit(toPrepared(profiles.book), options);
      if (appended.kind !== "stale") return appended;
      await profiles.refresh();
    }
    throw new AppError(
      "UNAVAILABLE",
      "The profiles change too fast. Nothing was written: send the same request again.",
      {
        retryAfterMs: 1_000,
      },
    );
  };

  const commitRead = async (
    events: readonly Submitted[],
    { isUnlimited = false, token = null, ...options }: IngestOptions,
  ): Promise<readonly Result[]> => {
    const readAll = (book: ProfileBook) => events.map((event) => read(event, book, now()));
    const book = profiles.book;
    const first = readAll(book);
    const asked = limits === undefined || isUnlimited ? [] : askedBy(first, { book, limits, token });
    if (asked.length > 0) await limits?.take(asked);
    const committing = commit((newest) => (newest === book ? first : readAll(newest)), options);
    const { kind, results } = await committing.catch((error: unknown) => {
      if (isUnavailable(error)) limits?.giveBack(asked);
      throw error;
    });
    if (kind === "refused") throw refusalOf(results);
    return results;
  };

  // One event must not fail its neighbours, not even by a fault that nobody expected.
  const commitEach = async (events: readonly Submitted[]): Promise<readonly Result[]> => {
    const settled = await Promise.allSettled(events.map((event) => commitRead([event], { isUnlimited: true })));
    const faults = settled.flatMap((outcome, index) => {
      const event = events[index];
      if (outcome.status === "fulfilled" || event === undefined) return [];
      if (isRefusal(outcome.reason)) throw outcome.reason;
      return [{ event, error: outcome.reason }];
    });
    await keepFaulty(deps, faults);
    const [first] = faults;
    if (first !== undefined) throw first.error;
    return settled.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : []));
  };

  const ingest: Ingest["ingest"] = async (events, { atomic = false, fault = null, ...options } = {}) => {
    if (fault !== null && !faultsAllowed)
      throw new AppError("FORBIDDEN", "This server does not simulate failures. Leave simulateFailure out.");
    checkAll(events);
    failAt("BEFORE_TRANSACTION", fault);
    const results = await commitRead(events, { atomic, fault, ...options }).catch((error: unknown) => {
      if (atomic || isRefusal(error)) throw error;
      return commitEach(events);
    });
    failAt("AFTER_COMMIT", fault);
    return results;
  };

  const preview: Ingest["preview"] = async (submitted, book = profiles.book) => {
    checkSubmitted(submitted);
    const reading = book.read(submitted, now());
    const prepared = prepare(submitted, reading, now());
    const { normalization, profileVersion } = reading;
    const rejected = ({ problems }: { readonly problems: readonly Problem[] }): Preview => ({
      ...{ normalization, profileVersion, match: { outcome: "REJECTED" }, problems, fingerprint: null, preimage: null },
      prepared: null,
    });
    if (prepared.kind === "invalid") return rejected(prepared);
    const match = await storage.match(prepared);
    if (match.outcome === "ACCEPTED" && prepared.ifNew !== undefined) return rejected(prepared.ifNew);
    const problems = match.outcome === "CONFLICT" ? [keyReusedProblem(prepared.idempotencyKey, match.event)] : [];
    return {
      ...{ normalization, profileVersion, match, problems, prepared },
      ...{ fingerprint: prepared.fingerprint, preimage: preimage(prepared.facts) },
    };
  };

  return { ingest, preview, commit };
};

interface Asking {
  readonly book: ProfileBook;
  readonly limits: RateLimits;
  readonly token: string | null;
}

/** How many of the events are whose, as far as there is a limit. Those without a client are one client's. */
const askedBy = (events: readonly Prepared[], { book, limits, token }: Asking): readonly Asked[] => {
  const ofToken = tokenSender(token, limits);
  const asked = ofToken === null ? [] : [{ ...ofToken, count: events.length }];
  if (limits.clientPerMinute === null && !book.hasRateLimits) return asked;
  const byClient = Map.groupBy(events, (event) => (event.kind === "event" ? event.facts.client : (event.client ?? "")));
  for (const [name, { length: count }] of byClient) {
    const sender = clientSender(name, limits, book);
    if (sender !== null) asked.push({ ...sender, count });
  }
  return asked;
};

const read = (event: Submitted, book: ProfileBook, nowUs: number): Prepared =>
  event.counted === undefined || event.flaws !== undefined || !maySpeakFor(event.counted.client, event.clients)
    ? prepare(event, book.read(event, nowUs), nowUs)
    : prepareCounted(event, { counted: event.counted, book, nowUs });

const maySpeakFor = (client: string, clients: readonly string[] | undefined): boolean =>
  clients?.includes(client) ?? true;

/** @throws AppError BAD_USER_INPUT for what can be no event at all, or no key. */
const checkSubmitted = ({ raw, idempotencyKey }: Submitted): void => {
  if (raw === null) throw new AppError("BAD_USER_INPUT", "The event is null. Send a JSON object.");
  if (idempotencyKey !== null && !isIdempotencyKey(idempotencyKey))
    throw new AppError(
      "BAD_USER_INPUT",
      "An idempotency key is 1 to 255 well-formed Unicode characters. Leave it out where there is none.",
    );
};

/** Of many, the error says which. */
const checkAll = (events: readonly Submitted[]): void => {
  for (const [index, event] of events.entries()) {
    try {
      checkSubmitted(event);
    } catch (error) {
      if (!(error instanceof AppError) || events.length === 1) throw error;
      throw new AppError(error.code, `Event ${index + 1} of ${events.length}: ${error.message}`, {
        details: { index },
      });
    }
  }
};

/** What the caller is told and the server expected; anything else is a fault. */
export const isRefusal = (error: unknown): boolean => error instanceof AppError && error.code !== "INTERNAL";

/** What is told of a fault: enough to find it in the log, and nothing of what the server holds. */
export const nameOfFault = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
};

interface Faulty {
  readonly event: Submitted;
  readonly error: unknown;
}

/** Keeps what met a fault, to be tried again. That the caller is told of the fault does not depend on it. */
const keepFaulty = async (
  { storage, profiles, now, log, random = Math.random }: IngestDeps,
  faults: readonly Faulty[],
): Promise<void> => {
  const acts = faults.flatMap(({ event: { raw, idempotencyKey, clients }, error }) => {
    const { normalization } = profiles.book.read({ raw, idempotencyKey }, now());
    // Tried again by the server itself, it would be counted for whomever it names.
    if (mismatchProblems(normalization, clients).length > 0) return [];
    const client = normalization.facts.client ?? null;
    const identity = failureIdentity({ kind: "PROCESSING", client, idempotencyKey, raw });
    return {
      ...({ action: "FAULTED", by: null, client, idempotencyKey, identity, rawText: rawText(raw) } as const),
      ...{ fault: nameOfFault(error), nextAttemptAtUs: now() + backoffMs(RETRY_BACKOFF, 1, random) * 1000 },
    };
  });
  try {
    if (acts.length > 0) await storage.perform(acts);
  } catch (error) {
    log.error({ err: error, events: acts.length }, "events that met a fault could not be kept");
  }
};

const refusalOf = (results: readonly Result[]): AppError => {
  const bad = results.filter((result) => "failure" in result).length;
  return new AppError(
    "ATOMIC_REFUSED",
    `Nothing was written, because ${bad} of the ${results.length} events cannot be counted. Correct or remove them, or send without atomic.`,
    {
      details: {
        results: results.map((result, index) => ({
          index,
          outcome: result.outcome,
          problems: problemsOf(result, results),
        })),
      },
    },
  );
};

const problemsOf = (result: Result, results: readonly Result[]): readonly Problem[] => {
  if ("problems" in result) return result.problems;
  if (!("failure" in result)) return [];
  const { problems } = result.failure;
  const holder = results.findIndex((other) => other.outcome === "ACCEPTED" && other.event.seq === result.existing.seq);
  // What was not written has no number that anybody could look up.
  return holder === -1 ? problems : problems.map((problem) => keyReusedWithin(problem, holder));
};
