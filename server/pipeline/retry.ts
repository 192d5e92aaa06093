// Failed events on their way back in: through the ordinary ingestion, so that nothing can be counted twice. What cannot be
// counted this time either is an attempt, which is recorded; nothing of what was sent first is ever changed.
import type { Act, FailedAttempt } from "../domain/act.ts";
import { backoffMs } from "../domain/backoff.ts";
import type { Micros } from "../domain/calendar.ts";
import { factDifferences } from "../domain/difference.ts";
import { AppError } from "../domain/error.ts";
import type { Event, PreparedEvent, Receipt, Result, Submitted } from "../domain/event.ts";
import {
  type Failure,
  isOvertaken,
  isUnresolved,
  keyProblemsOf,
  MAX_ATTEMPTS,
  overtaken,
  RETRY_BACKOFF,
  senderProblemsOf,
} from "../domain/failure.ts";
import type { FailureFilter } from "../domain/filter.ts";
import { type Json, rawText } from "../domain/json.ts";
import type { Problem, Warning } from "../domain/problem.ts";
import type { ProfileBook } from "../domain/profile-book.ts";
import type { Storage } from "../storage/storage.ts";
import { type Ingest, isRefusal, nameOfFault } from "./ingest.ts";
import { prepare } from "./prepare.ts";
import type { Profiles } from "./profiles.ts";

/** How often a failed event is looked at again, where something came first each time. */
const MAX_LOOKS = 5;

interface RetriesDeps {
  readonly ingest: Pick<Ingest, "preview" | "commit">;
  readonly storage: Pick<Storage, "failure" | "rawFailure" | "perform">;
  /** Another server may have changed one. */
  readonly profiles: Pick<Profiles, "refresh">;
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** What a person has changed. */
export interface Edit {
  /** In place of what was sent; undefined where that is tried again. */
  readonly raw?: Json | undefined;
  /** In place of the key that was given; undefined where that stays. */
  readonly idempotencyKey?: string | undefined;
}

export interface RetryOptions {
  readonly edit?: Edit;
  readonly by: string | null;
  readonly job?: number | null;
  /** The clients that whoever asks may speak for; any where left out. */
  readonly clients?: readonly string[];
}

interface RetryAllOptions extends Omit<RetryOptions, "edit"> {
  /** Of failures whose client could not be read, leaves those alone that are not this client's now. */
  readonly client?: string | undefined;
}

/** What would become of a failed event now. */
export interface Prospect {
  readonly failure: Failure;
  readonly outcome: Result["outcome"];
  readonly problems: readonly Problem[];
  /** Whose it is, as it would be read; null where that cannot be read. */
  readonly client: string | null;
  /** How it would be counted; null where it would not. */
  readonly prepared: PreparedEvent | null;
}

/** Whether a failure is a client's: it was before, or is as it would be read now. */
export const isOf = (client: string, { failure, client: now }: Pick<Prospect, "failure" | "client">): boolean =>
  failure.client === client || (failure.client === null && now === client);

export interface Retries {
  /**
   * Tries one failed event again, as a person wishes.
   * @throws AppError BAD_USER_INPUT where there is none or it is dealt with already; and any fault of the attempt.
   */
  retry(id: number, options: RetryOptions): Promise<Result>;
  /** Tries several again. Faults are recorded and not thrown. @throws AppError UNAVAILABLE. */
  retryAll(failures: readonly Failure[], options: RetryAllOptions): Promise<void>;
  /** What would become of a failed event, read with these profiles or those in force. Stores nothing. */
  foresee(failure: Failure, book?: ProfileBook): Promise<Prospect>;
}

/** What became of an attempt: the event was counted, or there is an act to record. */
type Attempt =
  | { readonly kind: "counted"; readonly result: Result }
  | { readonly kind: "failed"; readonly act: FailedAttempt; readonly found: Finding }
  | { readonly kind: "faulty"; readonly act: FailedAttempt; readonly error: unknown };

/** Why an attempt could not succeed. */
interface Finding {
  readonly warnings: readonly Warning[];
  readonly problems: readonly Problem[];
  /** The event that has its key, and how the two differ. */
  readonly conflict: { readonly existing: Event; readonly prepared: PreparedEvent } | null;
}

export const createRetries = ({ ingest, storage, profiles, now, random = Math.random }: RetriesDeps): Retries => {
  const look = async (failure: Failure, { edit = {}, book, clients }: LookOptions = {}): Promise<Finding & Looked> => {
    const sent = await storage.rawFailure(failure.id);
    if (sent === null) throw new AppError("BAD_USER_INPUT", `There is no failed event ${failure.id}.`);
    const raw = edit.raw === undefined ? (JSON.parse(sent) as Json) : edit.raw;
    const by = clients === undefined ? {} : { clients };
    const submitted = { raw, idempotencyKey: edit.idempotencyKey ?? failure.idempotencyKey, ...by };
    const { normalization, match, problems, prepared } = await ingest.preview(submitted, book);
    const standing = standingProblems(failure, edit, raw);
    const isConflict = match.outcome === "CONFLICT" && prepared !== null;
    return {
      ...{ submitted, prepared, outcome: standing.length > 0 ? "REJECTED" : match.outcome },
      ...{ client: normalization.facts.client ?? null, warnings: normalization.warnings },
      ...{ problems: standing.length > 0 ? standing : problems },
      conflict: isConflict && standing.length === 0 ? { existing: match.event, prepared } : null,
    };
  };

  const attemptOnce = async (failure: Failure, { edit, by, job = null, clients }: RetryOptions): Promise<Attempt> => {
    const common = {
      ...({ action: "RETRIED", by, job, failure: failure.id, attempts: failure.attempts } as const),
      edited: edit === undefined ? null : edit.raw === undefined || rawText(edit.raw),
    };
    try {
      const { submitted, ...found } = await look(failure, { edit, clients });
      const { problems } = found;
      if (problems.length > 0)
        return {
          kind: "failed",
          act: { ...common, problems, fault: null, state: "OPEN", nextAttemptAtUs: null },
          found,
        };
      const retry = { failure: failure.id, isEdited: edit !== undefined, by, job };
      const { results } = await ingest.commit((book) => [prepareAgain(submitted, { book, nowUs: now(), retry })]);
      const [result] = results;
      if (result === undefined) throw new Error("A retry has no result.");
      return { kind: "counted", result };
    } catch (error) {
      if (isRefusal(error)) throw error;
      return { kind: "faulty", act: { ...common, problems: null, ...afterFault(failure, error) }, error };
    }
  };

  /** @throws AppError BAD_USER_INPUT where it is dealt with already. */
  const attempt = async (id: number, options: RetryOptions): Promise<Attempt> => {
    for (let looks = 1; ; looks++) {
      const failure = await storage.failure(id);
      if (failure === null) throw new AppError("BAD_USER_INPUT", `There is no failed event ${id}.`);
      if (!isUnresolved(failure)) throw new AppError("BAD_USER_INPUT", whyNot(failure), { details: { overtaken: id } });
      try {
        return await attemptOnce(failure, options);
      } catch (error) {
        if (!isOvertaken(error) || looks === MAX_LOOKS) throw error;
      }
    }
  };

  /** An unexpected fault is tried again by itself; what a person has in hand stays with them. */
  const afterFault = ({ kind, state, attempts }: Failure, error: unknown) => {
    const fault = nameOfFault(error);
    if (kind !== "PROCESSING" || state !== "SCHEDULED") return { fault, state, nextAttemptAtUs: null };
    const attempt = attempts + 1;
    if (attempt >= MAX_ATTEMPTS) return { fault, state: "DEAD", nextAttemptAtUs: null } as const;
    const delayMs = backoffMs(RETRY_BACKOFF, attempt + 1, random);
    return { fault, state: "SCHEDULED", nextAttemptAtUs: now() + delayMs * 1000 } as const;
  };

  const record = async (act: Act): Promise<Pick<Receipt, "seq" | "atUs">> => {
    const [performed] = await storage.perform([act]);
    if (performed?.kind === "done") return performed;
    throw new AppError("BAD_USER_INPUT", performed?.reason ?? "Nothing was done.");
  };

  const foresee: Retries["foresee"] = async (failure, book) => {
    const { outcome, problems, client, prepared } = await look(failure, { book });
    return { failure, outcome, problems, client, prepared: problems.length > 0 ? null : prepared };
  };

  const ofClient = async (failures: readonly Failure[], client: string): Promise<readonly Failure[]> => {
    const prospects = await Promise.all(failures.map((failure) => foresee(failure)));
    return prospects.filter((prospect) => isOf(client, prospect)).map(({ failure }) => failure);
  };

  const retry: Retries["retry"] = async (id, options) => {
    await profiles.refresh();
    const attempted = await attempt(id, options);
    if (attempted.kind === "counted") return attempted.result;
    const at = await record(attempted.act);
    if (attempted.kind === "faulty") throw attempted.error;
    const failure = await storage.failure(id);
    if (failure === null) throw new Error("A failed event is gone.");
    return resultOf(attempted.found, { at, failure });
  };

  return {
    retry,
    retryAll: async (failures, { client, ...options }) => {
      await profiles.refresh();
      const own = client === undefined ? failures : await ofClient(failures, client);
      // All of them have ended before any is done again.
      const settled = await Promise.allSettled(own.map(({ id }) => attempt(id, options)));
      const acts = settled.flatMap((one) =>
        one.status === "fulfilled" && one.value.kind !== "counted" ? [one.value.act] : [],
      );
      if (acts.length > 0) await storage.perform(acts);
      // What somebody else has dealt with meanwhile needs nothing more.
      const refusal = settled.find((one) => one.status === "rejected" && !isOvertaken(one.reason));
      if (refusal?.status === "rejected") throw refusal.reason;
    },
    foresee,
  };
};

interface LookOptions {
  readonly edit?: Edit | undefined;
  readonly clients?: readonly string[] | undefined;
  readonly book?: ProfileBook | undefined;
}

interface Looked {
  readonly submitted: Submitted;
  readonly client: string | null;
  readonly outcome: Result["outcome"];
  readonly prepared: PreparedEvent | null;
}

interface Again {
  readonly book: ProfileBook;
  readonly nowUs: Micros;
  readonly retry: NonNullable<PreparedEvent["retry"]>;
}

const prepareAgain = (submitted: Submitted, { book, nowUs, retry }: Again): PreparedEvent => {
  const prepared = prepare(submitted, book.read(submitted, nowUs), nowUs);
  // A profile was changed since it was looked at.
  if (prepared.kind === "invalid") throw overtaken(retry.failure);
  return { ...prepared, retry };
};

/** What no new look at the raw event can change: it was not kept as it was, or came with keys that cannot be used. */
const standingProblems = (failure: Failure, edit: Edit, raw: Json): readonly Problem[] => {
  const isCut = edit.raw === undefined && typeof raw === "string";
  if (isCut) return failure.problems;
  const ofSender = edit.raw === undefined ? senderProblemsOf(failure) : [];
  return [...ofSender, ...(edit.idempotencyKey === undefined ? keyProblemsOf(failure) : [])];
};

const whyNot = ({ state, resolvedBy }: Failure): string =>
  state === "DISCARDED"
    ? "The failed event was discarded. Reopen it first."
    : `The failed event is resolved already, by event ${resolvedBy}.`;

const resultOf = (
  { warnings, problems, conflict }: Finding,
  { at: { seq, atUs }, failure }: { readonly at: Pick<Receipt, "seq" | "atUs">; readonly failure: Failure },
): Result => {
  if (conflict === null)
    return { outcome: "REJECTED", receipt: { seq, atUs, fingerprint: null }, warnings, problems, failure };
  const { existing, prepared } = conflict;
  return {
    ...{ outcome: "CONFLICT", receipt: { seq, atUs, fingerprint: prepared.fingerprint }, warnings, existing },
    ...{ differences: factDifferences(existing, prepared.facts), failure },
  };
};

/** The failures of a filter that something can still be done about. */
export const unresolved = (filter: FailureFilter): FailureFilter => {
  const states = ["OPEN", "SCHEDULED", "DEAD"] as const;
  return { ...filter, states: states.filter((state) => filter.states?.includes(state) ?? true) };
};
