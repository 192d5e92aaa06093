// What the clients learn while they send: every answer is compared with the plan, and every attempt without an answer
// is remembered as one that may have arrived.
import type { Item, Outcome } from "./delivery.ts";

/** What the server says about one event. */
export interface Answer {
  readonly outcome: Outcome;
  /** What must be the same for all sightings: the receipt of an event, the id of a failed one. */
  readonly proof: string;
  /** The seq of the counted event that it names: the event itself, or the one that holds its key. */
  readonly event: number | null;
  /** In alphabetical order. */
  readonly problems: readonly string[];
}

/** How often something was sent: attempts that surely arrived, and those of which nobody knows. */
export interface Attempts {
  sure: bigint;
  uncertain: bigint;
}

export type AttemptsByKind = Readonly<Record<Item["kind"], Attempts>>;

/** Live figures, for those who watch. */
export type Counts = Record<Outcome | "requests" | "ended" | "cutOff" | "lost" | "faults" | "refused", number>;

export interface Ledger {
  readonly counts: Counts;
  /** Everything that was not as planned, in words. */
  readonly differences: readonly string[];
  /** What its answers were proved by; null where there was none. */
  proofOf(identity: string): string | null;
  attemptsOf(client: string): AttemptsByKind;
  /** An answer came. `isRetry`: an attempt before it went unanswered, so that the event may be known already. */
  answered(item: Item, answer: Answer, options: { isRetry: boolean }): void;
  /** No answer came, and nobody knows whether the events arrived. */
  uncertain(items: readonly Item[]): void;
  /** The answer was lost, but the events are known to be counted. */
  committed(items: readonly Item[]): void;
  differs(difference: string): void;
  /** Adds each sale that was not accepted exactly once, as far as answers arrived, to the differences. */
  settle(): void;
}

interface Sightings {
  proof: string | null;
  event: number | null;
  accepted: number;
  hasUnanswered: boolean;
}

/** The proof of an event that was counted. */
export const receiptProof = ({ seq, fingerprint }: { seq: number; fingerprint: string | null }): string =>
  `receipt ${seq} ${fingerprint}`;

export const createLedger = (): Ledger => {
  const differences: string[] = [];
  const attempts = new Map<string, AttemptsByKind>();
  const sightings = new Map<string, Sightings>();
  const counts: Counts = {
    ...{ ACCEPTED: 0, DUPLICATE: 0, CONFLICT: 0, REJECTED: 0 },
    ...{ requests: 0, ended: 0, cutOff: 0, lost: 0, faults: 0, refused: 0 },
  };

  const attemptsOf = (client: string): AttemptsByKind =>
    entryOf(attempts, client, () => ({
      sale: { sure: 0n, uncertain: 0n },
      conflict: { sure: 0n, uncertain: 0n },
      invalid: { sure: 0n, uncertain: 0n },
    }));
  const sightingsOf = ({ identity }: Item): Sightings =>
    entryOf(sightings, identity, () => ({ proof: null, event: null, accepted: 0, hasUnanswered: false }));

  const addUnanswered = (items: readonly Item[], certainty: keyof Attempts): void => {
    for (const item of items) {
      sightingsOf(item).hasUnanswered = true;
      attemptsOf(item.client ?? "")[item.kind][certainty] += 1n;
    }
  };

  const answered: Ledger["answered"] = (item, answer, { isRetry }) => {
    counts[answer.outcome] += 1;
    attemptsOf(item.client ?? "")[item.kind].sure += 1n;
    const seen = sightingsOf(item);
    if (answer.outcome === "ACCEPTED") seen.accepted += 1;
    seen.proof ??= answer.proof;
    seen.event ??= answer.event;
    const holder = sightings.get(item.holder ?? item.identity)?.event ?? null;
    differences.push(...differencesOf(item, answer, { isRetry, proof: seen.proof, holder }));
  };

  const settle = (): void => {
    for (const [identity, { accepted, hasUnanswered }] of sightings) {
      const isSale = !/^(invalid|conflict) /.test(identity);
      if (isSale && (accepted > 1 || (accepted === 0 && !hasUnanswered)))
        differences.push(`${identity} was answered ACCEPTED ${accepted} times.`);
    }
  };

  return {
    ...{ counts, differences, attemptsOf, answered, settle },
    proofOf: (identity) => sightings.get(identity)?.proof ?? null,
    uncertain: (items) => addUnanswered(items, "uncertain"),
    committed: (items) => addUnanswered(items, "sure"),
    differs: (difference) => differences.push(difference),
  };
};

const differencesOf = (
  item: Item,
  answer: Answer,
  { isRetry, proof, holder }: { isRetry: boolean; proof: string; holder: number | null },
): readonly string[] => {
  const found: string[] = [];
  const of = `${item.identity}, sent as ${JSON.stringify(item.event)?.slice(0, 300)},`;
  const allowed: readonly Outcome[] =
    isRetry && item.expects.includes("ACCEPTED") ? [...item.expects, "DUPLICATE"] : item.expects;
  if (!allowed.includes(answer.outcome)) found.push(`${of} was ${answer.outcome} instead of ${allowed.join(" or ")}.`);
  else if (answer.proof !== proof) found.push(`${of} was proved by ${answer.proof}, and before by ${proof}.`);
  else if (answer.event !== holder) found.push(`${of} was answered with event ${answer.event} instead of ${holder}.`);
  const expected = item.problems?.join(", ") ?? "";
  const actual = answer.problems.join(", ");
  if (expected !== actual) found.push(`${of} has the problems ${actual || "none"} instead of ${expected || "none"}.`);
  return found;
};

const entryOf = <Value>(map: Map<string, Value>, key: string, create: () => Value): Value => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = create();
  map.set(key, value);
  return value;
};
