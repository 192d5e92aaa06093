// Each kind of problem in a few plain words, for headings; the server's own message says it exactly.
import type { ProblemCode } from "../api/failure-operations.ts";

export const problemWords: Readonly<Record<ProblemCode, string>> = {
  NOT_AN_OBJECT: "Not a JSON object",
  TOO_DEEP: "Nested too deeply",
  TOO_MANY_KEYS: "Too many fields",
  TOO_LARGE: "Too large",
  ALIAS_CONFLICT: "Two fields contradict each other",
  MISSING_CLIENT: "No client",
  MISSING_METRIC: "No metric",
  MISSING_AMOUNT: "No amount",
  MISSING_TIMESTAMP: "No timestamp",
  NOT_TEXT: "Not text",
  EMPTY_TEXT: "Empty text",
  TEXT_TOO_LONG: "Text too long",
  CONTROL_CHARACTER: "Control character in text",
  ILL_FORMED_TEXT: "Broken Unicode text",
  NOT_A_NUMBER: "Not a number",
  NOT_FINITE: "Not a finite number",
  NOT_POSITIVE: "Zero or negative amount",
  OUT_OF_RANGE: "Amount too large",
  TOO_PRECISE: "Too many decimals",
  AMBIGUOUS_NUMBER: "Number with two readings",
  UNIT_NOT_SUPPORTED: "A percentage cannot be added up",
  INVALID_TIMESTAMP: "Unreadable timestamp",
  NONEXISTENT_DATE: "No such day",
  AMBIGUOUS_DATE: "Date with two readings",
  TWO_DIGIT_YEAR: "Year of two digits",
  AMBIGUOUS_LOCAL_TIME: "Local time that is not unique",
  IMPLAUSIBLE_TIMESTAMP: "Implausible time",
  IDEMPOTENCY_KEY_REUSED: "Key of another event",
  CLIENT_MISMATCH: "Another's client",
  PROCESSING_FAULT: "Unexpected fault",
};

/** The words for a code, also for one that a newer server has added. */
export const wordsFor = (code: string): string =>
  (problemWords as Readonly<Record<string, string>>)[code] ?? code.toLowerCase().replaceAll("_", " ");
