// Which formats a client speaks, told from how its newest events were read.
import { readingsOf, type Step } from "../events/reading-steps.ts";
import { warningWordsFor } from "../events/warning-words.ts";

export interface Sample {
  /** Null where retention has removed what was sent. */
  readonly steps: readonly Step[] | null;
  readonly warnings: readonly { readonly code: string }[];
}

export interface Tally {
  readonly text: string;
  readonly count: number;
}

export interface FactFormats {
  readonly fact: string;
  /** The places that it was found at, the most frequent first. */
  readonly paths: readonly Tally[];
  /** What had to be done to it, the most frequent first. */
  readonly changes: readonly Tally[];
}

/** Each fact with its places and the rules it needed; in how many of the samples. */
export const formatsOf = (samples: readonly Sample[]): readonly FactFormats[] => {
  const readings = samples.flatMap(({ steps }) => (steps === null ? [] : readingsOf(steps)));
  const facts = Map.groupBy(readings, ({ fact }) => fact);
  return ["client", "metric", "amount", "unit", "timestamp"].flatMap((fact) => {
    const known = facts.get(fact);
    if (known === undefined) return [];
    const changes = known.flatMap((reading) => [...new Set(reading.changes.map(({ words }) => words))]);
    return [{ fact, paths: tally(known.map(({ path }) => path)), changes: tally(changes) }];
  });
};

/** What was remarked besides that, and of how many of the samples: fields without a meaning, say. */
export const remarksOf = (samples: readonly Sample[]): readonly Tally[] => {
  const codes = samples.flatMap(({ warnings }) => [...new Set(warnings.map(({ code }) => code))]);
  return tally(codes.filter((code) => !isRule(code)).map(warningWordsFor));
};

/** Warnings that say of a fact what its steps say already. */
const isRule = (code: string): boolean =>
  ["ASSUMED_UTC", "DECIMAL_COMMA", "LEAP_SECOND", "UNIT_FROM_SYMBOL"].includes(code);

const tally = (texts: readonly string[]): readonly Tally[] =>
  [...Map.groupBy(texts, (text) => text)]
    .map(([text, { length }]) => ({ text, count: length }))
    .toSorted((one, other) => other.count - one.count);
