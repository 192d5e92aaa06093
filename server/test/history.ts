// A random history: what clients send, and what people and workers do about it. The same steps lead every backend that
// has the same rows to the same next ones.
import fc from "fast-check";
import type { Act } from "../domain/act.ts";
import type { Prepared, PreparedEvent } from "../domain/event.ts";
import { isOvertaken } from "../domain/failure.ts";
import type { Json } from "../domain/json.ts";
import { describeProblem } from "../domain/problem.ts";
import { defaultProfile, type Profile } from "../domain/profile.ts";
import { createProfileBook, type ProfileBook } from "../domain/profile-book.ts";
import { prepare } from "../pipeline/prepare.ts";
import { group } from "../storage/corpus.ts";
import type { Appended, Storage } from "../storage/storage.ts";

/** Few, so that what is done to them meets. Most are there, and some are not what is asked for. */
const seq = fc.integer({ min: 1, max: 15 });
const by = fc.constantFrom(null, "kim", "nul \u0000 \u{10FFFF}");
const reason = fc.constantFrom(null, "a test sale", "\u0000");
const client = fc.constantFrom("kiosk", "till");
const job = fc.constantFrom(null, 1, 2, 3);

const profiles: readonly Profile[] = [
  { ...defaultProfile, decimalSeparator: "COMMA" },
  { ...defaultProfile, decimalSeparator: "DOT", allowZero: true },
  { ...defaultProfile, identity: "CONTENT" },
  { ...defaultProfile, decimalSeparator: "DOT", lateLimitSeconds: 3_600 },
];
const problems = [describeProblem({ code: "MISSING_AMOUNT", path: "amount\u0000", input: "?" })];

const voiding = fc.record({ action: fc.constantFrom("VOIDED", "UNVOIDED"), by, job, event: seq, reason });
const discarding = fc.record({ action: fc.constantFrom("DISCARDED", "REOPENED"), by, job, failure: seq, reason });
const attempt = fc.record({
  ...{ action: fc.constant("RETRIED"), by, job, failure: seq, attempts: fc.constantFrom(0, 0, 1) },
  ...{ problems: fc.constantFrom(null, problems), fault: fc.constantFrom(null, "EIO") },
  edited: fc.constantFrom(null, null, '{"amount":"?"}'),
  ...{ state: fc.constantFrom("OPEN", "SCHEDULED", "DEAD"), nextAttemptAtUs: fc.constantFrom(null, 5) },
});
const faulty = fc.record({
  ...{ action: fc.constant("FAULTED"), by: fc.constant(null), client: fc.constantFrom(null, "kiosk") },
  ...{ idempotencyKey: fc.constantFrom(null, "a"), rawText: fc.constantFrom("{}", "[1]") },
  ...{ identity: fc.constantFrom("ab".repeat(32), "cd".repeat(32)), fault: fc.constant("EIO"), nextAttemptAtUs: seq },
});
const profileChange = fc
  .record({
    client,
    by,
    profile: fc.constantFrom(null, ...profiles),
    ifVersion: fc.constantFrom(undefined, undefined, 1),
  })
  .map((change) => ({ ...change, action: change.profile === null ? "PROFILE_DELETED" : "PROFILE_SET" }));
const plan = fc.constant({ kind: "RETRY", filter: { states: ["OPEN"] } });
const jobStart = fc.record({ action: fc.constant("JOB_STARTED"), by, plan, client: fc.constant(null), total: seq });
const jobEnd = fc.record({
  ...{ action: fc.constant("JOB_ENDED"), by, job: seq, state: fc.constantFrom("DONE", "FAILED") },
  error: fc.constantFrom(null, "EIO"),
});

/** Which event is to be read again; how, its raw event and the profile of its client then decide. */
interface Reading {
  readonly reread: number;
}
const reading: fc.Arbitrary<Reading> = fc.record({ reread: seq });

const act = fc.oneof(
  ...[voiding, voiding, discarding, attempt, faulty, jobStart, jobEnd],
  ...[profileChange, profileChange, profileChange, reading, reading, reading],
) as fc.Arbitrary<Act | Reading>;

interface Group {
  readonly events: readonly (readonly [raw: Json, key: string | null])[];
  readonly atomic: boolean;
  readonly laterUs: number;
}

/** Even fewer than others send, so that most are the same as another: now, or as it was read before. */
const alike: fc.Arbitrary<Group> = fc.record({
  events: fc.array(
    fc.tuple(
      fc.record({
        ...{ client, type: fc.constant("sale"), time: fc.constantFrom("2026-01-31T12:00:00Z", "2026-01-31T08:00:00Z") },
        amount: fc.constantFrom("1,200", "1.200", "1.2", 1200, "0", "many"),
      }),
      fc.constantFrom(null, null, "a"),
    ),
    { minLength: 1, maxLength: 6 },
  ),
  ...{ atomic: fc.constant(false), laterUs: fc.constantFrom(0, 900_000_000) },
});

const retrying = fc.record({ failure: seq, isEdited: fc.boolean(), by, job });

/** What happens at once. */
export const step = fc.record({
  group: fc.oneof<fc.Arbitrary<Group>[]>(group, alike, alike),
  acts: fc.array(act, { maxLength: 6 }),
  /** The failure that the first of the events is sent for again, now and then. */
  retry: fc.constantFrom(false, false, true).chain((isRetry) => (isRetry ? retrying : fc.constant(undefined))),
  /** Whether the server has not yet heard of the last change of a profile, now and then. */
  isOutdated: fc.constantFrom(...new Array<boolean>(9).fill(false), true),
});
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The profiles as they are now. */
const bookOf = async (storage: Storage): Promise<ProfileBook> => {
  const { versions, asOf } = await storage.profileVersions(null);
  return createProfileBook(versions, asOf);
};

/** The events of a step, as they are read by now. */
export const eventsOf = async (step: Step, storage: Storage, nowUs: number): Promise<readonly Prepared[]> => {
  const book = step.isOutdated ? createProfileBook([], 0) : await bookOf(storage);
  const events = step.group.events.map(([raw, key]) => prepareBy(book, { raw, key, nowUs }));
  const { retry } = step;
  return events.map((event, index) =>
    index === 0 && retry !== undefined && event.kind === "event" ? { ...event, retry } : event,
  );
};

/** What was given, or why a retry was refused that came too late. */
export const outcomeOf = (appending: Promise<Appended>): Promise<unknown> =>
  appending.catch((error: unknown) => {
    if (!isOvertaken(error)) throw error;
    return { refused: error instanceof Error ? error.message : null };
  });

/** The acts of a step. */
export const actsOf = async (step: Step, storage: Storage, nowUs: number): Promise<readonly Act[]> => {
  const acts: Act[] = [];
  const book = await bookOf(storage);
  for (const one of step.acts) {
    const found = "reread" in one ? await rereadingOf(one, { storage, book, nowUs }) : one;
    if (found !== null) acts.push(found);
  }
  return acts;
};

const rereadingOf = async (
  { reread }: Reading,
  { storage, book, nowUs }: { readonly storage: Storage; readonly book: ProfileBook; readonly nowUs: number },
): Promise<Act | null> => {
  const [event, text] = await Promise.all([storage.event(reread), storage.rawEvent(reread)]);
  if (event === null || text === null) return null;
  const read = prepareBy(book, { raw: JSON.parse(text), key: event.idempotencyKey, nowUs });
  if (read.kind !== "event") return null;
  const { ifNew: _late, ...plain }: PreparedEvent = read;
  return { action: "REPROCESSED", by: null, event: reread, from: event.fingerprint, reading: plain };
};

interface Sent {
  readonly raw: Json;
  readonly key: string | null;
  readonly nowUs: number;
}

const prepareBy = (book: ProfileBook, { raw, key, nowUs }: Sent): Prepared => {
  const submitted = { raw, idempotencyKey: key };
  return prepare(submitted, book.read(submitted, nowUs), nowUs);
};
