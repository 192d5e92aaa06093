// The faults of PostgreSQL and of the network told apart: what may be tried again, what is UNAVAILABLE, what is a fault
// of ours. Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
import { AppError } from "../../domain/error.ts";
import { DrizzleQueryError } from "./drizzle.ts";

/** Drizzle puts the statement and its values into the message; values are events, and have no place in a log. */
export const causeOf = (error: unknown): unknown => (error instanceof DrizzleQueryError ? error.cause : error);

const codeOf = (error: unknown): string => {
  const cause = causeOf(error);
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
};

// The driver has codes for what the operating system says, and only words for what it says itself.
const DRIVER_FAULT =
  /connection terminated|connection ended|timeout exceeded when trying to connect|not queryable|read timeout|closed the connection/i;

/** The connection is gone, was refused or could not be had. */
export const isConnectionFault = (error: unknown): boolean => {
  const code = codeOf(error);
  const isOfNetwork = /^(E(AI_)?[A-Z]+|08...|57P0[1-5]|25P0[34]|53300)$/.test(code);
  const cause = causeOf(error);
  return isOfNetwork || (code === "" && cause instanceof Error && DRIVER_FAULT.test(cause.message));
};

/** PostgreSQL undid the transaction because of what others did at the same time, or of when it came. */
const isTransient = (error: unknown): boolean => /^(40001|40P01|55P03|57014)$/.test(codeOf(error));

/** A password that was changed, a role or a database that is closed or not there: for a person, not for another attempt. */
const isLockedOut = (error: unknown): boolean => /^(28000|28P01|3D000|55000)$/.test(codeOf(error));

export const READ_ONLY = "25006";

/** A standby, or a server that was made read-only: the one that takes writes is, or soon will be, elsewhere. */
export const isReadOnly = (error: unknown): boolean => codeOf(error) === READ_ONLY;

/** No partition is there for the instant of a row. */
export const lacksPartition = (error: unknown): boolean => codeOf(error) === "23514";

/** A statement was prepared in another session than it was run in: a pooler changed them. */
export const lostPrepared = (error: unknown): boolean => /^(26000|42P05)$/.test(codeOf(error));

/** Whether the same work may succeed at once or soon. Only for work that surely was not committed. */
export const isWorthRetrying = (error: unknown): boolean =>
  isConnectionFault(error) || isReadOnly(error) || /^(40001|40P01)$/.test(codeOf(error));

const NOTHING_WRITTEN = "Nothing was written: send the same request again.";

/** A database that cannot serve now, and perhaps soon, is UNAVAILABLE; everything else stays the fault that it is. */
export const toAppError = (error: unknown): unknown => {
  if (error instanceof AppError) return error;
  const cause = causeOf(error);
  const unavailable = (message: string, retryAfterMs: number): AppError =>
    new AppError("UNAVAILABLE", `${message} ${NOTHING_WRITTEN}`, { retryAfterMs, cause });
  if (isConnectionFault(error)) return unavailable("The database cannot be reached.", 1_000);
  if (isLockedOut(error)) return unavailable("The database does not let the server in.", 5_000);
  if (codeOf(error) === "57014") return unavailable("The database took too long.", 5_000);
  if (isTransient(error)) return unavailable("The database is busy with the work of others.", 1_000);
  if (isReadOnly(error)) return unavailable("The database takes no writes at this address.", 1_000);
  if (lostPrepared(error))
    return unavailable(
      "The pooler before the database does not know prepared statements: let it pool sessions.",
      5_000,
    );
  if (/^53/.test(codeOf(error))) return unavailable("The database is out of disk, memory or connections.", 5_000);
  return cause;
};

interface Unknown {
  readonly reason?: string | undefined;
  readonly advice?: string | undefined;
}

/** For a commit whose answer never came, or does not tell that it will last. */
export const unknownOutcome = (
  cause: unknown,
  {
    reason = "The connection to the database broke during the commit.",
    advice = "send the same request again, and it is counted once",
  }: Unknown = {},
): AppError =>
  new AppError("UNAVAILABLE", `${reason} Whether this was written is not known: ${advice}.`, {
    retryAfterMs: 1_000,
    cause: causeOf(cause),
  });
