// From what was sent and how it was read to what the commit decides on.
import type { Micros } from "../domain/calendar.ts";
import type { Normalization, Prepared, PreparedInvalid, Submitted } from "../domain/event.ts";
import { flawProblems, mismatchProblems } from "../domain/failure.ts";
import { failureIdentity, fingerprint } from "../domain/fingerprint.ts";
import { rawText } from "../domain/json.ts";
import { lateProblem } from "../domain/normalize.ts";
import type { Problem } from "../domain/problem.ts";
import { keyBy, type ProfiledReading } from "../domain/profile-book.ts";

/** A submitted event as it goes to the commit. `nowUs` is when it was received. */
export const prepare = (submitted: Submitted, reading: ProfiledReading, nowUs: Micros): Prepared => {
  const { raw, flaws, clients } = submitted;
  const { profile, profileVersion, earlier, asOf } = reading;
  const mismatches = mismatchProblems(reading.normalization, clients);
  const standing = [...mismatches, ...(flaws === undefined ? [] : flawProblems(flaws, raw))];
  const normalization = standing.length === 0 ? reading.normalization : withProblems(reading.normalization, standing);
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
  if (normalization.kind === "invalid") {
    // Whoever names another must not fill that one's books: it is the sender's own, where that is one client alone.
    const [sender = null, ...others] = mismatches.length === 0 ? [normalization.facts.client] : (clients ?? []);
    return invalid(others.length === 0 ? sender : null, normalization.problems);
  }
  const { facts } = normalization;
  const late = lateProblem(normalization, { profile, nowUs });
  return {
    ...{ ...base, kind: "event", facts, fingerprint: fingerprint(facts), profileVersion },
    ...(earlier.length === 0 ? {} : { earlier }),
    ...(late === null ? {} : { ifNew: invalid(facts.client, [late]) }),
  };
};

/** Adds these problems to those that reading found, before them and in place of others with the same code. */
const withProblems = (normalization: Normalization, problems: readonly Problem[]): Normalization => {
  const found = normalization.kind === "invalid" ? normalization.problems : [];
  const others = found.filter(({ code }) => !problems.some((problem) => problem.code === code));
  return { ...normalization, kind: "invalid", problems: [...problems, ...others] };
};
