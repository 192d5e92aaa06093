// What each operation of the API costs, by its name. Names are the clients' to choose, so only so many are kept apart:
// one that has been quiet for a while gives way to one that comes, and all others are counted together.
import { createRecent, type Distribution, type Recent } from "./recent.ts";

const MAX_NAMES = 50;
const MAX_NAME_LENGTH = 64;
const QUIET_MS = 600_000;
/** All those that are not kept apart. */
export const OTHER = "other";

export interface OperationFigures {
  readonly name: string;
  /** Since the server started, or since its name was kept apart. */
  readonly requests: number;
  /** Those of them whose answer had errors. */
  readonly errors: number;
  /** In seconds; null where there were none of late. */
  readonly duration: Distribution | null;
}

interface Tally {
  requests: number;
  errors: number;
  lastAtMs: number;
  readonly duration: Recent;
}

/** One operation that was answered. */
export interface Answered {
  readonly name: string;
  readonly seconds: number;
  readonly hasErrors: boolean;
}

export interface OperationTallies {
  add(answered: Answered): void;
  /** Those that are asked most come first. */
  figures(): readonly OperationFigures[];
}

interface TalliesDeps {
  readonly maxNames?: number;
  /** A clock that only goes forward. */
  readonly nowMs?: () => number;
}

export const createOperationTallies = ({
  maxNames = MAX_NAMES,
  nowMs = () => performance.now(),
}: TalliesDeps = {}): OperationTallies => {
  const tallies = new Map<string, Tally>();
  const newTally = (): Tally => ({ requests: 0, errors: 0, lastAtMs: 0, duration: createRecent({ nowMs }) });
  const other = newTally();

  /** Gives up the name that was quiet for longest, where it was for long enough. */
  const makeRoom = (): boolean => {
    const [oldest] = [...tallies].sort(([, left], [, right]) => left.lastAtMs - right.lastAtMs);
    if (oldest === undefined || nowMs() - oldest[1].lastAtMs < QUIET_MS) return false;
    const [name, { requests, errors }] = oldest;
    tallies.delete(name);
    other.requests += requests;
    other.errors += errors;
    return true;
  };

  const tallyOf = (name: string): Tally => {
    const known = tallies.get(name);
    if (known !== undefined) return known;
    if (name === OTHER || name.length > MAX_NAME_LENGTH) return other;
    if (tallies.size >= maxNames && !makeRoom()) return other;
    const tally = newTally();
    tallies.set(name, tally);
    return tally;
  };

  return {
    add: ({ name, seconds, hasErrors }) => {
      const tally = tallyOf(name);
      tally.requests += 1;
      if (hasErrors) tally.errors += 1;
      tally.lastAtMs = nowMs();
      tally.duration.record(seconds);
    },
    figures: () =>
      [...tallies, [OTHER, other] as const]
        .filter(([, { requests }]) => requests > 0)
        .map(([name, { requests, errors, duration }]) => ({
          ...{ name, requests, errors, duration: duration.distribution() },
        }))
        .sort((left, right) => right.requests - left.requests),
  };
};
