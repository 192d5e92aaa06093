// The events that are sent: 100 clients with three metrics each, most of them about now and some late, no two alike.
// Cheap to make, because the load generator shares the machine with the server.

const CLIENTS = 100;
const METRICS = ["sale", "refund", "delivery"] as const;
/** Coprime to the number of amounts, so that each is used once before one comes again. */
const STRIDE = 7_919;
const AMOUNTS = 1_000_000_000;
/** How many events back a duplicate may reach. */
const REMEMBERED = 4_096;

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Shares of all events, 0 to 1. */
export interface Mix {
  readonly duplicates: number;
  readonly rejected: number;
}

export const allNew: Mix = { duplicates: 0, rejected: 0 };

/** How many events there are of each outcome. */
export interface Totals {
  readonly accepted: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly rejected: number;
}

export const noTotals: Totals = { accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 };

export const addTotals = (left: Totals, right: Totals): Totals => ({
  accepted: left.accepted + right.accepted,
  duplicates: left.duplicates + right.duplicates,
  conflicts: left.conflicts + right.conflicts,
  rejected: left.rejected + right.rejected,
});

export interface EventSource {
  /** The next event as JSON text. */
  next(): string;
  /** What must become of the events given so far, in whichever order they arrive. */
  readonly expected: Totals;
  /** How many new events have been made, those before the first included: where another source may go on. */
  readonly made: number;
}

/** Events from number `first` on: sources that do not overlap in their numbers have no event in common. */
export const createEventSource = ({ first, mix }: { readonly first: number; readonly mix: Mix }): EventSource => {
  const random = createRandom(first + 1);
  const recent: string[] = [];
  const expected = { ...noTotals };
  let made = first;

  const nextNew = (): string => {
    const text = eventText(made, random);
    if (mix.duplicates > 0) recent[expected.accepted % REMEMBERED] = text;
    expected.accepted += 1;
    made += 1;
    return text;
  };
  const nextDuplicate = (): string => {
    const text = recent[Math.floor(random() * recent.length)];
    if (text === undefined) return nextNew();
    expected.duplicates += 1;
    return text;
  };
  const nextRejected = (): string => {
    expected.rejected += 1;
    made += 1;
    return `{"client":"shop-${made % CLIENTS}","metric":"sale","amount":"about ${made}","timestamp":"2026-02-30T00:00:00Z"}`;
  };

  return {
    next: () => {
      const share = mix.duplicates + mix.rejected === 0 ? 1 : random();
      if (share < mix.duplicates) return nextDuplicate();
      return share < mix.duplicates + mix.rejected ? nextRejected() : nextNew();
    },
    expected,
    get made() {
      return made;
    },
  };
};

const eventText = (number: number, random: () => number): string => {
  const client = Math.floor(random() * CLIENTS);
  const metric = METRICS[number % METRICS.length];
  const cents = 1 + ((number * STRIDE) % AMOUNTS);
  const at = new Date(Date.now() - latenessMs(random)).toISOString().slice(0, -1);
  const micros = String(Math.floor(random() * 1_000)).padStart(3, "0");
  return `{"client":"shop-${client}","metric":"${metric}","amount":${cents / 100},"unit":"EUR","timestamp":"${at}${micros}Z"}`;
};

/** Nine of ten come within two seconds, one of a hundred comes from the past week. */
const latenessMs = (random: () => number): number => {
  const share = random();
  if (share < 0.9) return random() * 2 * SECOND_MS;
  return random() * (share < 0.99 ? HOUR_MS : WEEK_MS);
};

/** Xorshift: the same numbers in every run. */
const createRandom = (seed: number): (() => number) => {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};
