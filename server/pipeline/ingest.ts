// The way in: one or many raw events, one result each. Reading them is pure and comes first; the commit decides.
import { AppError } from "../domain/error.ts";
import type { FailurePoint, Normalization, Prepared, Result, Submitted } from "../domain/event.ts";
import { flawProblems, keyReusedProblem } from "../domain/failure.ts";
import { failureIdentity, fingerprint, isIdempotencyKey, preimage } from "../domain/fingerprint.ts";
import { rawText } from "../domain/json.ts";
import { normalize } from "../domain/normalize.ts";
import type { Problem } from "../domain/problem.ts";
import { defaultProfile } from "../domain/profile.ts";
import { failAt } from "../storage/fault.ts";
import type { Match, Storage } from "../storage/storage.ts";
import type { Committer } from "./committer.ts";

interface IngestDeps {
  readonly committer: Committer;
  readonly storage: Pick<Storage, "match">;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
  /** Whether callers may ask for simulated faults. */
  readonly faultsAllowed: boolean;
}

export interface IngestOptions {
  /** All or nothing. */
  readonly atomic?: boolean;
  readonly fault?: FailurePoint | null;
}

/** What `ingest` would answer now, and how it reads the event. */
export interface Preview {
  readonly normalization: Normalization;
  readonly match: Match | { readonly outcome: "REJECTED" };
  readonly problems: readonly Problem[];
  readonly fingerprint: string | null;
  readonly preimage: string | null;
}

export interface Ingest {
  /**
   * Counts each event exactly once. One result for each, in the order given.
   * @throws AppError BAD_USER_INPUT, FORBIDDEN, ATOMIC_REFUSED, SIMULATED_FAILURE, UNAVAILABLE.
   */
  ingest(events: readonly Submitted[], options?: IngestOptions): Promise<readonly Result[]>;
  /** Reads the event and looks whether it would be new; stores nothing. */
  preview(event: Submitted): Promise<Preview>;
}

export const createIngest = ({ committer, storage, now, faultsAllowed }: IngestDeps): Ingest => {
  const read = ({ raw, idempotencyKey, flaws }: Submitted): Normalization => {
    if (raw === null) throw new AppError("BAD_USER_INPUT", "The event is null. Send a JSON object.");
    if (idempotencyKey !== null && !isIdempotencyKey(idempotencyKey))
      throw new AppError(
        "BAD_USER_INPUT",
        "An idempotency key is 1 to 255 well-formed Unicode characters. Leave it out where there is none.",
      );
    const normalization = normalize(raw, { profile: defaultProfile, nowUs: now() });
    return flaws === undefined ? normalization : refuse(normalization, flawProblems(flaws, raw));
  };

  const ingest: Ingest["ingest"] = async (events, { atomic = false, fault = null } = {}) => {
    if (fault !== null && !faultsAllowed)
      throw new AppError("FORBIDDEN", "This server does not simulate failures. Leave simulateFailure out.");
    const prepared = events.map((event) => prepare(event, read(event)));
    failAt("BEFORE_TRANSACTION", fault);
    const { kind, results } = await committer.commit(prepared, {
      atomic,
      fault,
    });
    if (kind === "refused") throw refusalOf(results);
    failAt("AFTER_COMMIT", fault);
    return results;
  };

  const preview: Ingest["preview"] = async (submitted) => {
    const normalization = read(submitted);
    const prepared = prepare(submitted, normalization);
    if (prepared.kind === "invalid")
      return {
        normalization,
        match: { outcome: "REJECTED" },
        problems: prepared.problems,
        fingerprint: null,
        preimage: null,
      };
    const match = await storage.match(prepared);
    const problems = match.outcome === "CONFLICT" ? [keyReusedProblem(prepared.idempotencyKey, match.event)] : [];
    return {
      normalization,
      match,
      problems,
      fingerprint: prepared.fingerprint,
      preimage: preimage(prepared.facts),
    };
  };

  return { ingest, preview };
};

/** Adds these problems to those that reading found, before them and in place of others with the same code. */
const refuse = (normalization: Normalization, problems: readonly Problem[]): Normalization => {
  const found = normalization.kind === "invalid" ? normalization.problems : [];
  const others = found.filter(({ code }) => !problems.some((problem) => problem.code === code));
  return { ...normalization, kind: "invalid", problems: [...problems, ...others] };
};

/** A submitted event as it goes to the commit. */
export const prepare = ({ raw, idempotencyKey, flaws }: Submitted, normalization: Normalization): Prepared => {
  const base = {
    rawText: rawText(raw),
    idempotencyKey,
    warnings: normalization.warnings,
  };
  if (normalization.kind === "event") {
    const { facts } = normalization;
    return { ...base, kind: "event", facts, fingerprint: fingerprint(facts) };
  }
  const client = normalization.facts.client ?? null;
  const identity = failureIdentity({
    kind: "VALIDATION",
    client,
    idempotencyKey: flaws?.unusableKeys ?? idempotencyKey,
    raw,
  });
  return {
    ...base,
    kind: "invalid",
    client,
    problems: normalization.problems,
    identity,
  };
};

const refusalOf = (results: readonly Result[]): AppError => {
  const bad = results.filter((result) => "failure" in result).length;
  return new AppError(
    "ATOMIC_REFUSED",
    `Nothing was written, because ${bad} of the ${results.length} events cannot be counted. Correct or remove them, or send without atomic.`,
    {
      details: {
        results: results.map((result, index) => ({ index, outcome: result.outcome, problems: problemsOf(result) })),
      },
    },
  );
};

const problemsOf = (result: Result): readonly Problem[] => {
  if ("problems" in result) return result.problems;
  return "failure" in result ? result.failure.problems : [];
};
