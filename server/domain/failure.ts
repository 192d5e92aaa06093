// What is kept of an event that was not counted, so that a person can see why and put it right.
import type { Micros } from "./calendar.ts";
import { AppError } from "./error.ts";
import type { Normalization } from "./event.ts";
import { boundedJson, type Json } from "./json.ts";
import { describeProblem, type Problem, type ProblemCode } from "./problem.ts";

/** Why it failed: it cannot be read, its key belongs to another event, or an unexpected fault. */
export type FailureKind = "VALIDATION" | "CONFLICT" | "PROCESSING";

/**
 * OPEN -> RESOLVED (its event was counted) or DISCARDED (by a person).
 * An unexpected fault is SCHEDULED for another attempt until it is RESOLVED or, attempts exhausted, DEAD.
 */
export type FailureState = "OPEN" | "SCHEDULED" | "RESOLVED" | "DISCARDED" | "DEAD";

/** A failed event as it is stored. Its raw payload is read separately: most readers do not need it. */
export interface Failure {
  /** The position in the log of the entry that recorded it first. */
  readonly id: number;
  readonly kind: FailureKind;
  readonly state: FailureState;
  readonly client: string | null;
  readonly idempotencyKey: string | null;
  readonly problems: readonly Problem[];
  readonly timesSeen: number;
  readonly firstSeenAtUs: Micros;
  readonly lastSeenAtUs: Micros;
  /** The seq of the event that resolved it. */
  readonly resolvedBy: number | null;
  /** How often it was tried again, the event as it was sent or edited, and could not be counted. */
  readonly attempts: number;
  /** When it is tried again by itself; null but for SCHEDULED. */
  readonly nextAttemptAtUs: Micros | null;
  /** Why it was discarded, or what the last unexpected fault was; null where neither happened. */
  readonly reason: string | null;
}

/** Failures of one kind: those of one client that have a problem of one code at one place. */
export interface FailureGroup {
  readonly code: ProblemCode;
  /** Null where the problem is that of the whole event. */
  readonly path: string | null;
  /** Null where the client could not be read. */
  readonly client: string | null;
  readonly count: number;
  /** How often they were received, all together. */
  readonly timesSeen: number;
  readonly firstSeenAtUs: Micros;
  readonly lastSeenAtUs: Micros;
  /** How many were first seen in each bucket, oldest first. */
  readonly trend: readonly number[];
}

/** How unexpected faults are tried again: 1 s · 2ⁿ with full jitter, at most an hour, ten times. */
export const RETRY_BACKOFF = { baseMs: 1_000, capMs: 3_600_000 } as const;
export const MAX_ATTEMPTS = 10;

/** Whether a person may still do something about it: try it again or discard it. */
export const isUnresolved = ({ state }: Pick<Failure, "state">): boolean =>
  state === "OPEN" || state === "SCHEDULED" || state === "DEAD";

/**
 * What stops an attempt in the middle: another has dealt with the failed event, or what was found about it a moment ago does
 * not hold any more. Nothing was written.
 */
export const overtaken = (failure: number): AppError =>
  new AppError("BAD_USER_INPUT", `The failed event ${failure} was dealt with meanwhile. Look at it again.`, {
    details: { overtaken: failure },
  });

export const isOvertaken = (error: unknown): boolean => error instanceof AppError && "overtaken" in error.details;

/** What makes it impossible to count an event, whatever it says: it is REJECTED, and kept. */
export interface Flaws {
  /** Why `raw` is the text of what came, and not the JSON that it should have been. */
  readonly unread?: string;
  /** One that is no idempotency key, or several of which nobody can say which it is. `idempotencyKey` is null then. */
  readonly unusableKeys?: readonly string[];
}

/** The one problem of a CONFLICT: the key that its sender gave belongs to another event. */
export const keyReusedProblem = (idempotencyKey: string | null, existing: { readonly seq: number }): Problem => ({
  code: "IDEMPOTENCY_KEY_REUSED",
  path: null,
  message: `This client has already used the idempotency key for event ${existing.seq}, which says something else.`,
  input: idempotencyKey,
  hint: "To report another event, send it with a key of its own. To correct the first one, do not reuse its key: it stays counted as it is.",
});

/** The same where that other event stands in the same request, at this index. */
export const keyReusedWithin = (problem: Problem, index: number): Problem => ({
  ...problem,
  message: `The event at index ${index} of the same request has the same idempotency key, and says something else.`,
});

/** The problems that an event has already for the way in which it came. */
export const flawProblems = ({ unread, unusableKeys }: Flaws, raw: Json): readonly Problem[] => [
  ...(unusableKeys === undefined ? [] : [unusableKeyProblem(unusableKeys)]),
  ...(unread === undefined ? [] : [describeProblem({ code: "NOT_AN_OBJECT", path: null, input: raw, detail: unread })]),
];

/** That an event names a client which its sender may not speak for. */
export const mismatchProblems = (
  { facts: { client }, steps }: Pick<Normalization, "facts" | "steps">,
  clients: readonly string[] | undefined,
): readonly Problem[] => {
  if (client === undefined || clients === undefined || clients.includes(client)) return [];
  const path = steps.find(({ fact }) => fact === "client")?.path ?? null;
  return [describeProblem({ code: "CLIENT_MISMATCH", path, input: client })];
};

/** The problems that are about who sent it. They stay, whatever else is changed: only an edited event can be counted. */
export const senderProblemsOf = ({ problems }: Pick<Failure, "problems">): readonly Problem[] =>
  problems.filter(({ code }) => code === "CLIENT_MISMATCH");

/** The problems that are about the keys an event came with. They stay until a person gives one that can be used. */
export const keyProblemsOf = ({ problems }: Pick<Failure, "problems">): readonly Problem[] =>
  problems.filter(({ code, path }) => path === null && keyFaults.has(code));

const keyFaults: ReadonlySet<ProblemCode> = new Set([
  "ALIAS_CONFLICT",
  "EMPTY_TEXT",
  "TEXT_TOO_LONG",
  "ILL_FORMED_TEXT",
]);

const unusableKeyProblem = (keys: readonly string[]): Problem => {
  const [key = ""] = keys;
  const [code, message] = faultOfKeys(keys.length, key);
  return {
    ...{ code, message, path: null },
    input: boundedJson(keys.length === 1 ? key : keys),
    hint: "An idempotency key is 1 to 255 well-formed Unicode characters. Leave it out where there is none.",
  };
};

const faultOfKeys = (count: number, key: string): readonly [code: ProblemCode, message: string] => {
  if (count > 1) return ["ALIAS_CONFLICT", "The event came with several idempotency keys."];
  if (key === "") return ["EMPTY_TEXT", "The idempotency key is empty."];
  if (key.length > 255) return ["TEXT_TOO_LONG", "The idempotency key is longer than 255 characters."];
  return ["ILL_FORMED_TEXT", "The idempotency key is not well-formed Unicode."];
};
