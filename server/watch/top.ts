// Counts by names that strangers choose, for readers who keep every name that they ever saw: a bounded number of names has
// figures of its own, those of the others are one. Whoever does more than one of those takes that one's place, but only so
// many within a while, so that inventing names neither fills memory nor drives out those who do the most.

export interface TopOptions<T> {
  /** Names with figures of their own. */
  readonly maxNames: number;
  /** How many may change places within `periodMs`. */
  readonly maxChanges: number;
  readonly periodMs: number;
  /** Figures at their beginning. */
  readonly create: () => T;
  /** Adds the figures of a name that loses its place to those of all others. */
  readonly addTo: (others: T, figures: T) => void;
  /** A clock that only goes forward. */
  readonly nowMs?: () => number;
}

export interface Top<T> {
  /** Where to count one more for this name. */
  of(name: string): T;
  /** By name; those of the others under `OTHER`, where there are any. */
  entries(): readonly (readonly [name: string, figures: T])[];
}

/** All those without figures of their own. */
export const OTHER = "other";

/** Challengers that are counted, for each name that has a place. */
const CHALLENGERS_PER_NAME = 4;

export const createTop = <T>(options: TopOptions<T>): Top<T> => {
  const { maxNames, maxChanges, periodMs, create, addTo, nowMs = () => performance.now() } = options;
  const placed = new Map<string, { readonly figures: T; done: number }>();
  /** What those without a place have done in this period, or less; nothing of who has done little. */
  const challengers = new Map<string, number>();
  const others = create();
  let hasOthers = false;
  let beganAtMs = nowMs();

  /** Those without a place who did more in the period than those with one take it. */
  const changePlaces = (): void => {
    const ranked = [...challengers].sort(([, left], [, right]) => right - left).slice(0, maxChanges);
    for (const [name, done] of ranked) {
      const [least] = [...placed].sort(([, left], [, right]) => left.done - right.done);
      if (least === undefined || least[1].done >= done) break;
      placed.delete(least[0]);
      addTo(others, least[1].figures);
      placed.set(name, { figures: create(), done });
    }
    challengers.clear();
    for (const one of placed.values()) one.done = 0;
    beganAtMs = nowMs();
  };

  const challenge = (name: string): void => {
    if (challengers.has(name) || challengers.size < CHALLENGERS_PER_NAME * maxNames) {
      challengers.set(name, (challengers.get(name) ?? 0) + 1);
      return;
    }
    // As Misra and Gries have it: whoever does more than most is among those that are left, and each step is paid for by
    // the steps that brought what it takes away.
    for (const [challenger, done] of challengers)
      if (done === 1) challengers.delete(challenger);
      else challengers.set(challenger, done - 1);
  };

  const place = (name: string): { readonly figures: T; done: number } | null => {
    const known = placed.get(name);
    if (known !== undefined) return known;
    if (name === OTHER || placed.size >= maxNames) return null;
    const fresh = { figures: create(), done: 0 };
    placed.set(name, fresh);
    return fresh;
  };

  return {
    of: (name) => {
      if (nowMs() - beganAtMs >= periodMs) changePlaces();
      const own = place(name);
      if (own !== null) {
        own.done += 1;
        return own.figures;
      }
      if (name !== OTHER) challenge(name);
      hasOthers = true;
      return others;
    },
    entries: () => [
      ...[...placed].map(([name, { figures }]) => [name, figures] as const),
      ...(hasOthers ? [[OTHER, others] as const] : []),
    ],
  };
};
