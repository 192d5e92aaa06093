// An event that was counted elsewhere, such as in the database whose export is imported. It counts here as what it counted
// as there, whatever the profiles of this server would make of what was sent: else an export would not give the same
// fingerprints and totals again.
import type { Facts, Prepared, Submitted } from "../domain/event.ts";
import { fingerprint } from "../domain/fingerprint.ts";
import { type Json, rawText } from "../domain/json.ts";
import { NO_PROFILE } from "../domain/profile.ts";
import { keyBy, type ProfileBook } from "../domain/profile-book.ts";
import { prepare } from "./prepare.ts";

/** Prepares what was sent where it reads as it did; else what it was counted as. */
export const prepareCounted = (
  { raw, idempotencyKey }: Submitted,
  { counted, book, nowUs }: { readonly counted: Facts; readonly book: ProfileBook; readonly nowUs: number },
): Prepared => {
  const sameAs = fingerprint(counted);
  const stated = { raw: rawOf(counted), idempotencyKey };
  for (const submitted of [{ raw, idempotencyKey }, stated]) {
    const { ifNew: _, ...prepared } = prepareWithoutLimit(submitted, book, nowUs);
    if (prepared.kind === "event" && prepared.fingerprint === sameAs) return prepared;
  }
  const { profile, asOf } = book.read(stated, nowUs);
  return {
    ...{ kind: "event", facts: counted, fingerprint: sameAs, rawText: rawText(stated.raw), warnings: [] },
    ...{ idempotencyKey: keyBy(profile, idempotencyKey), profilesAsOf: asOf, profileVersion: NO_PROFILE },
  };
};

/** How late an event may come was asked when it came. */
const prepareWithoutLimit = (
  submitted: Submitted,
  book: ProfileBook,
  nowUs: number,
): Prepared & { readonly ifNew?: unknown } => prepare(submitted, book.read(submitted, nowUs), nowUs);

/** As an amount a number, where it holds all digits: of a text a profile may say what its dot means. */
const rawOf = ({ client, metric, unit, amount, timestamp }: Facts): Json => ({
  ...{ client, metric, amount: String(Number(amount)) === amount ? Number(amount) : amount, timestamp },
  ...(unit === null ? {} : { unit }),
});
