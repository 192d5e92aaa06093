// How each fact of an event was reached, in plain words: where it was found, and what was done to it.
import { formatJson } from "../format.ts";

/** As the API gives it: the first step of a fact says where it was found, each other one changes it. */
export interface Step {
  readonly fact: string;
  readonly path: string;
  readonly rule: string;
  readonly before?: unknown;
  readonly after: string | null;
}

export interface Change {
  readonly rule: string;
  readonly words: string;
  /** What it was after that; null where the rule found a problem. */
  readonly after: string | null;
}

export interface FactReading {
  readonly fact: string;
  readonly path: string;
  /** How the path came to mean this fact; null where it has the fact's own name. */
  readonly found: string | null;
  /** The value as it was sent, as JSON. */
  readonly sent: string;
  /** Empty where it was taken as it is. */
  readonly changes: readonly Change[];
}

const foundWords: Readonly<Record<string, string>> = {
  ALIAS: "another name of it",
  PROFILE_ALIAS: "by the client’s profile",
};

const ruleWords: Readonly<Record<string, string>> = {
  ASSUMED_UTC: "no time zone: read as UTC",
  CANONICAL_NUMBER: "without needless zeros and signs",
  CAPITALS: "a currency in capitals",
  CHARACTERS_FOLDED: "full-width characters made plain",
  DAY_MONTH_YEAR: "day, month, year",
  DECIMAL_COMMA: "the comma is the decimal sign",
  EPOCH_MICROSECONDS: "microseconds since 1970",
  EPOCH_MILLISECONDS: "milliseconds since 1970",
  EPOCH_NANOSECONDS: "nanoseconds since 1970",
  EPOCH_SECONDS: "seconds since 1970",
  EXPONENT_EXPANDED: "the exponent written out",
  GROUPING_REMOVED: "without the signs that group digits",
  LEAP_SECOND: "a leap second is the next minute’s start",
  MONTH_DAY_YEAR: "month, day, year",
  NFC: "characters composed the usual way (NFC)",
  NUMBER_TO_TEXT: "a number taken as text",
  OFFSET: "its offset taken to UTC",
  PARENTHESES_NEGATIVE: "parentheses mean negative",
  PROFILE_DATE_ORDER: "day and month in the order of the client’s profile",
  PROFILE_TIME_ZONE: "in the time zone of the client’s profile",
  SPACES_COLLAPSED: "runs of white space made one space",
  TRIMMED: "without white space at the ends",
  UNIT_FROM_CODE: "the currency code beside the number",
  UNIT_FROM_SYMBOL: "the currency sign beside the number",
  UNIT_REMOVED: "without the currency",
  YEAR_MONTH_DAY: "year, month, day",
};

const order = ["client", "metric", "amount", "unit", "timestamp"];

/** Each fact with what was done to reach it, in the order in which facts are told everywhere. */
export const readingsOf = (steps: readonly Step[]): readonly FactReading[] =>
  [...Map.groupBy(steps, ({ fact }) => fact).values()].map(readingOf).toSorted(byFact);

const byFact = (one: FactReading, other: FactReading): number => order.indexOf(one.fact) - order.indexOf(other.fact);

const readingOf = (steps: readonly Step[]): FactReading => {
  const [first, ...rest] = steps;
  const { fact = "", path = "", rule = "", before } = first ?? {};
  // A unit that stands beside the amount has no name of its own: its first step says already what was done.
  const isFound = rule === "CANONICAL_NAME" || rule in foundWords;
  return {
    ...{ fact, path, sent: formatJson(before) },
    found: foundWords[rule] ?? null,
    changes: (isFound ? rest : steps).map(changeOf),
  };
};

const changeOf = ({ rule, after }: Step): Change => ({
  ...{ rule, after },
  words: ruleWords[rule] ?? rule.toLowerCase().replaceAll("_", " "),
});

/** Which facts were read from each path of the raw event. */
export const factsByPath = (steps: readonly Step[]): ReadonlyMap<string, readonly string[]> => {
  const facts = new Map<string, readonly string[]>();
  for (const { fact, path } of steps) facts.set(path, [...new Set([...(facts.get(path) ?? []), fact])]);
  return facts;
};
