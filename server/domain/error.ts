// Refusals that are not about the event itself: bad requests, limits, faults. Each code has one HTTP status and
// says whether the same request may succeed later. What is about the event is a Result, never an error.

const codes = {
  BAD_USER_INPUT: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false },
  ATOMIC_REFUSED: { status: 422, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  SIMULATED_FAILURE: { status: 500, retryable: true },
  INTERNAL: { status: 500, retryable: true },
  UNAVAILABLE: { status: 503, retryable: true },
} as const;

export type ErrorCode = keyof typeof codes;

export interface AppErrorOptions {
  /** When a retry may succeed, where that is known. */
  readonly retryAfterMs?: number;
  /** More for the client, shown in the error's extensions. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Runs something that makes an error, which will not say where it was thrown. Refusals come by the thousand where a client
 * keeps no limit: to note the place takes longer than all else about them, and nobody reads it.
 */
export const withoutStack = <T>(make: () => T): T => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

/** A refusal that the client is told about, in words that say what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, { retryAfterMs, details = {}, cause }: AppErrorOptions = {}) {
    super(message, { cause });
    this.name = "AppError";
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.details = details;
  }

  get status(): number {
    return codes[this.code].status;
  }

  get retryable(): boolean {
    return codes[this.code].retryable;
  }
}

/** Whether the same may succeed soon, since it is the database that cannot serve now. */
export const isUnavailable = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === "UNAVAILABLE";
