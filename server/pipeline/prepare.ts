// From what was sent and how it was read to what the commit decides on.
import type { Micros } from "../domain/calendar.ts";
import type { Normalization, Prepared, PreparedInvalid, Submitted } from "../domain/event.ts";
import { flawProblems } from "../domain/failure.ts";
import { failureIdentity, fingerprint } from "../domain/fingerprint.ts";
import { rawText } from "../domain/json.ts";
import { lateProblem } from "../domain/normalize.ts";
import type { Problem } from "../domain/problem.ts";
import { keyBy, type ProfiledReading } from "../domain/profile-book.ts";

/** A submitted event as it goes to the commit. `nowUs` is when it was received. */
export const prepare = (submitted: Submitted, reading: ProfiledReading, nowUs: Micros): Prepared => {
  const { raw, flaws } = submitted;
  const { profile, profileVersion, earlier, asOf } = reading;
  const normalization =
    flaws === undefined ? reading.normalization : withProblems(reading.normalization, flawProblems(flaws, raw));
  const idempotencyKey = keyBy(profile, submitted.idempotencyKey);
  const base = {
    ...{ rawText: rawText(raw), idempotencyKey, profilesAsOf: asOf },
    warnings: normalization.warnings,
  };
  const invalid = (client: string | null, problems: readonly Problem[]): PreparedInvalid => {
    const keys = flaws?.unusableKeys ?? idempotencyKey;
    const identity = failureIdentity({ kind: "VALIDATION", client, idempotencyKey: keys, raw });
    return { ...base, kind: "invalid", client, problems, identity };
  };
  if (normalization.kind === "invalid") return invalid(normalization.facts.client ?? null, normalization.problems);
  const { facts } = normalization;
  const late = lateProblem(normalization, { profile, nowUs });
  return {
    ...{ ...base, kind: "event", facts, fingerprint: fingerprint(facts), profileVersion },
    ...(earlier.length === 0 ? {} : { earlier }),
    ...(late === null ? {} : { ifNew: invalid(facts.client, [late]) }),
  };
};

/** Adds these problems to those that reading found, before them and in place of others with the same code. */
export const withProblems = (normalization: Normalization, problems: readonly Problem[]): Normalization => {
  const found = normalization.kind === "invalid" ? normalization.problems : [];
  const others = found.filter(({ code }) => !problems.some((problem) => problem.code === code));
  return { ...normalization, kind: "invalid", problems: [...problems, ...others] };
};
