// What a parser makes of one value: its canonical text or the faults that stand in the way, and what was done to it.
// The parsers know nothing of paths; normalize.ts adds them and turns faults into problems.
import type { ProblemCode, WarningCode } from "./problem.ts";

/** The vocabulary of the trace: how a value was found, and each thing done to it on the way to its canonical text. */
export const rules = [
  "CANONICAL_NAME",
  "ALIAS",
  "PROFILE_ALIAS",
  "NUMBER_TO_TEXT",
  "TRIMMED",
  "NFC",
  "SPACES_COLLAPSED",
  "CAPITALS",
  "CHARACTERS_FOLDED",
  "UNIT_FROM_SYMBOL",
  "UNIT_FROM_CODE",
  "UNIT_REMOVED",
  "PARENTHESES_NEGATIVE",
  "GROUPING_REMOVED",
  "DECIMAL_COMMA",
  "EXPONENT_EXPANDED",
  "CANONICAL_NUMBER",
  "EPOCH_SECONDS",
  "EPOCH_MILLISECONDS",
  "EPOCH_MICROSECONDS",
  "EPOCH_NANOSECONDS",
  "YEAR_MONTH_DAY",
  "DAY_MONTH_YEAR",
  "MONTH_DAY_YEAR",
  "PROFILE_DATE_ORDER",
  "LEAP_SECOND",
  "OFFSET",
  "ASSUMED_UTC",
  "PROFILE_TIME_ZONE",
] as const;
export type Rule = (typeof rules)[number];

/** One thing done to a value. */
export interface Change {
  readonly rule: Rule;
  readonly before: string;
  readonly after: string;
}

/** Why a value cannot be read. `readings` are what it could mean, `detail` what exactly is wrong. */
export interface Fault {
  readonly code: ProblemCode;
  readonly readings?: readonly string[];
  readonly detail?: string;
}

/** A unit that an amount's own text names. */
export interface UnitMention {
  readonly code: string;
  readonly rule: "UNIT_FROM_SYMBOL" | "UNIT_FROM_CODE";
}

export interface Reading {
  /** Canonical text; null where there is a fault. */
  readonly text: string | null;
  readonly faults: readonly Fault[];
  readonly warnings: readonly WarningCode[];
  readonly changes: readonly Change[];
  /** Of an amount only; it is known even where the number itself cannot be read. */
  readonly unit?: UnitMention | null;
}

const none: readonly never[] = Object.freeze([]);

/** The reading of a value that needed nothing done. */
export const plainReading = (text: string): Reading => ({ text, faults: none, warnings: none, changes: none });

/** The reading of a value that cannot be read at all. */
export const unreadable = (fault: Fault): Reading => ({ text: null, faults: [fault], warnings: none, changes: none });
