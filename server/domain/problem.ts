// The closed lists of what can be wrong with an event and of what is worth a warning, each with words for a person.
// Codes are the contract; messages and hints may be reworded at any time.
import { boundedJson, type Json } from "./json.ts";

export const problemCodes = [
  "NOT_AN_OBJECT",
  "TOO_DEEP",
  "TOO_MANY_KEYS",
  "TOO_LARGE",
  "ALIAS_CONFLICT",
  "MISSING_CLIENT",
  "MISSING_METRIC",
  "MISSING_AMOUNT",
  "MISSING_TIMESTAMP",
  "NOT_TEXT",
  "EMPTY_TEXT",
  "TEXT_TOO_LONG",
  "CONTROL_CHARACTER",
  "ILL_FORMED_TEXT",
  "NOT_A_NUMBER",
  "NOT_FINITE",
  "NOT_POSITIVE",
  "OUT_OF_RANGE",
  "TOO_PRECISE",
  "AMBIGUOUS_NUMBER",
  "UNIT_NOT_SUPPORTED",
  "INVALID_TIMESTAMP",
  "NONEXISTENT_DATE",
  "AMBIGUOUS_DATE",
  "TWO_DIGIT_YEAR",
  "AMBIGUOUS_LOCAL_TIME",
  "IMPLAUSIBLE_TIMESTAMP",
  "IDEMPOTENCY_KEY_REUSED",
  "CLIENT_MISMATCH",
  "PROCESSING_FAULT",
] as const;
export type ProblemCode = (typeof problemCodes)[number];

export const warningCodes = [
  "UNKNOWN_FIELD",
  "REDUNDANT_ALIAS",
  "IGNORED_ALIAS",
  "ASSUMED_UTC",
  "DECIMAL_COMMA",
  "UNIT_FROM_SYMBOL",
  "PRECISION_AT_RISK",
  "FUTURE_TIMESTAMP",
  "LEAP_SECOND",
] as const;
export type WarningCode = (typeof warningCodes)[number];

export interface Problem {
  readonly code: ProblemCode;
  /** Where in the raw event; null where it is about the whole event. */
  readonly path: string | null;
  readonly message: string;
  /** The offending value, cut to a bounded size. */
  readonly input: Json | undefined;
  /** What to do about it. */
  readonly hint: string | null;
}

/** Its message is derived (`warningMessage`), so that only code and path need to be stored. */
export interface Warning {
  readonly code: WarningCode;
  readonly path: string | null;
}

interface ProblemInput {
  readonly code: ProblemCode;
  readonly path: string | null;
  readonly input?: Json | undefined;
  /** What the value could mean, or what it was read as, in the order of the words below. */
  readonly readings?: readonly string[] | undefined;
  /** What exactly is wrong, where one code has many causes. */
  readonly detail?: string | undefined;
}

/** Puts a problem into words. `input` is cut to a bounded size. */
export function describeProblem({ code, path, input, readings = [], detail }: ProblemInput): Problem {
  const [message, hint] = problemWords[code](path ?? "the event", readings);
  return {
    code,
    path,
    message: detail === undefined ? message : `${message.slice(0, -1)}: ${detail}.`,
    input: input === undefined ? undefined : boundedJson(input),
    hint,
  };
}

/** The words for a warning. */
export const warningMessage = (warning: Warning): string => warningWords[warning.code](warning.path ?? "the event");

type Words = (at: string, readings: readonly string[]) => readonly [message: string, hint: string | null];

const missing =
  (fact: string, names: string): Words =>
  () => [
    `The event has no ${fact}.`,
    `Send it as \`${fact}\` (or ${names}), at the top level or in \`data\`; null counts as absent.`,
  ];

const problemWords: Readonly<Record<ProblemCode, Words>> = {
  NOT_AN_OBJECT: () => [
    "An event must be a JSON object.",
    'Send an object such as {"client": ..., "metric": ..., "amount": ..., "timestamp": ...}.',
  ],
  TOO_DEEP: () => [
    "The event is nested more than 32 levels deep.",
    "Send a flatter object: 32 levels at most, the event itself being the first.",
  ],
  TOO_MANY_KEYS: () => [
    "The event has more than 1,000 keys.",
    "Send fewer fields: 1,000 in all at most, nested ones included.",
  ],
  TOO_LARGE: () => [
    "The event is larger than 256 KiB.",
    "Leave out what need not be kept: 256 KiB of compact JSON at most.",
  ],
  ALIAS_CONFLICT: (_at, readings) => [
    `${readings.map((path) => `\`${path}\``).join(" and ")} stand for one fact and do not say the same.`,
    "Send only one of them, or the canonical name, which beats the others; or name the right one in the client's profile.",
  ],
  MISSING_CLIENT: missing("client", "`clientId`, `source`, `customer`, `tenant`, `sender`, `origin`, `account`"),
  MISSING_METRIC: missing("metric", "`metricType`, `type`, `name`, `event`, `eventType`, `measure`"),
  MISSING_AMOUNT: missing("amount", "`value`, `total`, `quantity`, `qty`, `sum`, `price`"),
  MISSING_TIMESTAMP: missing(
    "timestamp",
    "`time`, `ts`, `date`, `datetime`, `occurredAt`, `createdAt`, `eventTime`, `at`",
  ),
  NOT_TEXT: (at) => [`\`${at}\` is not text.`, "Send text or a number, not a boolean, an array or an object."],
  EMPTY_TEXT: (at) => [`\`${at}\` is empty.`, "Send at least one visible character."],
  TEXT_TOO_LONG: (at) => [`\`${at}\` is longer than 128 characters.`, "Shorten it to 128 Unicode characters at most."],
  CONTROL_CHARACTER: (at) => [
    `\`${at}\` holds a control character, a tab or a line end.`,
    "Remove it; ordinary spaces are fine.",
  ],
  ILL_FORMED_TEXT: (at) => [
    `\`${at}\` is not well-formed Unicode: it holds half of a surrogate pair.`,
    "It was probably cut in the middle of a character; send it whole.",
  ],
  NOT_A_NUMBER: (at) => [`\`${at}\` is not a number.`, 'Send a JSON number or decimal text such as "1200.50".'],
  NOT_FINITE: (at) => [
    `\`${at}\` is not a finite number.`,
    "Send an ordinary number; NaN, infinities and numbers beyond a double cannot be counted.",
  ],
  NOT_POSITIVE: (at) => [
    `\`${at}\` is not greater than zero.`,
    "Send a positive amount; the client's profile can allow zero (allowZero) or negative amounts (allowNegative).",
  ],
  OUT_OF_RANGE: (at) => [
    `\`${at}\` has more than 15 integer digits.`,
    "Send an amount below 1,000,000,000,000,000, perhaps in a larger unit.",
  ],
  TOO_PRECISE: (at) => [
    `\`${at}\` has more than 9 fraction digits.`,
    "Round it to 9 fraction digits at most: it is never rounded here.",
  ],
  AMBIGUOUS_NUMBER: (at, [grouped, decimal]) => [
    `\`${at}\` can be read as ${grouped} (comma groups thousands) or as ${decimal} (decimal comma).`,
    `Send ${grouped} or ${decimal} without a comma, or set decimalSeparator in the client's profile: DOT reads ${grouped}, COMMA reads ${decimal}.`,
  ],
  UNIT_NOT_SUPPORTED: (at) => [
    `\`${at}\` is a percentage, which cannot be added up.`,
    "Send a plain amount, and what it counts as the unit.",
  ],
  INVALID_TIMESTAMP: (at) => [
    `\`${at}\` is not a timestamp that can be read.`,
    'Send RFC 3339 such as "2024-01-31T12:00:00Z", or seconds or milliseconds since 1970.',
  ],
  NONEXISTENT_DATE: (at) => [`\`${at}\` names a day that does not exist.`, "Check day and month."],
  AMBIGUOUS_DATE: (at, [dayFirst, monthFirst]) => [
    `\`${at}\` can be read as ${dayFirst} (day first) or as ${monthFirst} (month first).`,
    `Send ${dayFirst} or ${monthFirst}, or set dateOrder in the client's profile: DMY reads ${dayFirst}, MDY reads ${monthFirst}.`,
  ],
  TWO_DIGIT_YEAR: (at) => [`\`${at}\` has a year of two digits.`, "Send the year with four digits."],
  AMBIGUOUS_LOCAL_TIME: (at, readings) => [
    readings.length > 1
      ? `\`${at}\` happened twice when the clocks went back: ${readings.join(" and ")}.`
      : `\`${at}\` never happened: the clocks skipped it.`,
    "Send the offset along, such as +02:00, or send UTC.",
  ],
  IMPLAUSIBLE_TIMESTAMP: (at, [reading, earliest = "2000-01-01", latest = "24 hours from now"]) => [
    `\`${at}\` was read as ${reading ?? "an instant far out of range"}, which is not between ${earliest} and ${latest}.`,
    "Check the unit of an epoch (seconds, ms, µs or ns, told by its size), the year, and the sender's clock; the client's profile can set other limits (lateLimitSeconds, futureLimitSeconds).",
  ],
  IDEMPOTENCY_KEY_REUSED: () => [
    "The idempotency key belongs to another event with other content.",
    "Use a new key for each event, and the same key only to send the same event again.",
  ],
  CLIENT_MISMATCH: (at) => [
    `\`${at}\` names a client that the sender's token is not bound to.`,
    "Send events of the token's own clients, or with a token that is bound to this one.",
  ],
  PROCESSING_FAULT: (_at, [fault]) => [
    `The server met an unexpected fault (${fault}).`,
    "It is tried again by itself. Once it is dead, find the fault in the server's log, mend it, and retry.",
  ],
};

const warningWords: Readonly<Record<WarningCode, (at: string) => string>> = {
  UNKNOWN_FIELD: (at) => `\`${at}\` has no meaning here; it is kept in the raw event only.`,
  REDUNDANT_ALIAS: (at) => `\`${at}\` says the same as another field.`,
  IGNORED_ALIAS: (at) => `\`${at}\` was ignored: a field of a higher rank gives the same fact.`,
  ASSUMED_UTC: (at) => `\`${at}\` has no time zone and was read as UTC.`,
  DECIMAL_COMMA: (at) => `The comma in \`${at}\` was read as a decimal comma.`,
  UNIT_FROM_SYMBOL: (at) => `The unit was read from the currency sign in \`${at}\`.`,
  PRECISION_AT_RISK: (at) =>
    `\`${at}\` is a JSON number with more digits than a double holds; some may have been lost. Send it as text.`,
  FUTURE_TIMESTAMP: (at) => `\`${at}\` is more than 5 minutes ahead of the server's clock.`,
  LEAP_SECOND: (at) => `\`${at}\` is a leap second and was moved to the start of the next minute.`,
};
