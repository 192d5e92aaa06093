// Each kind of warning in a few plain words, for lists; the server's own message says it exactly.
import type { Warning } from "../api/operations.ts";
import { formatCount } from "../format.ts";

export type WarningCode = Warning["code"];

export const warningWords: Readonly<Record<WarningCode, string>> = {
  ASSUMED_UTC: "assumed UTC",
  DECIMAL_COMMA: "decimal comma",
  FUTURE_TIMESTAMP: "ahead of its time",
  IGNORED_ALIAS: "ignored alias",
  LEAP_SECOND: "leap second",
  PRECISION_AT_RISK: "digits at risk",
  REDUNDANT_ALIAS: "said twice",
  UNIT_FROM_SYMBOL: "unit from a sign",
  UNKNOWN_FIELD: "unknown field",
};

/** The words for a code, also for one that a newer server has added. */
export const warningWordsFor = (code: string): string =>
  (warningWords as Readonly<Record<string, string>>)[code] ?? code.toLowerCase().replaceAll("_", " ");

/** All warnings of an event in a line, each kind once: `assumed UTC, 3 × unknown field`. */
export const warningLine = (warnings: readonly Pick<Warning, "code">[]): string => {
  const counts = Map.groupBy(warnings, ({ code }) => code);
  return [...counts]
    .map(([code, { length }]) => `${length === 1 ? "" : `${formatCount(length)} × `}${warningWordsFor(code)}`)
    .join(", ");
};
